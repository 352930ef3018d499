#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compares emitted C with the compiler's integer executor, bit for bit.

  exactness.py BUILD FAMILY [--host N] [--emulator N] [--data DIR] [--programs SUFFIX]

Half of the windows are of cells (real ones with --data, else simulated), half
are random or extreme; so are the ages, for a model that reads them. The programs
are test/firmware's windows, built with the family's C; SUFFIX is what their
names end in. The plain C runs on the host, once more under ASAN and
UBSAN, and the DSP form on an emulated Cortex-M4. Exits with 1 on a mismatch.
"""
import argparse
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "m4"))
import m4run  # noqa: E402


def differing(expected, found, horizon_bytes):
    """Number of forecasts that differ; a missing one differs."""
    if len(found) > len(expected):
        raise ValueError("more forecasts than windows")
    return sum(expected[i:i + horizon_bytes] != found[i:i + horizon_bytes]
               for i in range(0, len(expected), horizon_bytes))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def compare(build, family, host, emulator, data=None, seed=1, programs=""):
    """Runs all ways; returns {"host": n, "sanitized": n, "cortex_m4": n,
    "stack_bytes": n, "source": what dlnet-reference says of the windows}."""
    result = {}
    build = os.path.abspath(build)
    with tempfile.TemporaryDirectory() as folder:
        def reference(count):
            command = [os.path.join(build, "bin", "dlnet-reference"), "windows", os.path.abspath(family),
                       "--count", str(count), "--seed", str(seed), "-o", folder]
            if data:
                command += ["--data", os.path.abspath(data)]
            result["source"] = subprocess.run(command, check=True, capture_output=True,
                                              text=True).stdout.strip()
            expected = read(os.path.join(folder, "expected.bin"))
            return expected, len(expected) // count

        expected, size = reference(host)
        for key, program in (("host", "windows_host"), ("sanitized", "windows_sanitized")):
            subprocess.run([os.path.join(build, "bin", program + programs), "windows.bin", "out.bin"], cwd=folder,
                           check=True, stdout=subprocess.DEVNULL)
            result[key] = differing(expected, read(os.path.join(folder, "out.bin")), size)
        expected, size = reference(emulator)
        here = os.getcwd()
        os.chdir(folder)  # semihosting opens what lies in the working folder
        try:
            run = m4run.run(os.path.join(build, "test", "firmware", f"windows{programs}.elf"),
                            ["windows.bin", "target.bin"])
        finally:
            os.chdir(here)
        if run["status"] != 0:
            raise RuntimeError("windows.elf failed: " + run["stdout"].strip())
        result["cortex_m4"] = differing(expected, read(os.path.join(folder, "target.bin")), size)
        result["stack_bytes"] = run["values"]["stack_bytes"]
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("family")
    parser.add_argument("--host", type=int, default=10000)
    parser.add_argument("--emulator", type=int, default=1000)
    parser.add_argument("--data", default=os.environ.get("DLNET_DATA") or None)
    parser.add_argument("--programs", default="", metavar="SUFFIX")
    options = parser.parse_args()
    result = compare(options.build, options.family, options.host, options.emulator, options.data,
                     programs=options.programs)
    print(result)
    sys.exit(any(result[key] for key in ("host", "sanitized", "cortex_m4")))


if __name__ == "__main__":
    main()
