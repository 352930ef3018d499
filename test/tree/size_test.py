#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks that no production file has more than 500 lines and no function more than 80.

  size_test.py SOURCE [--longest]

With --longest it prints the greatest of both as JSON. A function is what has a parameter list before its brace; the lines count
from its first to its closing brace, lambdas within it included. Functions of a class count each by itself.
"""
import json
import re
import sys

import sources

LONGEST_FILE, LONGEST_FUNCTION = 500, 80
# Comments, strings and characters, whose braces mean nothing. Raw strings first, because quotes stand in them.
OPAQUE = re.compile(r'R"(\w*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", re.M)
NO_FUNCTION = re.compile(r"\s*(?:if|for|while|switch|do|else|catch|return)\b")
AGGREGATE = re.compile(r"\b(?:namespace|class|struct|enum|union|extern)\b")


def blanked(text):
    """The same text with nothing but code, line by line."""
    def blank(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    return DIRECTIVE.sub(blank, OPAQUE.sub(blank, text))


def functions(text):
    """Yields (first line, lines) of each function."""
    text = blanked(text)
    stack, head = [], 0  # of each open brace: the first line of the function that it opens, or None
    for match in re.finditer(r"[{};]", text):
        at, sign = match.start(), match.group(0)
        if sign == "{":
            before = text[head:at]
            within = any(first is not None for first in stack)
            opens = (not within and "(" in before and not NO_FUNCTION.match(before)
                     and not AGGREGATE.search(before.split("(")[0]) and not re.search(r"=\s*$", before))
            start = head + len(before) - len(before.lstrip())
            stack.append(text.count("\n", 0, start) + 1 if opens else None)
        elif sign == "}" and stack:
            first = stack.pop()
            if first is not None:
                yield first, text.count("\n", 0, at) + 2 - first
        head = at + 1


def check(source):
    """The longest file and function, and a line for each that is too long."""
    wrong, longest = [], {"file_lines": 0, "function_lines": 0}
    for path in sources.production_files(source):
        text = sources.read(source, path)
        lines = text.count("\n")
        longest["file_lines"] = max(longest["file_lines"], lines)
        if lines > LONGEST_FILE:
            wrong.append(f"{path}: {lines} lines, more than {LONGEST_FILE}")
        if not path.endswith((".cpp", ".h", ".c")):
            continue
        for first, length in functions(text):
            longest["function_lines"] = max(longest["function_lines"], length)
            if length > LONGEST_FUNCTION:
                wrong.append(f"{path}:{first}: a function of {length} lines, more than {LONGEST_FUNCTION}")
    return longest, wrong


def main():
    longest, wrong = check(sys.argv[1])
    if sys.argv[2:] == ["--longest"]:
        print(json.dumps(longest))
        return 0
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
