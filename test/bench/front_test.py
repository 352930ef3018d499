#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What "saves flash at equal error" means, on families small enough to see it."""
import unittest

import front


def student(name, error, flash, pruned=False):
    return {"name": name, "error": error, "flash": flash, "pruned": pruned}


class PrunedSaving(unittest.TestCase):
    def test_smallest_of_each_side_at_a_level(self):
        saving, pruned, unpruned = front.pruned_saving([
            student("big", 1.0, 8000), student("bigger", 1.0, 9000), student("cut", 1.0, 6000, pruned=True)])
        self.assertEqual((pruned, unpruned), ("cut", "big"))
        self.assertAlmostEqual(saving, 0.25)

    def test_two_percent_are_equal_and_more_are_not(self):
        big = student("big", 1.0, 8000)
        self.assertEqual(front.pruned_saving([big, student("cut", 1.02, 4000, pruned=True)])[0], 0.5)
        self.assertIsNone(front.pruned_saving([big, student("cut", 1.021, 4000, pruned=True)]))

    def test_the_slack_alone_saves_nothing(self):
        # A smaller unpruned student errs as little as the pruned one does.
        saving, _, unpruned = front.pruned_saving([
            student("big", 1.0, 8000), student("near", 1.015, 4000), student("cut", 1.015, 4000, pruned=True)])
        self.assertEqual((saving, unpruned), (0, "near"))

    def test_the_best_level_counts(self):
        saving, pruned, _ = front.pruned_saving([
            student("big", 1.0, 8000), student("small", 2.0, 4000),
            student("cut", 1.0, 7200, pruned=True), student("cut2", 2.0, 2000, pruned=True)])
        self.assertEqual((saving, pruned), (0.5, "cut2"))

    def test_what_costs_more_is_no_saving(self):
        self.assertLess(front.pruned_saving([student("a", 1.0, 1000), student("b", 1.0, 1100, pruned=True)])[0], 0)


if __name__ == "__main__":
    unittest.main()
