# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Passes run by hand, in orders that nobody planned, on IR that verifies."""
import subprocess
import unittest

from context import DLNET_OPT

SCAN = """lnn.model @m {{
^bb0(%x: tensor<{size}xi16>):
  %s = lnn.scan times {steps} from %x : tensor<{size}xi16> {{
  ^bb0(%v: tensor<{size}xi16>):
    %2 = lnn.clamp_s32 %v to [{low}, {high}] : tensor<{size}xi16> -> tensor<{size}xi16>
    lnn.yield %2 : tensor<{size}xi16>
  }}
  lnn.return %s : tensor<{size}xi16>
}}
"""
CLAMP_BEFORE_PRODUCT = """lnn.model @m {{
^bb0(%window: tensor<{size}xf32>):
  %c = lnn.clamp %window to [{low}.0, {high}.0] : tensor<{size}xf32>
  %0 = lnn.affine(%c) weights [dense<0.5> : tensor<4x{size}xf32>] bias dense<0.0> : tensor<4xf32>
    : (tensor<{size}xf32>) -> tensor<4xf32>
  lnn.return %0 : tensor<4xf32>
}}
"""
INTEGER_PASSES = ("fuse-elementwise", "prove-ranges", "choose-packing", "unroll-products", "plan-memory",
                  "verify-target", "annotate-cost")


def opt(text, *passes):
    pipeline = "builtin.module(lnn.model(" + ",".join(f"lnn-{name}" for name in passes) + "))"
    return subprocess.run([DLNET_OPT, "-", "--pass-pipeline=" + pipeline], input=text, capture_output=True, text=True)


class Passes(unittest.TestCase):
    def assertEnds(self, done):
        """With a result, or with an error and not by a signal."""
        self.assertIn(done.returncode, (0, 1), done.stderr[-2000:])
        self.assertEqual(done.returncode != 0, "error: " in done.stderr, done.stderr[-2000:])

    def test_a_cost_of_what_was_not_fused_is_an_error_that_says_so(self):
        for size, steps, low, high in ((2, 2, 0, 127), (1, 1, -5, 5), (17, 300, 0, 0), (400, 9, -32768, 32767)):
            with self.subTest(size=size):
                done = opt(SCAN.format(size=size, steps=steps, low=low, high=high), "prove-ranges", "plan-memory",
                           "annotate-cost")
                self.assertEqual(done.returncode, 1, done.stderr[-2000:])
                self.assertIn("must be in a group; run lnn-fuse-elementwise", done.stderr)

    def test_integer_passes_in_any_order_of_two_and_three_end_with_an_error_or_a_result(self):
        text = SCAN.format(size=3, steps=4, low=-7, high=90)
        for first in INTEGER_PASSES:
            for second in INTEGER_PASSES:
                with self.subTest(passes=(first, second)):
                    self.assertEnds(opt(text, first, second, "annotate-cost"))

    def test_a_clamp_before_a_product_is_compiled_or_refused(self):
        for size, low, high in ((1, -1, 1), (6, 0, 1), (3, -2, 2)):
            with self.subTest(size=size):
                done = subprocess.run([DLNET_OPT, "-", "--pass-pipeline=builtin.module(lnn-to-int8)"],
                                      input=CLAMP_BEFORE_PRODUCT.format(size=size, low=low, high=high),
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr[-2000:])
                self.assertIn("lnn.cost", done.stdout)
        done = subprocess.run([DLNET_OPT, "-", "--pass-pipeline=builtin.module(lnn-to-int8)"],
                              input=CLAMP_BEFORE_PRODUCT.format(size=2, low=5, high=6), capture_output=True, text=True)
        self.assertEqual(done.returncode, 1, done.stderr[-2000:])
        self.assertIn("clamps to a range that the 16 bits of its input do not reach", done.stderr)
