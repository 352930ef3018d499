#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Fits the prices of the cost model (passes/targets) to what random models cost.

  calibrate_cost.py BUILD [--target NAME] [--models N]

The cost of a model is linear in counts of what the emitter prints and of what a forecast runs (cost::Counts), and
exact for the kernels of products. N random models, each optimized for speed, half of them for size, too, and the
other half with tables in RAM, are counted, built and run on the emulated target; the least sum of the fourth powers
of the relative errors gives the price of each count, for it is the greatest error that the tests bound. No price is
negative: no thing that is printed or run saves any.
Some counts come in fixed company, so that many prices explain a model equally well: of those, the ones nearest to
GUESS are taken, what one reads in disassembled models. How good that is, is said by models that a fit has not seen:
each quarter of them is predicted by a fit to the others. The prices are those of a fit to all, and go to
passes/targets/<target>/CostTable.inc. The compiler must be built again after that. Where a core has no model of its cycles
(test/tools/m4 has the Cortex-M4's), they are its instructions.

To be run when the emitted C or the compiler of the target changes, and done so by `./dlnet calibrate`. Needs NumPy.
"""
import argparse
import concurrent.futures
import json
import os
import sys
import tempfile

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "tools"), os.path.join(HERE, "..", "targets")]
import cost_model  # noqa: E402
import cost_samples  # noqa: E402
import emulated  # noqa: E402
from whole_file import write_whole  # noqa: E402

# What a thing may cost: bytes of flash, bytes of stack, instructions, cycles.
GUESS = {
    "Model": (230, 50, 30, 45), "Age": (75, 4, 8, 13), "WindowElement": (0, 0, 5, 8), "BlockSum": (42, 0, 6, 10),
    "BlockElement": (0, 0, 4, 6), "KeptLoop": (16, 0, 4, 6), "KeptStep": (0, 0, 2, 3), "OuterLoop": (14, 10, 6, 9),
    "OuterStep": (0, 0, 4, 7), "DualRow": (16, 4, 6, 9), "BytePair": (16, 4, 6, 9), "DualRowSparse": (20, 4, 7, 11),
    "BytePairSparse": (20, 4, 7, 11), "FourRows": (20, 4, 7, 11), "LoopKernel": (0, 20, 0, 0), "Loop": (12, 1, 5, 8), "LoopStep": (0, 0, 2, 4),
    "Straight": (2, 0, 1, 1), "Pointer": (5, 0.5, 1, 2), "Spill": (6, 2, 1.5, 2.5), "Load": (4, 0, 1, 2),
    "StraightLoad": (2, 0, 0.5, 1), "Store": (4, 0, 1, 1), "StraightStore": (4, 0, 1, 1), "StridedStore": (8, 0, 3, 4), "TableLoad": (4, 2, 1, 2),
    "TableLiteral": (6, 0, 1, 2), "MultiplyHigh": (4, 0, 1, 1), "Lookup": (34, 0, 10, 15), "Saturate": (4, 0, 1, 1),
    "Positive": (4, 0, 1, 1), "Clamp": (14, 0, 5, 7), "Add": (3, 0, 1, 1), "Multiply": (4, 0, 1, 1), "Scale": (3, 0, 1, 1),
}
# What a relative change of a guess weighs against a relative error of a model.
TRUST = 1e-3
POWER = 4  # of the relative errors
ROUNDS = 30  # until the weights of the errors stand, to far below a byte
LEAST_WEIGHT = 0.05  # of an error that is small at present
QUARTERS = 4
FAMILY = 200  # models in one file
# Figures that are fitted: which of the counts make them, and what of them is known beforehand.
FITTED = {
    "flash": ("printed", ("kernel_bytes", "table_bytes")),
    "stack": ("printed", ()),
    "instructions": ("executed", ("kernel_instructions",)),
    "cycles": ("executed", ("kernel_cycles",)),
}


def measure_all(core, family, models, options):
    """As in cost_samples, on any core."""
    if core.target["models_cycles"]:
        return cost_samples.measure_all(core.build, family, models, options)
    with tempfile.TemporaryDirectory() as folder:
        def one(model):
            figures = core.measure(os.path.abspath(family), model, options, os.path.join(folder, model))
            return {"model": model, "cycles": figures["instructions"], **figures}
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(one, models))


def sample(core, family, models, objective, place="flash"):
    """The counts of models, with their measured costs."""
    lines = cost_samples.output(os.path.join(core.build, "bin", "dlnet-reference"), "counts", family, "--optimize", objective,
                                "--target", core.name)
    counts = {line["model"]: line for line in map(json.loads, lines.splitlines())}
    measured = measure_all(core, family, models, ("--optimize", objective, "--place", place))
    return [{**counts[one["model"]], "measured": one} for one in measured]


def matrix(samples, figure):
    kind = FITTED[figure][0]
    return np.array([[one[kind][term] for term in GUESS] for one in samples], float)


def known(samples, figure):
    return np.array([sum(one[key] for key in FITTED[figure][1]) for one in samples], float)


def measured(samples, figure):
    return np.array([one["measured"][figure] for one in samples], float)


def non_negative_least_squares(matrix, target):
    """The x >= 0 for which matrix @ x is nearest to target, by the active sets of Lawson and Hanson."""
    free = np.zeros(matrix.shape[1], bool)
    x = np.zeros(matrix.shape[1])
    for _ in range(10 * len(x)):
        gradient = matrix.T @ (target - matrix @ x)
        gradient[free] = 0
        if gradient.max() <= 1e-9 * np.abs(matrix.T @ target).max():
            break
        free[gradient.argmax()] = True
        while True:
            best = np.zeros(len(x))
            best[free] = np.linalg.lstsq(matrix[:, free], target, rcond=None)[0]
            below = free & (best <= 0)
            if not below.any():
                break
            x += (x[below] / (x[below] - best[below])).min() * (best - x)
            free &= x > 1e-12
            x[~free] = 0
        x = best
    return x


def fit(samples, figure):
    """The price of each term, none of them negative, by iteratively reweighted least squares."""
    guess = np.array([prices[list(FITTED).index(figure)] for prices in GUESS.values()], float)
    total = measured(samples, figure)
    unexplained = (total - known(samples, figure)) / total
    relative = matrix(samples, figure) * guess / total[:, None]
    trust = TRUST * np.sqrt(len(samples)) * np.eye(len(guess))
    weights = np.ones(len(samples))
    for _ in range(ROUNDS):
        factors = non_negative_least_squares(np.vstack([relative * weights[:, None], trust]),
                                             np.concatenate([unexplained * weights, trust.diagonal()]))
        error = np.abs(unexplained - relative @ factors)
        wanted = (error / np.sqrt(np.square(error).mean())) ** ((POWER - 2) / 2)
        # Halfway, or the weights swing.
        weights = np.sqrt(weights * np.maximum(wanted, LEAST_WEIGHT))
    return guess * factors


def group(one):
    """Which quarter a sample is in. Models come in fours, one of each cell; none is in two quarters."""
    return int(one["model"].removeprefix("random")) // 4 % QUARTERS


def unseen_errors(samples, figure):
    """The relative error of each sample by a fit to the other quarters."""
    parts = [[[one for one in samples if (group(one) == part) == held] for held in (False, True)]
             for part in range(QUARTERS)]
    return np.concatenate([errors(held, figure, fit(others, figure)) for others, held in parts])


def errors(samples, figure, prices):
    return (matrix(samples, figure) @ prices + known(samples, figure)) / measured(samples, figure) - 1


def report(core, samples):
    lines = []
    for figure in FITTED:
        if figure == "cycles" and not core.target["models_cycles"]:
            continue
        found = unseen_errors(samples, figure)
        lines.append(f"{figure}: {abs(found).max():.1%} at most, {np.sqrt(np.square(found).mean()):.1%} root mean square")
    compiler = cost_samples.output(core.compiler[0], "-dumpfullversion").strip()
    return (f"fitted to {len(samples)} builds of random models by {core.compiler[0]} {compiler} at -O2", lines)


def write(path, prices, summary):
    how, lines = summary
    text = ("// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception\n"
            "//\n"
            "// Made by test/bench/calibrate_cost.py; do not edit. The prices are\n"
            f"// {how}.\n"
            "// Errors on models that a fit has not seen:\n" + "".join(f"//   {line}\n" for line in lines) +
            "//\n"
            "// DLNET_PRICE(term, " + ", ".join(FITTED) + ")\n")
    for i, term in enumerate(GUESS):
        text += f"DLNET_PRICE({term}, " + ", ".join(f"{prices[figure][i]:.3f}" for figure in FITTED) + ")\n"
    write_whole(path, text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--target", default="cortex_m4")
    parser.add_argument("--models", type=int, default=600)
    options = parser.parse_args()
    build = os.path.abspath(options.build)
    if options.models > cost_model.FIRST_UNSEEN:
        parser.error(f"at most {cost_model.FIRST_UNSEEN} models: the others are for the test")
    core = emulated.Core(build, options.target)
    samples = []
    for first in range(0, options.models, FAMILY):
        with tempfile.TemporaryDirectory() as folder:
            family = os.path.join(folder, "random.safetensors")
            names = cost_samples.random_family(build, family, first, min(FAMILY, options.models - first))
            samples += (sample(core, family, names, "speed") + sample(core, family, names[::2], "size") +
                        sample(core, family, names[1::2], "speed", "ram"))
    prices = {figure: fit(samples, figure) for figure in FITTED}
    if not core.target["models_cycles"]:
        prices["cycles"] = prices["instructions"]
    summary = report(core, samples)
    table = os.path.join(cost_samples.ROOT, "passes", "targets", core.name, "CostTable.inc")
    write(table, prices, summary)
    print(table + ": " + "\n  ".join([summary[0], *summary[1]]))


if __name__ == "__main__":
    main()
