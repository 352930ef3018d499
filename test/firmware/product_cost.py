#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds what the compiler says of products (passes/targets/ProductCost.h) to what
they cost.

  product_cost.py count_instructions.so KERNEL=IMAGE.elf...

Each image is a program of `dlnet-reference product`, whose kernel
dln_matvec_KERNEL is a function of its own. It prints what was expected; instructions are counted on an emulated
Cortex-M4, from the kernel's first to its return, cycles estimated from them, and code is measured in the
image. Exits with 1 unless every figure is the same.
"""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools", "m4"))
import m4run  # noqa: E402


def function_bytes(elf, function):
    """Size of a function with what aligns the next one."""
    text = subprocess.run(["arm-none-eabi-nm", "--print-size", elf], check=True, capture_output=True,
                          text=True).stdout
    sizes = [int(fields[1], 16) for fields in map(str.split, text.splitlines())
             if len(fields) == 4 and fields[3] == function]
    if len(sizes) != 1:
        raise RuntimeError(f"{elf}: {len(sizes)} functions are called {function}")
    return (sizes[0] + 3) // 4 * 4


def measure(plugin, packing, elf):
    """Figure -> (expected, found)."""
    kernel = "dln_matvec_" + packing
    run = m4run.run(elf, plugin=plugin, functions=[kernel])
    if run["status"] != 0:
        raise RuntimeError(f"{elf}: {run['stdout'].strip()}")
    values, (call,) = run["values"], run["calls"][kernel]
    return {"table_bytes": (values["expected_table_bytes"], values["table_bytes"]),
            "instructions": (values["expected_instructions"], call["instructions"]),
            "cycles": (values["expected_cycles"], call["cycles"]["mid"]),
            "kernel_bytes": (values["expected_kernel_bytes"], function_bytes(elf, kernel))}


def main():
    plugin, *products = sys.argv[1:]
    if not products:
        sys.exit(__doc__)
    wrong = 0
    for product in products:
        packing, elf = product.split("=", 1)
        for figure, (expected, found) in measure(plugin, packing, elf).items():
            wrong += expected != found
            print(f"{os.path.basename(elf):44} {figure:14} {expected:7} {found:7}"
                  f"{'' if expected == found else '  WRONG'}")
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
