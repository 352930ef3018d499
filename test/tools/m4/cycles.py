#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Estimates Cortex-M4 cycles from the counts of count_instructions.

An emulator has no pipeline, so its counts are joined with the disassembly and
each instruction is priced as the Cortex-M4 Technical Reference Manual (Arm
DDI 0439, sections 3.3 and 7.2) says, with no wait states:

  data processing, multiply, SMLAD, SMLAL ...   1
  load                                  2, or 1 when it follows another load
                                        whose result it does not use as address
  store                                 1 (write buffer)
  load or store of n registers          1 + n
  taken branch                          1 + P, P pipeline refill, 1 to 3
  load of the PC, TBB                   the load + P
  IT                                    1, or 0 when folded
  SDIV, UDIV                            2 to 12
  VMLA, VFMA 3; VDIV, VSQRT 14; other floating point 1
  address made by the instruction before    + 1 (no forwarding path)

Three estimates come of it: `low` and `high` take each interval's ends, `mid`
P = 2, division 6, IT 1. It was not validated on a board.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """What the manual leaves open."""
    refill: int
    division: int
    it: int


# dlnet-sim prices by the same file.
with open(pathlib.Path(__file__).with_name("cortex-m4.json"), encoding="utf-8") as _facts:
    FACTS = json.load(_facts)
LOW, MID, HIGH = (Costs(**FACTS["open"][name]) for name in ("low", "mid", "high"))
KINDS = [(kind, re.compile("(?:" + pattern + ")" + FACTS["condition"] + FACTS["width"] + "$"))
         for kind, pattern in FACTS["kinds"]]
FLOAT_KINDS = [(kind, re.compile(pattern)) for kind, pattern in FACTS["float_kinds"]]
# These write no register that the next instruction could use as address.
NO_RESULT = re.compile(FACTS["no_result"])


@dataclass
class Instruction:
    address: int
    mnemonic: str
    operands: str
    kind: str

    def result(self):
        """The core register that is written, as far as addresses care."""
        return self.operands.split(",")[0].strip()

    def address_registers(self):
        inside = re.search(r"\[([^\]]*)\]", self.operands)
        return set(re.findall(r"[a-z][a-z0-9]*", inside[1])) if inside else set()

    def register_count(self):
        """Registers of a list such as {r4, r5, lr} or {s16-s19}."""
        listed = re.search(r"\{(.*)\}", self.operands)
        count = 0
        for part in listed[1].split(",") if listed else []:
            ends = [int(number) for number in re.findall(r"\d+", part)]
            count += ends[1] - ends[0] + 1 if "-" in part else 1
        # A double counts as two words.
        return count * (2 if listed and listed[1].lstrip().startswith("d") else 1)

    def loads_pc(self):
        if self.kind == "multiple":
            return bool(re.search(r"\bpc\b", self.operands))
        return self.kind == "load" and self.result() == "pc"


def kind_of(mnemonic):
    for kind, pattern in KINDS:
        if pattern.match(mnemonic):
            return kind
    for kind, pattern in FLOAT_KINDS:
        if pattern.match(mnemonic):
            return kind
    return "float" if mnemonic.startswith("v") else "other"


def disassemble(elf):
    """Address -> Instruction of the whole image."""
    text = subprocess.run(
        ["arm-none-eabi-objdump", "-d", "--no-show-raw-insn", elf],
        check=True, capture_output=True, text=True).stdout
    code = {}
    for line in text.splitlines():
        match = re.match(r"\s*([0-9a-f]+):\t(\S+)\s*([^;@]*)", line)
        if match:
            address = int(match[1], 16)
            code[address] = Instruction(address, match[2], match[3].strip(), kind_of(match[2]))
    return code


@dataclass
class Counts:
    size: int
    executed: int
    left: int
    entered: int


@dataclass
class Call:
    """One call of a watched function: address -> Counts."""
    function: int
    total: int
    counts: dict


def read_counts(path):
    """The calls of a counts file, and the instructions of the whole run."""
    calls, total = [], None
    with open(path, encoding="ascii") as lines:
        for line in lines:
            word, *fields = line.split()
            if word == "call":
                calls.append(Call(int(fields[0], 16), int(fields[1]), {}))
            elif word == "insn":
                calls[-1].counts[int(fields[0], 16)] = Counts(*map(int, fields[1:]))
            elif word == "total":
                total = int(fields[0])
    if total is None:
        raise ValueError(f"{path}: the run did not end")
    return calls, total


def cycles(call, code, costs, literal_wait_states=0):
    """Cycles of the call under `costs`."""
    before = {address + counts.size: address for address, counts in call.counts.items()}
    total = 0
    for address, counts in call.counts.items():
        now, n = code[address], counts.executed
        fell_through = n - counts.entered
        previous = code.get(before.get(address))
        total += FACTS["cycles"].get(now.kind, 1) * n
        if now.kind == "load":
            if (previous and previous.kind == "load" and
                    previous.result() not in now.address_registers()):
                total += FACTS["load_after_load"] * fell_through
            if "pc" in now.address_registers():
                total += literal_wait_states * n
        elif now.kind == "multiple":
            total += now.register_count() * n
        elif now.kind == "branch":
            total += costs.refill * counts.left
        elif now.kind == "it":
            total += costs.it * n
        elif now.kind == "division":
            total += costs.division * n
        if now.kind == "table" or now.loads_pc():
            total += costs.refill * n
        if (now.kind in ("load", "store", "double") and previous and
                previous.kind in ("other", "mac") and
                not NO_RESULT.match(previous.mnemonic) and
                previous.result() in now.address_registers()):
            total += FACTS["address_just_made"] * fell_through
    return total


def estimate(call, code, literal_wait_states=0):
    """Totals, mix and cycle estimates of a call, fit for JSON."""
    mix = collections.Counter()
    for address, counts in call.counts.items():
        mix[code[address].kind] += counts.executed
    return {
        "instructions": call.total,
        "cycles": {name: cycles(call, code, costs, literal_wait_states)
                   for name, costs in (("low", LOW), ("mid", MID), ("high", HIGH))},
        "mix": dict(mix.most_common()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("elf")
    parser.add_argument("counts", help="what count_instructions wrote")
    parser.add_argument("--literal-wait-states", type=int, default=0, metavar="N",
                        help="added to each load of a constant beside the code")
    parser.add_argument("--hottest", type=int, default=0, metavar="N",
                        help="also list the N most executed instructions of each call")
    arguments = parser.parse_args()
    code = disassemble(arguments.elf)
    calls, _ = read_counts(arguments.counts)
    for call in calls:
        print(json.dumps({"function": hex(call.function),
                          **estimate(call, code, arguments.literal_wait_states)}))
        hottest = sorted(call.counts.items(), key=lambda item: -item[1].executed)
        for address, counts in sorted(hottest[:arguments.hottest]):
            now = code[address]
            print(f"  {address:8x} {counts.executed:8d}  {now.mnemonic} {now.operands}",
                  file=sys.stderr)


if __name__ == "__main__":
    main()
