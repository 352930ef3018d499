#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds dlnetc compile --place to its word: tables are where it says, of the
size that it says, whatever a compiler would make of them.

  placement_test.py DLNETC FAMILY COMPILER...
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

DLNETC, FAMILY, *COMPILERS = sys.argv[1:]


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def compiled(folder, place):
    """Compiles the family into `folder`; bytes of its tables by what dlnetc says."""
    said = output(DLNETC, "compile", FAMILY, "--name", "soh", "--place", place, "-o", folder)
    return int(re.search(r"tables (\d+) B" + (", in RAM too," if place == "ram" else ","), said)[1])


def sections(folder, compiler, optimize):
    """Bytes by the first letter of a symbol's kind: d for .data, r for .rodata. What has a dot is a function's own."""
    path = os.path.join(folder, "soh.o")
    subprocess.run([compiler, optimize, "-std=c99", "-c", os.path.join(folder, "soh.c"), "-o", path], check=True)
    sizes = {}
    for line in output("nm", "--print-size", path).splitlines():
        fields = line.split()
        if len(fields) == 4 and re.fullmatch(r"soh_\w+", fields[3]):
            sizes[fields[2]] = sizes.get(fields[2], 0) + int(fields[1], 16)
    return sizes


class Placement(unittest.TestCase):
    def test_tables_are_where_they_should_be(self):
        for place, kind, other in (("flash", "r", "d"), ("ram", "d", "r")):
            with tempfile.TemporaryDirectory() as folder:
                tables = compiled(folder, place)
                self.assertGreater(tables, 0)
                for compiler in COMPILERS:
                    for optimize in ("-O0", "-O2", "-Os"):
                        with self.subTest(place=place, compiler=compiler, optimize=optimize):
                            sizes = sections(folder, compiler, optimize)
                            if place == "flash" and optimize != "-O0":
                                # Small constant tables may become part of the code.
                                self.assertLessEqual(sizes[kind], tables)
                            else:
                                self.assertEqual(sizes[kind], tables)
                            self.assertNotIn(other, sizes)

    def test_the_header_states_the_ram(self):
        with tempfile.TemporaryDirectory() as folder:
            tables = compiled(folder, "ram")
            with open(os.path.join(folder, "soh.h"), encoding="utf-8") as file:
                text = " ".join(file.read().split())
            self.assertIn(f"that the caller owns, and {tables} bytes for the tables, which the startup code "
                          "copies there. No heap", text)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
