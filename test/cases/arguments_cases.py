# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Command lines as people mistype them."""
import unittest

from context import DLNET_TRAIN, DLNETC, FAMILY, refused


class Tools(unittest.TestCase):
    def test_an_unknown_option_names_the_tool(self):
        self.assertIn("dlnetc: error: ", refused(DLNETC, "compile", FAMILY, "--frobnicate"))
        self.assertIn("dlnet-train: error: ", refused(DLNET_TRAIN, "train", "--frobnicate"))
