#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds what dlnetc says of slow flash to what the simulated board takes: the cycles that a wait state adds to a
forecast from tables in flash, and those that tables in RAM save.

  placement_test.py SIM DLNETC SOURCE FAMILY MODEL...
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

SIM, DLNETC, SOURCE, FAMILY, *MODELS = sys.argv[1:]
CC = ["arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"]


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)


def predicted(folder, model, place, wait_states):
    """Cycles of a forecast by the report of a model; leaves its C in `folder`."""
    run(DLNETC, "compile", FAMILY, "--model", model, "--name", "soh", "--place", place,
        "--flash-wait-states", str(wait_states), "-o", folder, "--report", folder)
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
        return json.load(file)["candidates"][0]["cycles"]


def measured(folder, wait_states):
    """Cycles of the first forecast of that C on the board."""
    elf, report, script = (os.path.join(folder, name) for name in ("image.elf", "sim.json", "script.txt"))
    here = os.path.join(SOURCE, "test", "sim")
    run(*CC, "-O2", "-ffunction-sections", "-fdata-sections", "-I" + SOURCE, "-I" + folder,
        "-I" + os.path.join(SOURCE, "test", "firmware"), os.path.join(here, "forecast_main.c"),
        os.path.join(folder, "soh.c"), os.path.join(here, "board.c"), os.path.join(here, "console.c"),
        "--specs=nano.specs", "--specs=nosys.specs", "-nostartfiles", "-Wl,--gc-sections",
        "-T", os.path.join(here, "image.ld"), "-o", elf)
    with open(script, "w", encoding="ascii") as file:
        file.write("await hash .*\n")
    run(SIM, elf, "--quiet", "--report", report, "--script", script, "--flash-wait-states", str(wait_states))
    with open(report, encoding="utf-8") as file:
        functions = json.load(file)["functions"]
    return next(one for one in functions if one["name"] == "soh_predict")["cycles_of_a_call"][0]


class Placement(unittest.TestCase):
    def test_wait_states(self):
        for model in MODELS:
            with self.subTest(model), tempfile.TemporaryDirectory() as folder:
                claimed, found = {}, {}
                for place in ("flash", "ram"):
                    for wait_states in (0, 3):
                        claimed[place, wait_states] = predicted(folder, model, place, wait_states)
                        found[place, wait_states] = measured(folder, wait_states)
                # Where tables live changes nothing but waiting, which tables in RAM do not cause.
                self.assertEqual(claimed["ram", 3], claimed["flash", 0])
                added = claimed["flash", 3] - claimed["flash", 0]
                self.assertGreater(added, 0)
                waits = {place: found[place, 3] - found[place, 0] for place in ("flash", "ram")}
                # Literals of the code are data in flash either way.
                self.assertAlmostEqual(added / (waits["flash"] - waits["ram"]), 1, delta=0.005)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
