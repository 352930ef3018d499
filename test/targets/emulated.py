# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds programs for any target of the compiler, and runs them on its emulated core.

What a core's emulator is stands in passes/targets/<core>/emulator.json:

  {"isa": "arm", "machine": QEMU's, "flash": where code lies, "ram": where data does, "stack": where it ends}
  {"isa": "riscv"}    QEMU's user mode

and "limits", how far predictions may be off (costs_test.py),

and what compiles for it is what `dlnet-reference targets` says.
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
VECTORS = 0x100  # bytes before the code
FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-ffunction-sections", "-fdata-sections", "-ffreestanding"]


def output(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


class Core:
    """One target."""

    def __init__(self, build, name):
        self.build, self.name = os.path.abspath(build), name
        known = {one["name"]: one for one in
                 map(json.loads, output(os.path.join(build, "bin", "dlnet-reference"), "targets").splitlines())}
        if name not in known:
            sys.exit(f"unknown target {name!r}; expected one of {', '.join(known)}")
        self.target = known[name]
        self.compiler = shlex.split(self.target["compiler"])
        self.prefix = self.compiler[0].removesuffix("gcc")
        with open(os.path.join(ROOT, "passes", "targets", name, "emulator.json"), encoding="utf-8") as file:
            self.emulator = json.load(file)

    def object(self, source, folder, *options, level="-O2"):
        """Compiles a source; the object's path."""
        path = os.path.join(folder, os.path.splitext(os.path.basename(source))[0] + ".o")
        output(*self.compiler, *FLAGS, level, "-I" + ROOT, "-I" + os.path.join(ROOT, "test", "firmware"), "-I" + folder,
               *options, "-c", source, "-o", path)
        return path

    def link(self, objects, folder, name):
        elf = os.path.join(folder, name)
        place = []
        if self.emulator["isa"] == "arm":
            flash = int(self.emulator["flash"], 0)
            place = [f"-Wl,--section-start=.vectors={flash:#x},-Ttext={flash + VECTORS:#x},-Tdata={self.emulator['ram']},"
                     f"--defsym=board_stack_top={self.emulator['stack']},-e,board_start,--undefined=board_vectors"]
        output(*self.compiler, "-nostdlib", "-nostartfiles", "-Wl,--gc-sections,--no-warn-rwx-segments", *place, *objects,
               "-lgcc", "-o", elf)
        return elf

    def program(self, sources, folder, name="program.elf", level="-O2"):
        """Compiles and links sources with the board; objects by their sources' stems, and the image."""
        objects = {os.path.splitext(os.path.basename(source))[0]: self.object(source, folder, level=level)
                   for source in [*sources, os.path.join(HERE, "board.c")]}
        return objects, self.link(objects.values(), folder, name)

    def symbols(self, elf):
        """Name -> (address, bytes or None) of the image's functions."""
        found = {}
        for line in output(self.prefix + "nm", "--print-size", elf).splitlines():
            fields = line.split()
            if fields[-2] in "tTwW":
                found[fields[-1]] = (int(fields[0], 16) & ~1, int(fields[1], 16) if len(fields) == 4 else None)
        return found

    def bytes_of(self, objects):
        """Bytes of flash, and those of RAM, of some objects."""
        rows = [list(map(int, line.split()[:3])) for line in output(self.prefix + "size", *objects).splitlines()[1:]]
        return sum(text + data for text, data, _ in rows), sum(data + bss for _, data, bss in rows)

    def run(self, elf, functions=(), timeout=60):
        """{"status", "stdout", "values": the lines `name integer`, "calls": function -> instructions of each call}"""
        arm = self.emulator["isa"] == "arm"
        command = ["qemu-riscv32"]
        if arm:
            command = ["qemu-system-arm", "-M", self.emulator["machine"], "-nographic", "-monitor", "none", "-serial", "null",
                       "-chardev", "stdio,id=console", "-icount", "shift=0", "-semihosting-config",
                       "enable=on,target=native,chardev=console"]
        with tempfile.TemporaryDirectory() as folder:
            counts = os.path.join(folder, "counts")
            known = self.symbols(elf) if functions else {}
            if functions:
                plugin = os.path.join(self.build, "test", "tools", "m4", "count_instructions.so")
                command += ["-plugin", f"file={plugin},out={counts}" + ("" if arm else ",isa=riscv") +
                            "".join(f",function={known[name][0]:#x}" for name in functions)]
            done = subprocess.run(command + (["-kernel", elf] if arm else [elf]), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=timeout)
            if done.returncode < 0:
                raise RuntimeError(f"{elf}: the emulator died of signal {-done.returncode}: {done.stderr[:300]}")
            result = {"status": done.returncode, "stdout": done.stdout, "calls": {name: [] for name in functions},
                      "values": {match[1]: int(match[2]) for match in re.finditer(r"^(\w+) (-?\d+)$", done.stdout, re.M)}}
            names = {known[name][0]: name for name in functions}
            if functions:
                with open(counts, encoding="ascii") as lines:
                    for fields in map(str.split, lines):
                        if fields[0] == "call":
                            result["calls"][names[int(fields[1], 16)]].append(int(fields[2]))
            return result

    def measure(self, family, model, options, folder):
        """What the C of a model costs; its figures as in test/bench/cost_samples.py, without cycles."""
        os.makedirs(folder, exist_ok=True)
        output(os.path.join(self.build, "bin", "dlnetc"), "compile", family, "--model", model, "--name", "soh", "-o", folder,
               "--target", self.name, *options)
        sources = [os.path.join(folder, "soh.c"), os.path.join(ROOT, "test", "firmware", "measure_main.c")]
        objects, elf = self.program(sources, folder)
        run = self.run(elf, ["soh_predict"])
        if run["status"] != 0:
            raise RuntimeError(f"{self.name} {model}: {run['stdout'].strip()}")
        flash, ram = self.bytes_of([objects["soh"]])
        return {"flash": flash, "ram": run["values"]["state_bytes"] + ram, "stack": run["values"]["predict_stack_bytes"],
                "instructions": run["calls"]["soh_predict"][0]}
