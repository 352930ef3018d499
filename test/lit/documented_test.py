#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs the examples of passes/RealPasses.td and IntegerPasses.td, and wants one of every pass.

  documented_test.py SOURCE DLNET_OPT

In the description of a pass stands, as Markdown,

    ```mlir
    what there is before
    ==> options of the pass
    what the pass makes of it
    ```

Both sides are whole modules. Names of values and the way numbers are written do not matter; `...` stands for a whole
number that the text does not want to say. Every pass has a file of tests of its own, and one of what it refuses.
"""
import os
import re
import subprocess
import sys

ANY_NUMBER = "4242424242"
PASS = re.compile(r'^def (\w+) : (?:Lnn_Pass<"([\w-]+)">|Pass<"([\w-]+)", "::mlir::ModuleOp">) \{\n(.*?)^\}', re.M | re.S)
EXAMPLE = re.compile(r"^ *```mlir\n(.*?)^ *==>([^\n]*)\n(.*?)^ *```$", re.M | re.S)


def run(opt, text, *arguments):
    done = subprocess.run([opt, "-", *arguments], input=text, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else None, done.stderr


def differs(opt, pipeline, before, after):
    """What is wrong with an example, or nothing."""
    found, error = run(opt, before, "--pass-pipeline=" + pipeline)
    if found is None:
        return f"does not run:\n{error}"
    wanted, error = run(opt, after.replace("...", ANY_NUMBER))
    if wanted is None:
        return f"gives what cannot be read:\n{error}"
    pattern = re.escape(wanted).replace(ANY_NUMBER, r"\d+")
    return "" if re.fullmatch(pattern, found) else f"gives instead:\n{found}"


def check(source, opt):
    """Yields what is wrong."""
    text = ""
    for name in ("RealPasses.td", "IntegerPasses.td"):
        with open(os.path.join(source, "passes", name), encoding="utf-8") as file:
            text += file.read()
    passes = PASS.findall(text)
    if not passes or len(passes) != len(re.findall("^def ", text, re.M)):
        yield f"this test finds {len(passes)} passes, which are not all"
    tests = os.listdir(os.path.join(source, "test", "lit", "passes"))
    for _, of_model, of_module, body in passes:
        name = of_model or of_module
        pipeline = "builtin.module(lnn.model({}))" if of_model else "builtin.module({})"
        examples = EXAMPLE.findall(body)
        if not examples:
            yield f"{name} has no example"
        for before, options, after in examples:
            options = options.strip()
            wrong = differs(opt, pipeline.format(name + (f"{{{options}}}" if options else "")), before, after)
            if wrong:
                yield f"the example of {name} {wrong}"
        stem = name.removeprefix("lnn-")
        if stem + ".mlir" not in tests:
            yield f"{name} has no test {stem}.mlir"
        if not any(re.fullmatch(stem + r"(-options)?-(invalid|foreign)\.mlir", test) for test in tests):
            yield f"{name} has no test of what it refuses, {stem}-invalid.mlir"


def main():
    wrong = list(check(*sys.argv[1:]))
    for finding in wrong:
        print(f"passes: {finding}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
