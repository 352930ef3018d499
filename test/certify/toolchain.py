# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How certified code is compiled: in one place, because a proof holds for one
compiler with one set of options, and the certificate states them."""
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, "test", "tools", "m4"), os.path.join(ROOT, "test", "tools")]

ARM_GCC = "arm-none-eabi-gcc"
MACHINE = ["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]
SIM = os.path.join(ROOT, "runtime", "ports", "sim")
HOST_BOARD = os.path.join(ROOT, "runtime", "ports", "host", "board.c")
INCLUDES = ["-I" + ROOT, "-I" + os.path.join(ROOT, "test", "firmware")]


class Refusal(Exception):
    """A claim does not hold; the text names the place."""


def output(*command, **options):
    """Standard output of a command; its errors end in ours."""
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command[:3])} ...: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def arm_object(source, path, optimize, includes=(), extra=()):
    """Compiles for the target; beside `path` come its call graph, path.ci."""
    output(ARM_GCC, *MACHINE, "-std=c11", optimize, "-g", "-ffunction-sections", "-fdata-sections",
           "-fcallgraph-info=su,da", *INCLUDES, *("-I" + folder for folder in includes), *extra,
           "-c", source, "-o", path)


def arm_link(objects, path):
    """An image for the emulator of objects and the port."""
    output(ARM_GCC, *MACHINE, "--specs=nano.specs", "--specs=nosys.specs", "-nostartfiles", "-Wl,--gc-sections",
           "-T", os.path.join(SIM, "sim.ld"), *objects, "-o", path)


def host_program(sources, path, includes=(), sanitize=False):
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"] if sanitize else []
    output("cc", "-std=c11", "-O2", *sanitizers, *INCLUDES, *("-I" + folder for folder in includes), *sources,
           "-o", path)


def first_line(*command):
    return output(*command).splitlines()[0]


def symbol_table(elf):
    """[(address, bytes, kind letter of nm, name)] of an object or image."""
    table = []
    for line in output("arm-none-eabi-nm", "--print-size", elf).splitlines():
        match = re.match(r"([0-9a-f]+) ([0-9a-f]+) (\w) (\S+)$", line)
        if match:
            table.append((int(match[1], 16), int(match[2], 16), match[3], match[4]))
    return table


def symbol_names(elf):
    return {line.split()[-1] for line in output("arm-none-eabi-nm", "--defined-only", elf).splitlines()}
