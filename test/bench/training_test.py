#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Judges the table that judges training."""
import contextlib
import io
import unittest

import training


def figures(simulated=False, **changes):
    """A report in which every promise is just kept."""
    kept = {key: limit for key, _, limit, _ in training.PROMISES}
    return {"simulated": simulated, **kept, **changes}


def judge(report):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        kept = training.report(report)
    return kept, text.getvalue()


class Report(unittest.TestCase):
    def test_limits_are_kept_at_their_values(self):
        kept, text = judge(figures())
        self.assertTrue(kept)
        self.assertNotIn("MISSED", text)

    def test_each_promise_can_be_missed(self):
        for key, description, limit, least in training.PROMISES:
            kept, text = judge(figures(**{key: limit * (0.99 if least else 1.01)}))
            self.assertFalse(kept, key)
            (missed,) = [line for line in text.split("\n") if "MISSED" in line]
            self.assertIn(description, missed)

    def test_a_figure_that_is_absent_is_no_success(self):
        report = figures()
        del report["mae_teacher"]
        kept, text = judge(report)
        self.assertFalse(kept)
        self.assertIn("not measured", text)

    def test_errors_of_simulated_cells_are_not_judged(self):
        kept, text = judge(figures(simulated=True, mae_teacher=1.0))
        self.assertTrue(kept)
        self.assertIn("not judged", text)


if __name__ == "__main__":
    unittest.main()
