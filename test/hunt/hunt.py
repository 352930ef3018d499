#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Hunts for networks that dlnet gets wrong.

  hunt.py --build BUILD [--networks N] [--seed S] [--jobs J] [--with NAME] [--json FILE]

Hostile networks (dlnet_hunt), from seed S on, go through the compiler until N of them have been compared; what the
compiler refuses with an error does not count. Their C goes through the compilers and options below in turn, a part
of it onto the emulated Cortex-M4, and every forecast must equal the integer executor's bit for bit, every one that
the error bound is about must be within it, and nothing may crash. A finding is printed with what brings it back, and
its files are kept in BUILD/hunt.

The JSON is flat: hunt_networks, hunt_forecasts, hunt_bounds_judged, hunt_refused, hunt_mismatches. Exits with 1 when
there are mismatches.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "..", "tools", "m4"))
import m4run  # noqa: E402

BATCH = 10  # Networks in one program.
CASES = 32  # Of a network, on a host.
ARM_CASES = 8
ARM_EVERY = 4  # Batches, of which one goes onto the Cortex-M4, too.
STRICT = "-std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror".split()
M4 = "-mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16"
M3 = "-mcpu=cortex-m3 -mthumb -mfloat-abi=soft"  # Without DSP instructions: the plain C.

HOST = [
    "gcc -O2",
    "{clang} -O1 -fsanitize=undefined,implicit-signed-integer-truncation -fsanitize-trap=all",
    "gcc -O3",
    "{clang} -O2",
    "gcc -O1 -fsanitize=address,undefined -fno-sanitize-recover=all",
    "gcc -Os",
    "{clang} -O3",
    "gcc -O0",
    "{clang} -O1 -fsanitize=address -fno-sanitize-recover=all",
    "gcc -O3 -march=native",
    "{clang} -O0",
    "gcc -O2 -funsigned-char",
    "{clang} -O3 -march=native",
    "gcc -O3 -fwrapv -flto",
    "gcc -O2 -m32",
]
ARM = [f"arm-none-eabi-gcc {machine} {level}" for level in ("-O2", "-Os", "-O3", "-O1") for machine in (M4, M3)]


def run(command, folder, timeout=600):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", timeout=timeout)


class Builds:
    """The builds that work here."""

    def __init__(self, folder, only):
        clang = next((name for name in ("clang-19", "clang") if shutil.which(name)), "clang")
        self.missing = []
        self.folder = folder
        self.host = self.working([text.format(clang=clang) for text in HOST], only, self.probe_host)
        self.arm = self.working(ARM, only, self.probe_arm)

    def working(self, all_of_them, only, probe):
        wanted = [build for build in all_of_them if only in (None, build)]
        works = [build for build in wanted if probe(build)]
        self.missing += [build for build in wanted if build not in works]
        return works

    def probe_host(self, build):
        source = os.path.join(self.folder, "probe.c")
        with open(source, "w", encoding="ascii") as file:
            file.write("#include <string.h>\nint main(int c, char **v) { return (int)strlen(v[c - 1]) < 0; }\n")
        command = build.split()
        return bool(shutil.which(command[0])) and \
            run(command + [source, "-o", "probe"], self.folder).returncode == 0 and \
            run(["./probe"], self.folder).returncode == 0

    @staticmethod
    def probe_arm(build):
        return bool(shutil.which(build.split()[0]) and shutil.which("qemu-system-arm"))


class Batch:
    """Some networks in a folder of their own."""
    TOOL, AGAIN = "dlnet_hunt", "./dlnet hunt"

    def __init__(self, options, folder, seed, count):
        self.folder = folder
        self.findings = []  # Of a network: (its name, what).
        self.compared = set()
        self.forecasts = 0
        command = [os.path.join(options.build, "bin", self.TOOL), folder, "--seed", str(seed), "--count", str(count)]
        done = run(command + (["--corrupt"] if options.corrupt else []), folder, timeout=1800)
        if done.returncode != 0:
            raise RuntimeError(f"{self.TOOL} failed: {done.stderr}")
        with open(os.path.join(folder, "networks.json"), encoding="utf-8") as file:
            self.networks = {network["name"]: network for network in json.load(file)}
        for name, network in self.networks.items():
            self.findings += [(name, what, None) for what in network["findings"]]
        self.names = [name for name, network in self.networks.items() if network["compiled"]]

    def path(self, name):
        return os.path.join(self.folder, name)

    def write_table(self, names):
        with open(self.path("networks.c"), "w", encoding="ascii") as file:
            file.write('#include "test/hunt/network.h"\n')
            file.writelines(f"extern const struct network hunt_{name};\n" for name in names)
            file.write("const struct network *const networks[] = {" +
                       "".join(f"&hunt_{name}, " for name in names) + "0};\n")

    def sources(self, names):
        return [os.path.join(HERE, "hunt_main.c"), "networks.c"] + [name + "_unit.c" for name in names]

    def on_host(self, build, names):
        """Builds and runs a program; returns what failed, or nothing."""
        board = os.path.join(ROOT, "runtime", "ports", "host", "board.c")
        command = build.split()
        # The port is no emitted C, and may warn.
        done = run(command + ["-w", "-I" + ROOT, "-c", board, "-o", "board.o"], self.folder)
        if done.returncode == 0:
            done = run(command + STRICT + ["-I" + ROOT, "-I.", *self.sources(names), "board.o", "-o", "hunt"],
                       self.folder)
        if done.returncode != 0:
            return "does not compile: " + done.stderr[:2000]
        done = run(["./hunt", str(CASES)], self.folder)
        return self.judge(done.returncode, done.stdout, done.stderr)

    def on_arm(self, build, names):
        port = os.path.join(ROOT, "runtime", "ports", "sim")
        done = run(build.split() + ["-std=c11", "-w", "-ffunction-sections", "-fdata-sections", "-I" + ROOT, "-I.",
                                    *self.sources(names),
                                    *(os.path.join(port, name + ".c") for name in ("startup", "semihost", "board")),
                                    "--specs=nano.specs", "--specs=nosys.specs", "-nostartfiles", "-Wl,--gc-sections",
                                    "-T", os.path.join(port, "sim.ld"), "-o", "hunt.elf"], self.folder)
        if done.returncode != 0:
            return "does not compile: " + done.stderr[:2000]
        try:
            done = m4run.run(self.path("hunt.elf"), [str(ARM_CASES)], cwd=self.folder, timeout=600)
        except m4run.EmulatorError as error:
            return str(error)
        return self.judge(done["status"], done["stdout"], "")

    def judge(self, status, stdout, stderr):
        lines = stdout.splitlines()
        defects = [line for line in lines if line.startswith("defect ")]
        if defects:
            return "; ".join(defects)
        if status != 0:
            return f"ends with {status}: {stderr[:2000]} {stdout[-300:]}"
        self.forecasts += sum(int(line.split()[1]) for line in lines if line.startswith("compared "))
        return None

    def attempt(self, way, build):
        """All in one program, and after a failure each by itself, to know whose it is."""
        if not self.names:
            return
        self.write_table(self.names)
        whole = way(build, self.names)
        blamed = []
        if whole:
            for name in self.names:
                self.write_table([name])
                failure = way(build, [name])
                if failure:
                    blamed.append((name, failure, build))
            if not blamed:
                blamed.append((self.names[0], "together with others: " + whole, build))
        self.findings += blamed
        self.compared |= set(self.names)


class Hunt:
    def __init__(self, options, batches):
        self.options = options
        self.batches = batches
        self.kept = os.path.join(options.build, "hunt")
        self.figures = dict.fromkeys(("hunt_networks", "hunt_forecasts", "hunt_bounds_judged", "hunt_refused",
                                      "hunt_mismatches"), 0)

    def run(self):
        with tempfile.TemporaryDirectory() as folder:
            self.builds = Builds(folder, self.options.only)
        if not self.builds.host and not self.builds.arm:
            sys.exit(f"hunt: error: no compiler here for {self.options.only or 'any build'}")
        for build in self.builds.missing:
            print(f"hunt: not here: {build}")
        number = 0
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            running = set()
            while self.figures["hunt_networks"] < self.options.networks:
                while len(running) < self.options.jobs:
                    running.add(pool.submit(self.batch, number))
                    number += 1
                ended, running = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
                for one in ended:
                    self.take(one.result())
            for one in running:
                self.take(one.result())

    def batch(self, number):
        count = min(BATCH, self.options.networks)
        with tempfile.TemporaryDirectory(prefix="dlnet-hunt-") as folder:
            batch = self.batches(self.options, folder, self.options.seed + number * count, count)
            if self.builds.host:
                batch.attempt(batch.on_host, self.builds.host[number % len(self.builds.host)])
            if self.builds.arm and (number % ARM_EVERY == 0 or not self.builds.host):
                batch.attempt(batch.on_arm, self.builds.arm[number // ARM_EVERY % len(self.builds.arm)])
            for name in {name for name, _, _ in batch.findings}:
                self.keep(batch, name)
        return batch

    def keep(self, batch, name):
        kept = os.path.join(self.kept, name)
        shutil.rmtree(kept, ignore_errors=True)
        os.makedirs(kept)
        for file in os.listdir(batch.folder):
            if file.split(".")[0].split("_")[0] == name:
                shutil.copy(batch.path(file), kept)

    def take(self, batch):
        self.figures["hunt_networks"] += len(batch.compared)
        self.figures["hunt_forecasts"] += batch.forecasts
        self.figures["hunt_mismatches"] += len(batch.findings)
        for network in batch.networks.values():
            self.figures["hunt_bounds_judged"] += network["judged"]
            self.figures["hunt_refused"] += bool(network["refusal"])
        for name, what, build in batch.findings:
            network = batch.networks[name]
            again = f"{self.batches.AGAIN} --networks 1 --seed {network['seed']}" + (f" --with '{build}'" if build else "")
            print(f"hunt: MISMATCH: {what}\n  {build or 'in the compiler'}\n  {network['network']}\n"
                  f"  files: {os.path.join(self.kept, name)}\n  again: {again}", flush=True)


def main(batches=Batch, text=__doc__):
    parser = argparse.ArgumentParser(description=text.splitlines()[0])
    parser.add_argument("--build", required=True)
    parser.add_argument("--networks", type=int, default=500, help="to be compared")
    parser.add_argument("--seed", type=int, default=1, help="of the first network")
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time")
    parser.add_argument("--with", dest="only", metavar="NAME", help="this build alone, named as a finding names it")
    parser.add_argument("--corrupt", action="store_true", help="change a weight of each C; all must be found")
    parser.add_argument("--json")
    options = parser.parse_args()
    options.build = os.path.abspath(options.build)
    if options.networks < 1 or options.jobs < 1 or not 0 <= options.seed < 2 ** 31:
        parser.error("networks and jobs are at least 1, a seed is from 0 to 2147483647")
    hunt = Hunt(options, batches)
    hunt.run()
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(hunt.figures, file)
    print("hunt: {hunt_networks} networks and {hunt_forecasts} forecasts compared, {hunt_bounds_judged} held to their "
          "error bound, {hunt_refused} networks refused; {hunt_mismatches} mismatches".format(**hunt.figures))
    sys.exit(hunt.figures["hunt_mismatches"] != 0)


if __name__ == "__main__":
    main()
