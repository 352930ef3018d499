#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs models on an emulated core, and compares each bit with what the integer executor computes.

  models_test.py BUILD FAMILY TARGET [--students N] [--random N]

Students of FAMILY and random models are compiled for the target, for speed and for size, and built for its core at -O2 and
-Os. Each runs its self-test, whose forecasts are the integer executor's. One that is made to expect another forecast must
fail. Exits with 1 when one does not do what it must.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
import emulated  # noqa: E402

FIRST_RANDOM = 20000


def models(build, family, students, count, folder):
    """(family, model, options of dlnetc) of what runs."""
    report = os.path.join(folder, "report")
    emulated.output(os.path.join(build, "bin", "dlnetc"), "compile", family, "-o", report, "--emit=report", "--budget", "mae=1")
    with open(os.path.join(report, "report.json"), encoding="utf-8") as file:
        names = [one["name"] for one in json.load(file)["candidates"]]
    step = max(1, len(names) // students)
    chosen = names[::step][:students]
    random = os.path.join(folder, "random.safetensors")
    emulated.output(os.path.join(build, "bin", "dlnet-reference"), "random", "--first", str(FIRST_RANDOM), "--count", str(count),
                    "-o", random)
    every = [(family, name) for name in chosen] + [(random, f"random{FIRST_RANDOM + i}") for i in range(count)]
    return [(*one, ["--optimize", ("speed", "size")[i % 2], "--place", ("flash", "ram")[i % 3 == 2]])
            for i, one in enumerate(every)]


def check(core, family, model, options, folder):
    """What is wrong with a model; empty: nothing."""
    os.makedirs(folder)
    subprocess.run([os.path.join(core.build, "bin", "dlnetc"), "compile", family, "--model", model, "--name", "soh",
                    "--target", core.name, "-o", folder, *options], check=True, stdout=subprocess.DEVNULL)
    sources = [os.path.join(folder, "soh.c"), os.path.join(folder, "soh_selftest.c"),
               os.path.join(emulated.HERE, "selftest_main.c")]
    for level in ("-O2", "-Os"):
        _, elf = core.program(sources, folder, level=level)
        run = core.run(elf)
        if run["status"] != 0 or "last_forecast" not in run["values"]:
            return f"{level}: status {run['status']}: {run['stdout'].strip()}"
    return ""


def notices(core, family, model, folder):
    """Whether a self-test that expects another forecast fails."""
    problem = check(core, family, model, [], folder)
    path = os.path.join(folder, "soh_selftest.c")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    start = text.index("{", text.index("_golden_forecast["))
    digit = re.compile(r"\d").search(text, start)
    changed = str((int(digit[0]) + 1) % 10)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text[:digit.start()] + changed + text[digit.end():])
    sources = [os.path.join(folder, "soh.c"), path, os.path.join(emulated.HERE, "selftest_main.c")]
    return problem == "" and core.run(core.program(sources, folder)[1])["status"] == 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("family")
    parser.add_argument("target")
    parser.add_argument("--students", type=int, default=3)
    parser.add_argument("--random", type=int, default=6)
    options = parser.parse_args()
    core = emulated.Core(options.build, options.target)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for i, (family, model, flags) in enumerate(models(options.build, options.family, options.students, options.random,
                                                          folder)):
            problem = check(core, family, model, flags, os.path.join(folder, str(i)))
            wrong += problem != ""
            print(f"{core.name} {model} {' '.join(flags)}: {problem or 'equal'}")
        if not notices(core, family, model, os.path.join(folder, "changed")):
            print(f"{core.name} {model}: a wrong forecast is not noticed")
            wrong += 1
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
