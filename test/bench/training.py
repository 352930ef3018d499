#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Shows what training reached against what the project promises.

  training.py REPORT

REPORT is the report.json that `./dlnet family` leaves. Measuring takes an hour,
so nothing is measured here. Exits with 1 when a promise does not hold.
"""
import argparse
import json
import sys

# What must hold: key, description, the limit, and whether it is the least.
PROMISES = [
    ("mae_student_2000", "MAE of a student up to 2,000 numbers, 5 folds", 0.00105, False),
    ("mae_student_2000_over_ridge", "the same over that of ridge", 0.60, False),
    ("mae_student_500", "MAE of a student up to 500 numbers, 5 folds", 0.0014, False),
    ("mae_teacher", "MAE of the teacher, 5 folds", 0.00095, False),
    ("mae_student_2000_over_teacher", "that student over its teacher", 1.10, False),
    ("mae_pruned50_recovered_ratio", "half pruned and recovered over unpruned", 1.05, False),
    ("mae_int8_ratio", "int8 over float, after tuning", 1.01, False),
    ("fused_speedup", "fused recurrence over eager autograd", 3.0, True),
    ("family_minutes", "minutes to train the family", 45.0, False),
]


def read(path):
    with open(path, encoding="utf-8") as file:
        figures = json.load(file)
    if "mae_student_2000" in figures and "mae_teacher" in figures:
        figures["mae_student_2000_over_teacher"] = figures["mae_student_2000"] / figures["mae_teacher"]
    return figures


def report(figures):
    """Prints the table; returns whether all promises were measured and hold."""
    if figures["simulated"]:
        print("Simulated cells: the errors say nothing about real ones and are not judged.\n")
    print(f"{'':46} {'measured':>10} {'sd':>10} {'wanted':>10}")
    kept = True
    for key, text, limit, least in PROMISES:
        if key not in figures:
            print(f"{text:46} {'-':>10} {'-':>10} {limit:10} not measured")
            kept = False
            continue
        value = figures[key]
        spread = f"{figures[key + '_sd']:.2g}" if key + "_sd" in figures else "-"
        holds = value >= limit if least else value <= limit
        judged = not (figures["simulated"] and key.startswith("mae"))
        kept &= holds or not judged
        verdict = ("ok" if holds else "MISSED") if judged else "not judged"
        print(f"{text:46} {value:10.4g} {spread:>10} {limit:10} {verdict}")
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("report", metavar="REPORT")
    options = parser.parse_args()
    try:
        figures = read(options.report)
    except (OSError, ValueError) as error:
        parser.error(f"{options.report}: {error}")
    sys.exit(not report(figures))


if __name__ == "__main__":
    main()
