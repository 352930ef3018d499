#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A hunt that never finds anything proves nothing: here there is something to find.

  hunt_test.py BUILD
"""
import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = None


def hunt(*arguments, script="hunt.py"):
    return subprocess.run([sys.executable, "-B", os.path.join(HERE, script), "--build", BUILD, *arguments],
                          capture_output=True, text=True)


class Hunt(unittest.TestCase):
    # The first networks with ordinary weights, whose every weight counts.
    def test_a_changed_weight_is_noticed_and_can_be_brought_back(self):
        done = hunt("--networks", "8", "--seed", "1", "--corrupt", "--with", "gcc -O0")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        found = re.findall(r"MISMATCH: defect n(\d+): .*\n  gcc -O0\n  seed \1 level", done.stdout)
        self.assertGreaterEqual(len(set(found)), 4, done.stdout)
        seed = found[0]
        self.assertIn(f"./dlnet hunt --networks 1 --seed {seed} --with 'gcc -O0'", done.stdout)
        for ending in (".safetensors", ".c", ".h", "_selftest.c", "_unit.c", ".bin"):
            self.assertTrue(os.path.exists(os.path.join(BUILD, "hunt", f"n{seed}", f"n{seed}{ending}")), ending)
        # It was the weight, and nothing else.
        sound = hunt("--networks", "1", "--seed", seed, "--with", "gcc -O0")
        self.assertEqual(sound.returncode, 0, sound.stdout + sound.stderr)
        self.assertIn("hunt: 1 networks", sound.stdout)

    def test_a_changed_weight_between_ports_is_noticed(self):
        done = hunt("--networks", "8", "--seed", "1", "--corrupt", "--with", "gcc -O0", script="ports_hunt.py")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        found = re.findall(r"MISMATCH: defect p(\d+): self-test differs", done.stdout)
        self.assertGreaterEqual(len(set(found)), 4, done.stdout)

    def test_an_unknown_build_is_an_error(self):
        done = hunt("--networks", "1", "--with", "no-such-compiler -O9")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("no compiler here", done.stderr)


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv.pop(1))
    unittest.main()
