#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles each kernel's file by itself, as strictly as emitted C.

  kernel_files.py SOURCE HOST_COMPILER ARM_COMPILER

Plain C is compiled for the host, a Cortex-M0+ and a Cortex-M4, what is for one core for that. Exits with 1 if a file does not
compile without a warning, or if there are none.
"""
import glob
import os
import subprocess
import sys

STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror", "-Wno-unused-function", "-O2"]


def main():
    source, host, arm = sys.argv[1:]
    cores = {name: [arm, "-mthumb", "-mcpu=" + name] for name in ("cortex-m0plus", "cortex-m4")}
    wrong = 0
    files = sorted(glob.glob(os.path.join(source, "passes/targets/*/kernels/*.c")))
    for path in files:
        core = os.path.basename(os.path.dirname(os.path.dirname(path)))
        compilers = [[host]] + list(cores.values()) if core == "plain" else [cores[core.replace("_", "-")]]
        for compiler in compilers:
            run = subprocess.run([*compiler, *STRICT, "-c", path, "-o", os.devnull], capture_output=True, text=True)
            if run.returncode != 0:
                print(f"{' '.join(compiler)}: {path}:\n{run.stderr}")
                wrong += 1
    print(f"{len(files)} files, {wrong} failures")
    sys.exit(wrong != 0 or not files)


if __name__ == "__main__":
    main()
