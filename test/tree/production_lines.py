#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Counts the lines of production sources that are neither blank nor only a comment, by part.

  production_lines.py SOURCE

Prints one JSON object: a part for each folder below a top folder ("." for its own files), their sum as `total`.
Generated tables of figures (CostTable.inc) do not count.
"""
import json
import re
import sys

import sources

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)


def lines_of(text):
    return sum(1 for line in COMMENT.sub("", text).split("\n") if line.strip())


def count(source):
    parts = {}
    for path in sources.production_files(source):
        if path.endswith("CostTable.inc"):
            continue
        folders = path.split("/")[:-1]
        part = "/".join(folders[:2])
        parts[part] = parts.get(part, 0) + lines_of(sources.read(source, path))
    parts["total"] = sum(parts.values())
    return parts


if __name__ == "__main__":
    print(json.dumps(count(sys.argv[1]), indent=1))
