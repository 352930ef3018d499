#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts the production files that name a cell: its own and the list of cells, if a cell is defined once.

  cell_files_test.py SOURCE [--count]

The cell is the GRU, which nobody chooses by its name: files that do, as the plan of a family does, would count, too. A
file counts that has the name of families in quotes or the name of the cell's type. With --count the number is printed,
and nothing else.
"""
import os
import re
import sys

from sources import production_files, read

CELLS = "frontend/network/cells"
CELL = "gru"
EXPECTED = 2


def type_of(source, name):
    """The type of the cell of that name, from the file that defines it; None if there is none."""
    for file in sorted(os.listdir(os.path.join(source, CELLS))):
        found = re.search(r"struct (\w+) \{\s*static constexpr const char \*kName = \"" + re.escape(name) + '"',
                          read(source, os.path.join(CELLS, file)))
        if found:
            return found.group(1)
    return None


def files_naming(source, name):
    """Paths, relative to the source, of the production files that name the cell."""
    kind = type_of(source, name)
    if kind is None:
        raise ValueError(f"{CELLS}: no cell has the name {name}")
    named = re.compile(rf"\"{re.escape(name)}\"|\b{kind}\b")
    return [path for path in production_files(source) if named.search(read(source, path))]


def count(source):
    return len(files_naming(source, CELL))


def main():
    found = files_naming(sys.argv[1], CELL)
    if sys.argv[2:] == ["--count"]:
        print(len(found))
        return
    if len(found) != EXPECTED:
        print(f"{CELL}: expected {EXPECTED} files to name it, found {len(found)}:", *found, sep="\n  ")
        sys.exit(1)


if __name__ == "__main__":
    main()
