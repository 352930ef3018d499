# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Flash that forgets: the monitor's journal on this machine, with bits of it flipped between two runs."""
import binascii
import os
import random
import re
import tempfile
import unittest

from context import BUILD, run

MONITOR = os.path.join(BUILD, "bin", "soh_monitor_host")
PAGE = 4096
COUNTS = re.compile(r" damaged=(\d+) torn=(\d+) lost=(\d+) errors=.*")


def sealed(text):
    return f"{text}*{binascii.crc_hqx(text.encode(), 0xffff):04x}\n"


def battery(nominal, cycles, first=1):
    return [sealed(f"cell {nominal}"), *(sealed(f"cycle {cycle} {nominal * (1 - cycle / 4000):.3f}")
                                         for cycle in range(first, first + cycles))]


class Journal(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.flash = os.path.join(folder.name, "flash")

    def talk(self, *lines):
        return run(MONITOR, input="".join(lines), env={**os.environ, "DLNET_FLASH": self.flash}).splitlines()

    def content(self):
        with open(self.flash, "rb") as file:
            return file.read()

    def start(self, content):
        """The status of a start from these pages without its counts, the counts, and the history."""
        with open(self.flash, "wb") as file:
            file.write(content)
        status, *history = self.talk("history\n")
        return COUNTS.sub("", status), tuple(map(int, COUNTS.search(status).groups())), history

    def newest_page(self, content):
        """The page with the highest sequence number, as runtime/monitor/history.h has it."""
        def sequence(page):
            word = content[page * PAGE + 4:page * PAGE + 8]
            return -1 if word == b"\xff" * 4 else int.from_bytes(word, "little")
        return max(range(len(content) // PAGE), key=sequence)

    def check_flips(self, seed, bits):
        """Bits, as (page, bit in it), flipped one at a time: all is as without, but for one that is counted."""
        right = self.content()
        status, counts, history = self.start(right)
        self.assertEqual(counts, (0, 0, 0))
        right = self.content()
        for page, bit in bits:
            flipped = bytearray(right)
            flipped[page * PAGE + bit // 8] ^= 1 << bit % 8
            with self.subTest(seed=seed, page=page, bit=bit):
                self.assertEqual(self.start(flipped), (status, (1, 0, 0), history))
                # The next start has nothing to find, and still says what was.
                self.assertEqual(self.start(self.content()), (status, (1, 0, 0), history))

    def test_a_flipped_bit_is_reported_and_costs_nothing(self):
        for seed, batteries in enumerate((battery(1100, 480), battery(2200, 300) + battery(1100, 60),
                                          battery(50000, 2100, 7), battery(1100, 700) + battery(1100, 0)), start=1):
            chance = random.Random(seed)
            if os.path.exists(self.flash):
                os.remove(self.flash)
            self.talk(*batteries)
            newest = self.newest_page(self.content())
            anywhere = [(chance.randrange(8), chance.randrange(8 * PAGE)) for _ in range(12)]
            before_records = [(newest, chance.randrange(32 * 68)) for _ in range(12)]
            self.check_flips(seed, anywhere + before_records)

    def test_a_battery_is_never_another(self):
        self.talk(*battery(1100, 300), *battery(2200, 20))
        right = self.content()
        newest = self.newest_page(right) * PAGE
        for damage in (range(newest, newest + 56), range(newest, newest + 4 * 68), range(newest, newest + PAGE, 3)):
            damaged = bytearray(right)
            for at in damage:
                damaged[at] ^= 0x5a
            status, counts, _ = self.start(damaged)
            self.assertNotIn(" nominal=1100.000 ", status)
            self.assertGreater(counts[0] + counts[1], 0)

    def test_a_journal_of_another_format_is_said(self):
        self.talk(*battery(1100, 30))
        older = bytearray(self.content())
        newest = self.newest_page(older) * PAGE
        older[newest:newest + 4] = older[newest + 28:newest + 32] = b"DLH1"
        status, counts, history = self.start(older)
        self.assertIn(" cycle=0 kept=0 nominal=0.000 ", status)
        self.assertGreater(counts[0], 0)
        self.assertEqual(history[-1].split("*")[0], "ok values=0")
