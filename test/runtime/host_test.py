#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""soh_monitor on this machine: what it keeps from run to run, and the files that it refuses.

  host_test.py SOH_MONITOR_HOST
"""
import binascii
import os
import subprocess
import sys
import tempfile
import unittest

PROGRAM = sys.argv[1]


def sealed(text):
    return f"{text}*{binascii.crc_hqx(text.encode(), 0xffff):04x}\n"


class HostTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.flash = os.path.join(folder.name, "flash")

    def talk(self, *lines, flash=None):
        return subprocess.run([PROGRAM], input="".join(lines), capture_output=True, text=True, timeout=60,
                              env={**os.environ, "DLNET_FLASH": flash or self.flash})

    def refused(self, message, **options):
        done = self.talk("?\n", **options)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^soh_monitor: error: " + message)

    def test_keeps_a_cell_from_run_to_run(self):
        self.assertIn(" nominal=900.000 ", self.talk(sealed("cell 900"), sealed("cycle 1 890")).stdout)
        self.assertRegex(self.talk(sealed("cycle 2 889")).stdout, r"^start .* cycle=1 .*\nok cycle=2 .*\n$")

    def test_refuses_what_is_no_flash(self):
        for content in (b"", b"\xff" * 100, b"\xff" * (8 * 4096 + 1)):
            with open(self.flash, "wb") as file:
                file.write(content)
            self.refused(".*/flash: is no flash of this program")
            with open(self.flash, "rb") as file:
                self.assertEqual(file.read(), content)

    def test_says_where_it_cannot_keep_it(self):
        self.refused("/nowhere/at/all.part: No such file", flash="/nowhere/at/all")
        self.refused(".*: Is a directory|.*: is no flash", flash=os.path.dirname(self.flash))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
