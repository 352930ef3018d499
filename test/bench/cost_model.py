#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds what the compiler says of costs (lnn-annotate-cost) to what models cost.

  cost_model.py BUILD FAMILY [--random N]

Every student of FAMILY and N random models that the cost table was not fitted to, a third of them pruned, half of
them optimized for size, are built and counted on an emulated Cortex-M4; so are the pruned students once more with
their tables in RAM. Exits with 1 when a prediction of instructions is more than 5 % off, one of flash more than 2 %,
or one of RAM at all, and when the models are not of all kinds.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

import cost_samples

# From here on, no model serves the fit (calibrate_cost.py).
FIRST_UNSEEN = 10000
LIMITS = {"instructions": 0.05, "flash": 0.02, "ram": 0.0}
# Models below 4 kB miss the limit of flash: what gcc allots to registers moves a function by so many bytes, and no linear
# price sees it. The bench holds them to the limit itself, and says by how much it is missed.
SLACK = {"flash": 80}


# Kernels of products, each of which some model must call.
KINDS = {"dense": r"(dual_row|byte_pair)", "unrolled": r"(dual_row|byte_pair)_\d+",
         "sparse": r"(dual_row|byte_pair)_sparse", "straight": r"(dual_row|byte_pair)_sparse_\d+"}


def students(build, family):
    """The names of a family's students, and of those of them that are pruned."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(build, "bin", "dlnetc"), "compile", family, "-o", folder, "--emit=report",
                        "--budget", "mae=1"], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
            candidates = json.load(file)["candidates"]
    return ([candidate["name"] for candidate in candidates],
            [candidate["name"] for candidate in candidates if "pruned" in candidate["trained"]])


def compare(build, family, count):
    """(predicted, measured) costs of the family's students and of `count` random models."""
    every, pruned = students(build, family)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "random.safetensors")
        names = cost_samples.random_family(build, path, FIRST_UNSEEN, count)
        half = len(names) // 2
        samples = [(family, every), (family, pruned, ("--place", "ram")), (path, names[:half]),
                   (path, names[half:], ("--optimize", "size"))]
        return [pair for sample in samples
                for pair in zip(cost_samples.predict_all(build, *sample), cost_samples.measure_all(build, *sample))]


def missing_kinds(pairs):
    kernels = {kernel for _, measured in pairs for kernel in measured["kernels"]}
    return [kind for kind, pattern in KINDS.items() if not any(re.fullmatch(pattern, one) for one in kernels)]


def error(pair, figure):
    predicted, measured = pair
    return predicted[figure] / measured[figure] - 1


def measure(build, family, count=30):
    """Greatest errors, as figures of the benchmark."""
    pairs = compare(build, family, count)
    return {f"cost_model_max_{name}_error": max(abs(error(pair, figure)) for pair in pairs)
            for name, figure in (("instruction", "instructions"), ("flash", "flash"), ("ram", "ram"),
                                 ("cycle", "cycles"), ("stack", "stack"))}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("family")
    parser.add_argument("--random", type=int, default=30)
    options = parser.parse_args()
    wrong = 0
    print(f"{'model':40}" + "".join(f"{figure:>21}" for figure in cost_samples.FIGURES))
    pairs = compare(options.build, options.family, options.random)
    for pair in pairs:
        missed = [figure for figure, limit in LIMITS.items() if abs(error(pair, figure)) > limit and
                  abs(pair[0][figure] - pair[1][figure]) > SLACK.get(figure, 0)]
        wrong += len(missed)
        print(f"{' '.join([pair[1]['model'], *pair[1]['options']]):40}" +
              "".join(f"{pair[1][figure]:12} {error(pair, figure):+7.1%}" for figure in cost_samples.FIGURES) +
              ("  WRONG: " + ", ".join(missed) if missed else ""))
    for kind in missing_kinds(pairs):
        wrong += 1
        print(f"no model has a product that is {kind}")
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
