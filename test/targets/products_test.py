#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds what the compiler says of products (passes/targets/ProductCost.h) to what they cost on an emulated core.

  products_test.py BUILD TARGET

Each product is checked against its plain result there, and counted: instructions from the kernel's first to its return, bytes of
its code and its tables. Exits with 1 unless every figure is the one that was expected.
"""
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import emulated  # noqa: E402

DENSE = ["64x64", "44x22", "24x24", "6x14", "5x7", "9x2", "3x2", "2x6", "1x1"]
SPARSE = ["64x64-50", "44x22-50", "24x24-50", "5x7-40", "9x9-0", "3x2-100", "4x510-100", "6x38-80"]
# As a function of its own, as where several products use it.
SHARED = ["-fno-ipa-cp", "-fno-ipa-sra", "-fno-optimize-sibling-calls"]


def measure(core, packing, shape, folder):
    """Figure -> (expected, found); empty where the target has no such kernel."""
    size, _, percent = shape.partition("-")
    rows, columns = size.split("x")
    made = subprocess.run([os.path.join(core.build, "bin", "dlnet-reference"), "product", "--target", core.name, "--packing", packing,
                           "--rows", rows, "--columns", columns, "--density", str(int(percent or 100) / 100), "-o", folder],
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if "has no kernel for" in made.stderr:
        return {}
    made.check_returncode()
    product = core.object(os.path.join(folder, "product.c"), folder, *SHARED)
    board = core.object(os.path.join(emulated.HERE, "board.c"), folder)
    elf = core.link([product, board], folder, "product.elf")
    kernel = "dln_matvec_" + packing
    run = core.run(elf, [kernel])
    if run["status"] != 0:
        raise RuntimeError(f"{core.name} {packing} {shape}: {run['stdout'].strip()}")
    values, (instructions,) = run["values"], run["calls"][kernel]
    return {"table_bytes": (values["expected_table_bytes"], values["table_bytes"]),
            "instructions": (values["expected_instructions"], instructions),
            "kernel_bytes": (values["expected_kernel_bytes"], (core.symbols(elf)[kernel][1] + 3) // 4 * 4)}


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    core = emulated.Core(*sys.argv[1:])
    wrong = found_any = 0
    with tempfile.TemporaryDirectory() as folder:
        for packing in ("dual_row", "byte_pair", "four_rows", "dual_row_sparse", "byte_pair_sparse"):
            for shape in SPARSE if "sparse" in packing else DENSE:
                own = os.path.join(folder, packing + shape)
                for figure, (expected, found) in measure(core, packing, shape, own).items():
                    found_any += 1
                    wrong += expected != found
                    print(f"{packing:18}{shape:12}{figure:14} {expected:7} {found:7}{'' if expected == found else '  WRONG'}")
    sys.exit(wrong != 0 or not found_any)


if __name__ == "__main__":
    main()
