# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The production sources of this tree: C++, C, TableGen and the templates of C; tests apart."""
import os

TOPS = ("frontend", "dialect", "passes", "codegen", "runtime", "trainer")
ENDINGS = (".cpp", ".h", ".c", ".td", ".inc", ".in", ".ino", ".S", ".ld")


def production_files(source):
    """Yields the paths, relative to the source folder, in order."""
    for top in TOPS:
        for folder, folders, names in os.walk(os.path.join(source, top)):
            folders.sort()
            for name in sorted(names):
                if name.endswith(ENDINGS):
                    yield os.path.relpath(os.path.join(folder, name), source)


def read(source, path):
    with open(os.path.join(source, path), encoding="utf-8") as file:
        return file.read()
