# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Whether a compiled model needs less than these shares of the tables and of the
state of another one: less_memory.py SMALL.txt LARGE.txt TABLES STATE, from what
dlnetc compile says. The window, which nothing makes smaller, does not count."""
import re
import sys

WINDOW_BYTES = 2 * 100


def memory(path):
    with open(path) as file:
        found = re.search(r"tables (\d+) B, state (\d+) B", file.read())
    return int(found[1]), int(found[2]) - WINDOW_BYTES


small, large = memory(sys.argv[1]), memory(sys.argv[2])
for what, few, many, share in zip(("tables", "state"), small, large, sys.argv[3:]):
    if not few < float(share) * many:
        sys.exit(f"{what}: {few} bytes of {many}, expected less than {share}")
