#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a firmware image on an emulated Cortex-M4, and counts if asked to.

  m4run.py [--plugin count_instructions.so --function NAME...] [--json FILE] IMAGE.elf [ARGUMENT...]

What the program prints comes on stdout, and its status is this script's. With
--plugin, each call of the named functions is counted, everything that they
call included; a summary goes to stderr, and to FILE all of it:

  {"status": 0, "stdout": "...", "values": {"stack_bytes": 96},
   "total_instructions": 12345,
   "calls": {"soh_forecast": [{"instructions": 9876, "cycles": {"low", "mid", "high"}, "mix": {...}}]}}

`values` are the printed lines of the form `name integer`; the last of a name
counts. Other Python programs may call `run`; with spread=True it does not list
calls, of which there may be too many, but says how far they differ:

  "spread": {"soh_forecast": {"calls": 10000, "least": 9876, "most": 9880,
                              "varies": {address: (least, most)}}}

where `varies` has the addresses that not all calls executed equally often.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # leaves no cache beside the sources
import cycles  # noqa: E402

QEMU = ["qemu-system-arm", "-M", "mps2-an386", "-nographic", "-monitor", "none",
        "-serial", "null", "-chardev", "stdio,id=console", "-icount", "shift=0"]


class EmulatorError(Exception):
    """The emulator, or what surrounds the program, failed."""


def symbols(elf):
    """Name -> address of the image's functions."""
    text = subprocess.run(["arm-none-eabi-nm", elf], check=True, capture_output=True,
                          text=True).stdout
    found = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[1] in "tTwW":
            found[fields[2]] = int(fields[0], 16) & ~1
    return found


def option(text):
    """QEMU separates options by commas, and doubles those that are text."""
    return text.replace(",", ",,")


def read_spread(path):
    """Function's address -> what the module's description says of it."""
    found = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            word, *fields = line.split()
            if word == "spread":
                calls, least, most = map(int, fields[1:])
                varies = {}
                found[int(fields[0], 16)] = {"calls": calls, "least": least, "most": most, "varies": varies}
            elif word == "varies":
                varies[int(fields[0], 16)] = (int(fields[1]), int(fields[2]))
    return found


def run(elf, arguments=(), plugin=None, functions=(), timeout=300, literal_wait_states=0, spread=False,
        cwd=None):
    """Runs `elf`, in a folder where it finds its files, and returns what the module's description says."""
    for argument in arguments:
        if not argument or " " in argument:
            raise EmulatorError(f"argument {argument!r}: semihosting separates by blanks")
    line = ["program", *arguments]
    command = QEMU + ["-semihosting-config",
                      "enable=on,target=native,chardev=console" +
                      "".join(",arg=" + option(word) for word in line),
                      "-kernel", elf]
    with tempfile.TemporaryDirectory() as folder:
        counts = os.path.join(folder, "counts")
        if plugin:
            known = symbols(elf)
            missing = [name for name in functions if name not in known]
            if missing:
                raise EmulatorError(f"{elf}: no function is called {', '.join(missing)}")
            watched = "".join(f",function={known[name]:#x}" for name in functions)
            command += ["-plugin", f"file={option(os.path.abspath(plugin))},out={option(counts)}" + watched +
                        (",spread=on" if spread else "")]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True, timeout=timeout, cwd=cwd)
        except subprocess.TimeoutExpired as error:
            raise EmulatorError(f"{elf}: still running after {timeout} s") from error
        if done.returncode < 0:
            raise EmulatorError(f"{elf}: the emulator died of signal "
                                f"{-done.returncode}: {done.stderr.strip()[:300]}")
        result = {"status": done.returncode, "stdout": done.stdout,
                  "values": {match[1]: int(match[2]) for match in
                             re.finditer(r"^(\w+) (-?\d+)$", done.stdout, re.M)}}
        if plugin and spread and done.returncode == 0:
            found = read_spread(counts)
            result["spread"] = {name: found[known[name]] for name in functions}
        elif plugin and done.returncode == 0:
            calls, result["total_instructions"] = cycles.read_counts(counts)
            code = cycles.disassemble(elf)
            result["calls"] = {
                name: [cycles.estimate(call, code, literal_wait_states)
                       for call in calls if call.function == known[name]]
                for name in functions}
        elif done.stderr:
            sys.stderr.write(done.stderr)
        return result


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        epilog="Arguments of the program must not hold blanks.")
    parser.add_argument("--plugin", help="count_instructions.so")
    parser.add_argument("--function", action="append", default=[], metavar="NAME",
                        help="count the calls of this function (up to 8 times)")
    parser.add_argument("--json", metavar="FILE", help="write the result here")
    parser.add_argument("--timeout", type=float, default=300, metavar="SECONDS")
    parser.add_argument("--literal-wait-states", type=int, default=0, metavar="N",
                        help="see cycles.py")
    parser.add_argument("elf", metavar="IMAGE.elf")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGUMENT")
    options = parser.parse_args()
    if not os.path.isfile(options.elf):
        parser.error(f"{options.elf!r}: no such file")
    try:
        result = run(options.elf, options.arguments, options.plugin, options.function,
                     options.timeout, options.literal_wait_states)
    except (EmulatorError, OSError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"m4run: {error}")
    sys.stdout.write(result["stdout"])
    for name, calls in result.get("calls", {}).items():
        if not calls:
            print(f"{name}: never called and returned", file=sys.stderr)
            continue
        most = max(calls, key=lambda call: call["instructions"])
        print(f"{name}: {len(calls)} calls, at most {most['instructions']} instructions, about "
              f"{most['cycles']['mid']} cycles [{most['cycles']['low']}..{most['cycles']['high']}]",
              file=sys.stderr)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as out:
            json.dump(result, out, indent=1, sort_keys=True)
            out.write("\n")
    sys.exit(result["status"])


if __name__ == "__main__":
    main()
