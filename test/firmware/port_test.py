#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks the simulated port, the counting plugin and the cycle model on code
of which everything is known.  port_test.py TOOLS PLUGIN IMAGE.elf"""
import sys
import unittest

TOOLS, PLUGIN, ELF = sys.argv[1:4]
sys.path.insert(0, TOOLS)
sys.dont_write_bytecode = True
import m4run  # noqa: E402


class PortTest(unittest.TestCase):
    def test_values(self):
        result = m4run.run(ELF, ["a", "b,c"])
        self.assertEqual(result["status"], 0)
        self.assertEqual(result["values"], {
            "arguments": 3, "data": 41, "real": 3, "least": -2**31, "forty": 40, "none": 0,
            "missing_file": 1})

    def test_counts(self):
        names = ["count_five", "count_tail", "count_loop", "stack_forty"]
        calls = m4run.run(ELF, [], PLUGIN, names)["calls"]
        # Called from main three times and from the loop ten times; the tail
        # jump has no return address of its own and belongs to its caller.
        self.assertEqual([c["instructions"] for c in calls["count_five"]], [5] * 13)
        self.assertEqual([c["instructions"] for c in calls["count_tail"]], [7])
        self.assertEqual([c["instructions"] for c in calls["count_loop"]], [83])
        self.assertEqual([c["instructions"] for c in calls["stack_forty"]], [2])
        self.assertEqual(calls["count_loop"][0]["mix"],
                         {"other": 51, "branch": 30, "multiple": 2})

    def test_cycles(self):
        calls = m4run.run(ELF, [], PLUGIN, ["count_five", "count_loop", "stack_forty"])["calls"]
        self.assertEqual(calls["count_five"][0]["cycles"], {"low": 6, "mid": 7, "high": 8})
        # Ten registers each way, and one refill.
        self.assertEqual(calls["stack_forty"][0]["cycles"], {"low": 23, "mid": 24, "high": 25})
        # 51 + 30 + 3 + 3, and 10 bl + 10 bx + 9 bne + 1 pop refills.
        self.assertEqual(calls["count_loop"][0]["cycles"], {"low": 117, "mid": 147, "high": 177})

    def test_counts_are_reproducible(self):
        first, second = (m4run.run(ELF, [], PLUGIN, ["count_loop"]) for _ in range(2))
        self.assertEqual(first, second)

    def test_status(self):
        self.assertEqual(m4run.run(ELF, ["status"])["status"], 7)

    def test_faults(self):
        for argument, text in [("overflow", "fault: stack overflow"),
                               ("null", "address 0x00000000"),
                               ("constant", "fault: pc 0x"),
                               ("nowhere", "address 0x70000000")]:
            with self.subTest(argument):
                result = m4run.run(ELF, [argument])
                self.assertEqual(result["status"], 99)
                self.assertIn(text, result["stdout"])

    def test_refuses(self):
        with self.assertRaisesRegex(m4run.EmulatorError, "no function is called nothing"):
            m4run.run(ELF, [], PLUGIN, ["nothing"])
        with self.assertRaisesRegex(m4run.EmulatorError, "separates by blanks"):
            m4run.run(ELF, ["a b"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
