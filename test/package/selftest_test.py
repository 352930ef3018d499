#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The emitted self-test notices a flash that has gone bad.

  selftest_test.py DLNETC FAMILY

One bit of a table is changed in a program that runs the self-test, again and
again. A change that alters a forecast at all is what it has to notice: others,
of the last bits of a multiplier, mean nothing.
"""
import collections
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest

DLNETC, FAMILY = (os.path.abspath(path) for path in sys.argv[1:3])
CHANGES = 400
# Runs the self-test, and prints a checksum of forecasts of plausible cells.
PROGRAM = """#include "soh.h"
#include <stdio.h>
static soh_state state;
static int16_t window[SOH_WINDOW], forecast[SOH_HORIZON];
int main(void) {
  const int wrong = soh_selftest(&state, forecast, SOH_HORIZON) != SOH_OK;
  uint32_t sum = 0, seed = 1;
  for (int cell = 0; cell < 300; ++cell) {
    const int level = 13000 + 12 * cell, slope = cell % 17, bend = cell % 7;
    for (int k = 0; k < (int)SOH_WINDOW; ++k) {
      seed = seed * 1664525u + 1013904223u;
      window[k] = (int16_t)(level - slope * k - bend * k * k / 50 + (int)(seed >> 29));
    }
    soh_predict(&state, window, SOH_WINDOW, 10u * (unsigned)cell, forecast, SOH_HORIZON);
    for (unsigned h = 0; h < SOH_HORIZON; ++h)
      sum = (sum ^ (uint16_t)forecast[h]) * 16777619u;
  }
  printf("%u\\n", sum);
  return wrong;
}
"""


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def tables(program):
    """{name: (place in the file, bytes)} of the model's tables."""
    section = re.search(r"\] \.rodata +PROGBITS +([0-9a-f]+) ([0-9a-f]+)", output("readelf", "-SW", program))
    address, offset = (int(group, 16) for group in section.groups())
    found = re.findall(r"^([0-9a-f]+) ([0-9a-f]+) r (soh_\w+)$", output("nm", "-S", program), re.M)
    return {name: (int(place, 16) - address + offset, int(size, 16)) for place, size, name in found}


class SelfTest(unittest.TestCase):
    def test_changed_bits(self):
        with tempfile.TemporaryDirectory() as folder:
            output(DLNETC, "compile", FAMILY, "-o", folder)
            with open(os.path.join(folder, "main.c"), "w", encoding="utf-8") as file:
                file.write(PROGRAM)
            program = os.path.join(folder, "program")
            output("gcc", "-O1", "-I" + folder, *(os.path.join(folder, name)
                                                  for name in ("main.c", "soh.c", "soh_selftest.c")), "-o", program)
            good = subprocess.run([program], capture_output=True)
            self.assertEqual(good.returncode, 0)
            found = tables(program)
            with open(program, "rb") as file:
                image = file.read()

            chance = random.Random(1)
            tried, altered, missed = (collections.Counter() for _ in range(3))
            places = [(name, start + at) for name, (start, size) in sorted(found.items()) for at in range(size)
                      if "golden" not in name]
            for name, place in chance.sample(places, CHANGES):
                changed = bytearray(image)
                changed[place] ^= 1 << chance.randrange(8)
                with open(program, "wb") as file:
                    file.write(changed)
                done = subprocess.run([program], capture_output=True)
                self.assertIn(done.returncode, (0, 1))
                kind = name.removeprefix("soh_").rstrip("0123456789")
                tried[kind] += 1
                altered[kind] += done.returncode == 1 or done.stdout != good.stdout
                missed[kind] += done.returncode == 0 and done.stdout != good.stdout
        for kind in sorted(tried):
            print(f"{kind}: {tried[kind]} bits changed, {altered[kind]} alter a forecast, {missed[kind]} missed")
        for kind in ("weights", "table", "bias", "multiplier"):
            self.assertGreater(altered[kind], 0, kind)
        self.assertGreater(altered.total(), CHANGES // 2)
        self.assertLessEqual(missed["weights"], 0.03 * altered["weights"])
        self.assertLessEqual(missed.total(), 0.12 * altered.total())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
