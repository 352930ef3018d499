#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds what the compiler says of costs to what models cost on an emulated core.

  costs_test.py BUILD TARGET [--random N]

N random models that no prices were fitted to, half of them optimized for size, are built at -O2 and counted. Exits with 1 when a
prediction is further off than the core's folder allows (`limits` of passes/targets/<core>/emulator.json), or one of RAM at all.
"""
import argparse
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
import emulated  # noqa: E402

# No fit takes these (test/bench/cost_model.py).
FIRST_UNSEEN = 12000


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("target")
    parser.add_argument("--random", type=int, default=12)
    options = parser.parse_args()
    core = emulated.Core(options.build, options.target)
    limits = {**core.emulator["limits"], "ram": 0}
    reference = os.path.join(core.build, "bin", "dlnet-reference")
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        family = os.path.join(folder, "random.safetensors")
        emulated.output(reference, "random", "--first", str(FIRST_UNSEEN), "--count", str(options.random), "-o", family)
        for half, objective in enumerate(("speed", "size")):
            lines = emulated.output(reference, "counts", family, "--optimize", objective, "--target", core.name).splitlines()
            for line in map(json.loads, lines[half::2]):
                found = core.measure(family, line["model"], ["--optimize", objective], os.path.join(folder, line["model"]))
                errors = {figure: line["cost"][figure] / found[figure] - 1 for figure in ("flash", "ram", "stack", "instructions")}
                missed = [figure for figure, limit in limits.items() if abs(errors[figure]) > limit]
                wrong += len(missed)
                print(f"{line['model']} {objective:6}" + "".join(f"{figure:>14} {found[figure]:7} {error:+7.1%}"
                                                                 for figure, error in errors.items()) +
                      ("  WRONG: " + ", ".join(missed) if missed else ""))
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
