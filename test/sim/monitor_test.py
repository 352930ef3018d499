#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Days with soh_monitor: the board image, unmodified, on dlnet-sim.

  monitor_test.py SIM SOH_MONITOR.elf [TEST...]
"""
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import session  # noqa: E402
from session import NEW_CELL, cycle, cycles, sealed  # noqa: E402

SIM, IMAGE, *TESTS = sys.argv[1:]
FLASH_BYTES, RAM_BYTES = 16384, 6000  # That the image may take, its stack included.
# Erase, two headers, snapshot, a record, and one that ends the slot before: history.h
SLOT_OPERATIONS = 1 + 2 * 7 + 54 + 2 + 2
JOURNAL = 0xf8000  # Where runtime/ports/nano33ble/nano33ble.ld has it.
A_PAGE = 476  # Records of a slot, but its first.


class MonitorTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.flash = os.path.join(self.folder, "flash")

    def run_script(self, script, *options, expected_end="finished"):
        status, errors, result = session.run(SIM, IMAGE, script, *options)
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(result["ended"], expected_end)
        self.assertEqual(result["serial"]["overrun"], 0)
        return result

    def assert_never_reset(self, result):
        self.assertEqual([reset["reason"] for reset in result["resets"]], ["power-on"])

    def test_size(self):
        sizes = subprocess.run(["arm-none-eabi-size", IMAGE], check=True, capture_output=True, text=True).stdout
        text, data, bss = map(int, sizes.splitlines()[1].split()[:3])
        self.assertLessEqual(text + data, FLASH_BYTES)
        self.assertLessEqual(data + bss, RAM_BYTES)
        # What is flashed is the same, and starts behind the bootloader.
        stem = os.path.splitext(IMAGE)[0]
        self.assertEqual(os.path.getsize(stem + ".bin"), text + data)
        with open(stem + ".hex", encoding="ascii") as lines:
            # Segment 0x1000, and 16 bytes from its beginning on.
            self.assertEqual([next(lines).strip(), next(lines)[:9]], [":020000021000EC", ":10000000"])

    def test_session(self):
        result = self.run_script(
            NEW_CELL + ["send forecast", "expect error short need=100.*"] + cycles(1, 99) +
            [cycle(100), r"expect ok cycle=100 soh=0\.9807 life>200 clocks=\d+ us=\d+\*.*"] + cycles(101, 120) +
            ["send forecast", *(rf"expect soh {121 + 10 * i}( \d\.\d{{4}}){{10}}\*.*" for i in range(10)),
             r"expect ok values=100 life>220 .*", "send ?",
             r"expect ok .* cycle=120 kept=100 .* errors=1 .* reset=power\*.*"])
        self.assertEqual(result["vector_table"], 0x10000)
        predictions = [f for f in result["functions"] if f["name"] in ("soh_predict", "soh_network")]
        self.assertEqual(len(predictions), 2)
        for function in predictions:
            # The time of a forecast does not depend on the cell; but the self-test's windows
            # lie in flash, where reading a cycle waits.
            self.assertEqual(*function["instructions_of_a_call"])
            fewest, most = function["cycles_of_a_call"]
            self.assertIn(most - fewest, {0} if function["name"] == "soh_network" else {0, 2 * 100})
            self.assertLess(most, 64e6 * 1.5e-3)
        self.assert_never_reset(result)

    def test_answers_in_time(self):
        # Seconds from the first byte of a line to the last one of its answer, as runtime/README.md has them.
        script = NEW_CELL + ["timeout 0.015"] + cycles(1, A_PAGE) + ["timeout 0.11"] + cycles(A_PAGE + 1, A_PAGE + 1)
        script += ["send forecast", *["expect soh .*"] * 10, "expect ok values=100 .*"]
        self.assertEqual(self.run_script(script)["flash"]["erases"], 2)

    def test_end_of_life(self):
        fade = [f"send {sealed(f'cycle {n} {1100 - n:.1f}')}" for n in range(1, 240)]
        script = list(NEW_CELL)
        for number, line in enumerate(fade, start=1):
            # A hundred cycles ahead is 0.8 at the 121st; below it the 221st is.
            life = "need=" if number < 100 else "life=" if 150 < number <= 215 else "life<=" if number > 220 else "life"
            script += [line, rf"expect ok cycle={number} soh=\d\.\d\d\d\d {life}.*"]
        self.run_script(script)

    def test_restarts(self):
        self.run_script(
            NEW_CELL + cycles(1, 5) +
            ["reset", "restart", "expect start .* cycle=5 .* reset=pin.*"] + cycles(6, 8) +
            ["power-cut", "restart", "expect start .* cycle=8 .* reset=power.*"] + cycles(9, 10),
            "--flash-image", self.flash)
        result = self.run_script(["expect start .* cycle=10 kept=10 .*"] + cycles(11, 12), "--flash-image", self.flash)
        self.assertEqual(len(result["resets"]), 1)

    def test_a_bit_that_flips_between_two_days(self):
        self.run_script(NEW_CELL + cycles(1, 12), "--flash-image", self.flash)
        for day, byte in enumerate((4, 0x110, 0x118, 0xffe), start=1):
            with open(self.flash, "r+b") as file:
                flash = bytearray(file.read())
                # The newest slot, by the sequence number in its second word.
                pages = [at for at in range(JOURNAL, JOURNAL + 0x8000, 0x1000) if flash[at:at + 4] == b"DLH2"]
                flash[max(pages, key=lambda at: int.from_bytes(flash[at + 4:at + 8], "little")) + byte] ^= 0x10
                file.seek(0)
                file.write(flash)
            result = self.run_script([rf"expect start .* flash=pass cycle=12 kept=12 .* damaged={day} torn=0 lost=0 .*"],
                                     "--flash-image", self.flash)
            self.assertLess(result["seconds"], 1)

    def test_silence_is_no_hang(self):
        self.assert_never_reset(self.run_script(NEW_CELL + ["quiet 20", "send ?", r"expect ok .* seconds=20 .*"]))

    def test_lines_that_come_while_a_page_is_erased(self):
        script = NEW_CELL + cycles(1, 3)
        for limit in ("0.75", "0.85"):
            script += ["send " + sealed("limit " + limit), *["send history"] * 60, f"expect ok .* limit={limit}.*",
                       *["expect soh 1 .*", "expect ok values=3.*"] * 60]
        self.assert_never_reset(self.run_script(script))

    def test_a_host_that_does_not_wait(self):
        # Answers take longer than lines, so that lines are lost. That is said, and what is left of two lines is never
        # taken for one.
        flood = ["send history"] * 2400 + [cycle(4)] * 5
        script = NEW_CELL + cycles(1, 3) + ["timeout 20"] + flood + [
            "await error lost.*", *["expect (soh 1|ok values=3|error lost).*"] * 100, "wait 5", "send ?",
            "await error lost.*", "send ?", "await ok selftest=pass flash=pass cycle=[34] .*"]
        self.assert_never_reset(self.run_script(script))

    def test_the_mark_of_the_receive_buffers(self):
        # serial.c fills its buffers with 0xff; so this byte comes last in them, first, and alone.
        script = list(NEW_CELL)
        for length in list(range(1, 40)) * 4:
            script += ["bytes " + "ff " * length + "0a", "expect error (bytes|long).*"]
        script += ["bytes ff", "wait 0.5", "bytes ff 0a", "expect error bytes.*", "send ?", "expect ok .*"]
        self.assert_never_reset(self.run_script(script))

    def test_power_cuts(self):
        # At each write and erase of a cycle, of a start, and of a setting, which begins a new page. The host then sends
        # again what was not answered.
        def cut(operation, line, found, answer):
            return [f"cut {operation}", line, "restart", "expect start selftest=pass flash=pass " + found,
                    line, "expect ok " + answer]

        script, newest = NEW_CELL + cycles(1, 8), 8
        for operation in (1, 2) * 10:
            newest += 1
            script += cut(operation, cycle(newest), f"cycle=({newest - 1}|{newest}) .* reset=power.*",
                          f"cycle={newest} .*")
            script += [f"cut {operation}", "reset", "restart",
                       f"expect start .* flash=pass cycle={newest} .* reset=power.*"]
        limits = ["0.8000", "0.7500"]
        for operation in range(1, SLOT_OPERATIONS + 1):
            limits.reverse()
            script += cut(operation, "send " + sealed("limit " + limits[0]),
                          rf"cycle={newest} .* limit=({limits[0]}|{limits[1]}) .* reset=power.*",
                          rf".* limit={limits[0]} .*")
        script += ["send history"]
        for first in range(1, newest + 1, 10):
            values = " ".join(session.soh(number) for number in range(first, min(first + 10, newest + 1)))
            script += [rf"expect soh {first} {values}\*.*"]
        script += [f"expect ok values={newest}.*"]
        for seed in (1, 2):
            with self.subTest(seed=seed):
                result = self.run_script(script, "--seed", seed)
                self.assertEqual(sum(reset["power_cut"] for reset in result["resets"]), 40 + SLOT_OPERATIONS)

    def test_garbage(self):
        self.assert_never_reset(self.run_script(NEW_CELL + cycles(1, 3) + session.garbage(5, 300)))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["MonitorTest." + test for test in TESTS])
