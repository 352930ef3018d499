# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Figures of the source tree: its size, and how far a change reaches."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.abspath(os.path.join(HERE, "..", ".."))
sys.path.insert(0, os.path.join(HERE, "..", "tree"))
import cell_files_test  # noqa: E402
import include_order_test  # noqa: E402
import production_lines  # noqa: E402
import size_test  # noqa: E402


def measure():
    lines = production_lines.count(SOURCE)
    figures = {"production_lines": lines.pop("total")}
    figures.update({"production_lines_" + part.replace("/", "_"): count for part, count in lines.items()})
    longest, _ = size_test.check(SOURCE)
    figures["longest_function_lines"], figures["longest_file_lines"] = longest["function_lines"], longest["file_lines"]
    figures["include_violations"] = sum(1 for _ in include_order_test.violations(SOURCE))
    # The cell that was added last, and that no plan chooses.
    figures["cell_files_touched"] = len(cell_files_test.files_naming(SOURCE, "gru"))
    return figures
