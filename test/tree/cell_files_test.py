#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts the production files that name a cell: its own and the list of cells, if a cell is defined once.

  cell_files_test.py SOURCE CELL [--count]

CELL is the name in families ("gru"). A file counts that has the name in quotes or the name of the cell's type. With
--count the number is printed, and nothing else. Files that choose a cell by its name, as a plan does, count too; so the
test takes a cell that nobody chooses.
"""
import os
import re
import sys

from sources import production_files, read

CELLS = "frontend/network/cells"
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


def main():
    source, name = sys.argv[1:3]
    found = files_naming(source, name)
    if sys.argv[3:] == ["--count"]:
        print(len(found))
        return
    if len(found) != EXPECTED:
        print(f"{name}: expected {EXPECTED} files to name it, found {len(found)}:", *found, sep="\n  ")
        sys.exit(1)


if __name__ == "__main__":
    main()
