# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The most stack that a function can take, from gcc's call graph.

gcc writes one graph a source (-fcallgraph-info=su,da), after inlining: a node a
function with the size of its frame, an edge a call. What the C library adds
(memset, memmove, 64-bit division) has no graph, and is read from the image's disassembly.
"""
import re
from dataclasses import dataclass, field

import toolchain
from toolchain import Refusal


@dataclass
class Function:
    name: str
    place: str = ""
    frame: int = None  # None: not compiled here
    calls: list = field(default_factory=list)  # (callee's key, place)


def read_graph(paths):
    """Functions by key: `file:name` of static ones, else the name."""
    functions = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for title, label in re.findall(r'^node: \{ title: "([^"]*)" label: "([^"]*)"', text, re.M):
            lines = label.split("\\n")
            function = functions.setdefault(title, Function(lines[0]))
            if len(lines) < 4:
                continue  # declared only
            function.name, function.place = lines[0], lines[1]
            frame = re.fullmatch(r"(\d+) bytes \((.*)\)", lines[2])
            if frame[2] != "static" or lines[3] != "0 dynamic objects":
                raise Refusal(f"{function.place}: {function.name} has a frame of variable size")
            function.frame = int(frame[1])
        for source, target, label in re.findall(
                r'^edge: \{ sourcename: "([^"]*)" targetname: "([^"]*)"(?: label: "([^"]*)")?', text, re.M):
            functions[source].calls.append((target, label or functions[source].place))
    return functions


def library_bound(elf, name, path=()):
    """(bytes, [the deepest chain of names]) of a function of the C library or libgcc, from its disassembly."""
    if name in path:
        raise Refusal(f"{name}: recursion in a library, {' -> '.join((*path, name))}")
    if name not in toolchain.symbol_names(elf):
        return 0, []  # gcc named it, and needed it no more: the linker would miss it
    text = toolchain.output("arm-none-eabi-objdump", "-d", "--no-show-raw-insn", f"--disassemble={name}", elf)
    code = re.findall(r"^ *[0-9a-f]+:\t(\S+)\s*([^;@\n]*)", text, re.M)
    if not code:
        raise Refusal(f"{name}: in the image, but under another name in its disassembly")
    frame, deepest = 0, (0, [])
    for mnemonic, operands in code:
        branch = re.fullmatch(r"[0-9a-f]+ <([^+>]+)>\s*", operands)
        if mnemonic.startswith("b") and branch and branch[1] != name:
            deepest = max(deepest, library_bound(elf, branch[1], (*path, name)), key=lambda found: found[0])
        elif re.match(r"blx|bx|mov", mnemonic) and re.match(r"(?!lr)[a-z]\w*\s*$|pc,", operands):
            raise Refusal(f"{name}: a library function that calls or jumps through a pointer")
        elif re.match(r"v?push", mnemonic) or (mnemonic.startswith("stmdb") and operands.startswith("sp!")):
            frame += 4 * len(expand(operands))
        elif re.match(r"subw?(\.w)?$", mnemonic) and operands.startswith("sp"):
            frame += int(re.search(r"#(\d+)", operands)[1])
        elif (match := re.search(r"\[sp, #-(\d+)\]!", operands)):
            frame += int(match[1])
        elif re.match(r"(mov|sub|add)", mnemonic) and operands.startswith("sp") and "#" not in operands:
            raise Refusal(f"{name}: a library function with a frame of variable size")
    return frame + deepest[0], [name] + deepest[1]


def expand(operands):
    """Registers of a list such as {r4, r5, r7-r9}, floating-point ones twice for their two words."""
    names = []
    for part in re.search(r"\{(.*)\}", operands)[1].split(","):
        ends = re.findall(r"[a-z]+(\d*)", part)
        if "-" in part:
            names += [part] * (int(ends[1]) - int(ends[0]) + 1)
        else:
            names.append(part)
    return names * (2 if "d" in operands else 1)


def bound(functions, root, elf):
    """(bytes, [the deepest chain of names]); refuses recursion and calls through pointers."""
    done = {}

    def visit(key, path):
        function = functions[key]
        if key in path:
            cycle = " -> ".join(functions[step].name for step in path[path.index(key):] + [key])
            raise Refusal(f"{function.place}: recursion, {cycle}")
        if key not in done:
            if function.frame is None:
                done[key] = library_bound(elf, key)
            else:
                deepest = (0, [])
                for callee, place in function.calls:
                    if callee == "__indirect_call":
                        raise Refusal(f"{place}: {function.name} calls through a pointer")
                    deepest = max(deepest, visit(callee, path + [key]), key=lambda found: found[0])
                done[key] = function.frame + deepest[0], [function.name] + deepest[1]
        return done[key]

    return visit(root, [])
