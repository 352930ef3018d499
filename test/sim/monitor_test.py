#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A day with soh_monitor: the board image, unmodified, on dlnet-sim.

  monitor_test.py SIM SOH_MONITOR.elf
"""
import binascii
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

SIM, IMAGE = sys.argv[1:]


def sealed(text):
    """A line with its checksum, as runtime/README.md says."""
    return f"{text}*{binascii.crc_hqx(text.encode(), 0xffff):04x}"


def cycle(number):
    return "send " + sealed(f"cycle {number} {1080 - number * number / 8000:.3f}")


def cycles(first, last):
    """Cycles of a cell that fades, each answered before the next is sent."""
    script = []
    for number in range(first, last + 1):
        script += [cycle(number), f"expect ok cycle={number} .*"]
    return script


NEW_CELL = ["expect start selftest=pass flash=pass cycle=0 .*", "send " + sealed("cell 1100"),
            "expect ok selftest=pass flash=pass cycle=0 .*"]


class MonitorTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.flash = os.path.join(self.folder, "flash")

    def run_script(self, script, *options, expected_end="finished"):
        path = os.path.join(self.folder, "script")
        report = os.path.join(self.folder, "report")
        with open(path, "w", encoding="ascii") as out:
            out.write("\n".join(script) + "\n")
        done = subprocess.run(
            [SIM, IMAGE, "--quiet", "--flash-wait-states", "2", "--script", path, "--report", report,
             *map(str, options)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(report, encoding="utf-8") as lines:
            result = json.load(lines)
        self.assertEqual(result["ended"], expected_end)
        self.assertEqual(result["serial"]["overrun"], 0)
        return result

    def test_session(self):
        result = self.run_script(
            NEW_CELL + ["send forecast", "expect error short need=100.*"] + cycles(1, 99) +
            [cycle(100), r"expect ok cycle=100 soh=0\.9807 life.* clocks=\d+ us=\d+\*.*"] + cycles(101, 120) +
            ["send forecast", *(rf"expect soh {121 + 10 * i}( \d\.\d{{4}}){{10}}\*.*" for i in range(10)),
             r"expect ok values=100 life.*", "send ?", r"expect ok .* cycle=120 kept=100 .* errors=1 .*"])
        self.assertEqual(result["vector_table"], 0x10000)
        predictions = [f for f in result["functions"] if f["name"] in ("soh_predict", "soh_network")]
        self.assertGreater(len(predictions), 0)
        for function in predictions:
            # The time of a forecast does not depend on the cell.
            self.assertEqual(*function["cycles_of_a_call"])

    def test_restarts(self):
        self.run_script(
            NEW_CELL + cycles(1, 5) +
            ["reset", "restart", "expect start .* cycle=5 .* reset=pin.*"] + cycles(6, 8) +
            ["power-cut", "restart", "expect start .* cycle=8 .* reset=power.*"] + cycles(9, 10),
            "--flash-image", self.flash)
        result = self.run_script(["expect start .* cycle=10 kept=10 .*"] + cycles(11, 12), "--flash-image", self.flash)
        self.assertEqual(len(result["resets"]), 1)

    def test_silence_is_no_hang(self):
        result = self.run_script(NEW_CELL + ["quiet 20"])
        self.assertEqual([reset["reason"] for reset in result["resets"]], ["power-on"])

    def test_power_cuts(self):
        # At each write and erase from a nearly full page on, over a change of pages.
        base, last = os.path.join(self.folder, "base"), 470
        self.run_script(["timeout 5"] + NEW_CELL + cycles(1, last), "--flash-image", base)
        with open(base, "rb") as image:
            content = image.read()
        start = f"expect start .* cycle={last} .*"
        script = [start] + cycles(last + 1, last + 24)
        with open(self.flash, "wb") as image:
            image.write(content)
        whole = self.run_script(script, "--flash-image", self.flash)["flash"]
        operations = whole["writes"] + whole["erases"]
        self.assertGreater(operations, 100)
        self.assertGreater(whole["erases"], 0)
        for cut in range(1, operations + 1):
            with self.subTest(cut=cut):
                with open(self.flash, "wb") as image:
                    image.write(content)
                result = self.run_script(script, "--flash-image", self.flash, "--power-cut", cut, "--seed", cut,
                                         "--stop-at-cut", expected_end="power cut")
                # The start's line, and one for each cycle that was acknowledged.
                kept = last + max(0, result["script"]["lines_received"] - 1)
                self.run_script([f"expect start selftest=pass flash=pass cycle=({kept}|{kept + 1}) .*"],
                                "--flash-image", self.flash)

    def mutant(self, chance, line):
        """Another line, without an end in it."""
        changed = bytearray(line)
        while not changed or changed == line:
            at = chance.randrange(len(changed) + 1)
            changed[at:at + chance.randrange(2)] = bytes(
                chance.choice([b for b in range(256) if b not in b"\r\n"]) for _ in range(chance.randrange(4)))
        return bytes(changed)

    def test_garbage(self):
        chance = random.Random(5)
        script = NEW_CELL + cycles(1, 3)
        good = [sealed("cycle 4 1079.000"), sealed("cell 900"), "forecast", "history", "?"]
        for _ in range(200):
            line = self.mutant(chance, chance.choice(good).encode())
            script += ["bytes " + " ".join(f"{b:02x}" for b in line + b"\n"), "await (ok|error).*"]
        script += ["send ?", r"expect ok selftest=pass flash=pass cycle=3 kept=3 nominal=1100\.000 .*"]
        result = self.run_script(script)
        self.assertEqual([reset["reason"] for reset in result["resets"]], ["power-on"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
