#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that each folder includes only folders that stand before it in the order below.

  include_order_test.py SOURCE [--count]

With --count it prints how many includes break the order, and nothing else. A file's layer is the longest path below that
its own begins with. Folders of one line may include one another's; runtime/ is C that emitted models and ports are linked to,
and includes nothing of the others.
"""
import os
import re
import sys

ORDER = [
    ["passes/fixed"],
    ["passes/prune"],
    ["frontend/support"],
    ["frontend/network"],
    ["frontend/family"],
    ["frontend/series"],
    ["dialect"],
    ["passes/plan"],
    ["passes/targets"],
    ["passes"],
    ["codegen"],
    ["frontend/import"],
    ["frontend/compile"],
    ["frontend/package", "frontend/report"],
    ["frontend/driver"],
    ["trainer/mat"],
    ["trainer/jobs"],
    ["trainer/report"],
    ["trainer/engine"],
    ["trainer/tasks"],
    ["trainer"],
    ["trainer/family"],
    ["trainer/commands"],
]
RANKS = {folder: rank for rank, folders in enumerate(ORDER) for folder in folders}
# Below the trainer stand no programs: it shares data and rules with the compiler, and the passes.
FORBIDDEN = {"trainer": ("frontend/package", "frontend/report", "frontend/driver")}
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
PRODUCTION = ("frontend", "dialect", "passes", "codegen", "runtime", "trainer")


def layer(path):
    """The longest folder of ORDER that holds a file, or None."""
    parts = path.split("/")[:-1]
    for length in range(len(parts), 0, -1):
        folder = "/".join(parts[:length])
        if folder in RANKS:
            return folder
    return None


def violations(source):
    """Yields a line for each include against the order."""
    for top in PRODUCTION:
        for folder, _, names in sorted(os.walk(os.path.join(source, top))):
            for name in sorted(names):
                if not name.endswith((".h", ".cpp", ".c", ".td")):
                    continue
                path = os.path.relpath(os.path.join(folder, name), source)
                with open(os.path.join(source, path), encoding="utf-8") as file:
                    included = INCLUDE.findall(file.read())
                mine = layer(path)
                if mine is None and top != "runtime":
                    yield f"{path}: its folder is not in the order"
                for other in included:
                    theirs = layer(other)
                    if theirs is None or "/" not in other or other.split("/")[0] not in PRODUCTION:
                        continue
                    if mine is None or RANKS[theirs] > RANKS[mine]:
                        yield f"{path}: includes {other}, which stands after it"
                    elif other.startswith(FORBIDDEN.get(top, ())):
                        yield f"{path}: includes {other}, a part of dlnetc"


def main():
    found = list(violations(sys.argv[1]))
    if sys.argv[2:] == ["--count"]:
        print(len(found))
        return 0
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
