#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The most stack that a whole image can take, and its flash and RAM by symbol.

  image.py IMAGE.elf --root FUNCTION [--report FILE.md] [--json FILE.json] OBJECT.o...

The objects are the image's, compiled with -fcallgraph-info=su,da, so that a
call graph OBJECT.ci lies beside each. FUNCTION is the first that C compiled.
Exits with 1 where stack.py refuses, and where the bound does not fit between the
linker script's dln_stack_bottom and dln_stack_top.
"""
import argparse
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import stack  # noqa: E402
import toolchain  # noqa: E402
from toolchain import Refusal  # noqa: E402


def address(elf, name):
    for line in toolchain.output("arm-none-eabi-nm", elf).splitlines():
        fields = line.split()
        if fields[-1] == name and len(fields) == 3:
            return int(fields[0], 16)
    raise Refusal(f"{elf}: no symbol {name}")


def prove(elf, objects, root):
    """Flat figures of the image, and [(symbol, flash, RAM)], the largest first."""
    functions = stack.read_graph([path.removesuffix(".o") + ".ci" for path in objects])
    if root not in functions:
        raise Refusal(f"{root}: in no call graph")
    bound, chain = stack.bound(functions, root, elf)
    reserved = address(elf, "dln_stack_top") - address(elf, "dln_stack_bottom")
    if bound > reserved:
        raise Refusal(f"{root}: takes up to {bound} bytes of stack, of which {reserved} are reserved: "
                      f"{' > '.join(chain)}")
    text, data, bss = map(int, toolchain.output("arm-none-eabi-size", elf).splitlines()[1].split()[:3])
    rows = [(name, size if kind in "tTrRdDwW" else 0, size if kind in "dDbB" else 0)
            for _, size, kind, name in toolchain.symbol_table(elf)]
    figures = {"image_stack_bound_bytes": bound, "image_stack_reserved_bytes": reserved, "image_stack_chain":
               " ".join(chain), "image_flash_bytes": text + data, "image_ram_bytes": data + bss}
    return figures, sorted(rows, key=lambda row: (-row[1] - row[2], row[0]))


def report(elf, figures, rows):
    lines = [f"# Stack, flash and RAM of {os.path.basename(elf)}", "",
             "From gcc's call graphs: no recursion, no call through a pointer, no frame of variable size. An "
             "exception's own frame comes on top. Never run on a board.", "",
             f"- stack: at most {figures['image_stack_bound_bytes']} bytes, of "
             f"{figures['image_stack_reserved_bytes']} reserved: "
             + " > ".join(f"`{name}`" for name in figures["image_stack_chain"].split()),
             f"- flash: {figures['image_flash_bytes']} bytes",
             f"- RAM with the reserved stack: {figures['image_ram_bytes']} bytes", "",
             "| symbol | flash, bytes | RAM, bytes |", "|---|---|---|"]
    return "\n".join(lines + [f"| `{name}` | {flash} | {ram} |" for name, flash, ram in rows]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("elf", metavar="IMAGE.elf")
    parser.add_argument("objects", nargs="+", metavar="OBJECT.o")
    parser.add_argument("--root", required=True, metavar="FUNCTION")
    parser.add_argument("--report", metavar="FILE.md")
    parser.add_argument("--json", metavar="FILE.json")
    options = parser.parse_args()
    try:
        figures, rows = prove(options.elf, options.objects, options.root)
    except Refusal as refusal:
        sys.exit(f"image: refused: {refusal}")
    for path, text in ((options.report, report(options.elf, figures, rows)),
                       (options.json, json.dumps(figures, indent=2, sort_keys=True) + "\n")):
        if path:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    for key, value in sorted(figures.items()):
        print(key, value)


if __name__ == "__main__":
    main()
