# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What SOH 1 is: the same in training, evaluation, forecasts, headers and packages, or said aloud."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from cells import life, write, write_cell, write_set
from context import DLNET_TRAIN, DLNETC, FAMILY, attempt, refused, run
from weights import describe

SMALL = ("--quick", "--units", "4", "--basis", "2", "--block", "10", "--name", "small")


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def read(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as file:
            return file.read()


class OneBasis(Folder):
    """A family is trained, and every tool takes its SOH as it did."""

    def train(self, data, *options):
        family = self.path("family.safetensors")
        run(DLNET_TRAIN, "train", "--data", data, "-o", family, *SMALL, *options)
        return family

    def errors_agree(self, family, data, *options):
        run(DLNET_TRAIN, "evaluate", family, "--data", data, "--epochs", "1", "--json", self.path("trainer.json"), *options)
        run(DLNETC, "evaluate", family, "--data", data, "--json", self.path("compiler.json"), *options)
        trainer = {each["name"]: each["mae"] for each in json.loads(self.read("trainer.json"))["contenders"]}
        compiler = json.loads(self.read("compiler.json"))
        self.assertAlmostEqual(trainer["small"], compiler["mae_float"], delta=1e-6)
        self.assertAlmostEqual(trainer["small int8"], compiler["mae_int8"], delta=1e-6)
        # And what training itself recorded of the same cells, but for options that take SOH otherwise.
        if not options:
            recorded = describe(family)["models"][0]["measured"]["test"]
            self.assertAlmostEqual(recorded["mae_float"], compiler["mae_float"], delta=1e-6)
            self.assertAlmostEqual(recorded["mae_int8"], compiler["mae_int8"], delta=1e-6)
        return compiler

    def header(self, family):
        run(DLNETC, "compile", family, "-o", self.path("out"))
        return self.read("out", "soh.h")

    def example_forecasts_alike(self, family, capacities_mah, *arguments):
        """The example of the CMake package, and dlnetc, of the same cell."""
        run(DLNETC, "compile", family, "--package=cmake", "-o", self.path("packages"))
        package, program = self.path("packages", "soh-cmake"), self.path("example")
        run("gcc", "-std=c99", "-I", os.path.join(package, "src"), os.path.join(package, "example", "forecast.c"),
            os.path.join(package, "src", "soh.c"), "-o", program)
        said = subprocess.run([program, *arguments], input="".join(f"{each:.6f}\n" for each in capacities_mah),
                              capture_output=True, text=True, check=True)
        self.assertEqual(said.stderr, "")
        cell = write(self.path("one.csv"), ["capacity", *(f"{each / 1000:.9f}" for each in capacities_mah)])
        cycles = len(capacities_mah)
        table = run(DLNETC, "forecast", family, "--battery", cell, "--at", cycles)
        forecast = dict(re.findall(r"^ +(\d+) +(\d\.\d{4}) +- +-$", table, re.M))
        values = said.stdout.split()
        for ahead in (1, 10, 25, 50, 100):
            self.assertAlmostEqual(float(values[ahead - 1]), float(forecast[str(cycles + ahead)]), delta=2e-4)

    def test_by_nominal_capacity(self):
        for nominal, seed in ((1.1, 3), (2.0, 40), (0.74, 80)):
            with self.subTest(nominal=nominal):
                data = write_set(self.path(f"set{nominal}"), [nominal] * 9, seed)
                family = self.train(data, "--nominal", nominal)
                found = self.errors_agree(family, data)
                self.assertEqual((found["soh"], found["nominal_ah"]), ("nominal", nominal))
                record = describe(family)["data"]
                self.assertEqual((record["nominal_ah"], record["soh"], record["column"], record["unit"]),
                                 (nominal, "nominal", "capacity", "ah"))
                text = self.header(family)
                self.assertIn(f"SOH is capacity over the nominal {nominal:g} Ah", text)
                self.assertRegex(text, rf"(?m)^#define SOH_NOMINAL_UAH {round(nominal * 1e6)}u\b")
                self.assertRegex(text, r"(?m)^#define SOH_BASIS_NOMINAL 1$")
                self.assertNotIn("SOH_BASIS_INITIAL", text)
                self.example_forecasts_alike(family, [1000 * each for each in life(560, nominal, seed + 99)[:400]])

    def test_by_initial_capacity_of_mixed_sizes(self):
        for sizes, seed in (((0.55, 0.74, 1.1, 1.35, 1.6, 2.0, 0.9, 1.2, 1.5), 0), ((3.2, 0.2, 5, 1, 2.5, 0.7, 50, 2, 1.1), 7)):
            with self.subTest(sizes=sizes):
                data = write_set(self.path(f"mixed{seed}"), sizes, seed)
                family = self.train(data, "--soh", "initial")
                found = self.errors_agree(family, data)
                self.assertEqual((found["soh"], found["nominal_ah"]), ("initial", None))
                text = self.header(family)
                self.assertRegex(text, r"(?m)^#define SOH_BASIS_INITIAL 1$")
                self.assertRegex(text, r"(?m)^#define SOH_INITIAL_CYCLES 5u\b")
                self.assertNotIn("NOMINAL", text)
                self.assertIn("initial", run(DLNETC, "inspect", family))
                self.example_forecasts_alike(family, [1000 * each for each in life(560, 2.0, seed + 99)[:400]])
                # The report is made of the family's SOH, too.
                run(DLNETC, "compile", family, "--emit=report", "-o", self.path("report"))
                report = json.loads(self.read("report", "report.json"))["family"]
                self.assertEqual((report["soh"], report["nominal_ah"]), ("initial", None))

    def test_in_other_units_and_columns(self):
        data = write_set(self.path("mah"), [1.1] * 9, 11, column="Q", scale=1000, digits=2)
        family = self.train(data, "--column", "Q", "--unit", "mah")
        record = describe(family)["data"]
        self.assertEqual((record["column"], record["unit"]), ("Q", "mah"))
        self.errors_agree(family, data)

    def test_another_basis_is_said_aloud(self):
        data = write_set(self.path("set"), [1.1] * 9, 5)
        family = self.train(data)
        for options, said in ((("--nominal", "1.15"), "nominal 1.15 Ah"), (("--soh", "initial"), "initial")):
            self.errors_agree(family, data, *options)
            for tool in (DLNETC, DLNET_TRAIN):
                command = [tool, "evaluate", family, "--data", data, *options]
                done = attempt(*command, *(["--epochs", "1"] if tool == DLNET_TRAIN else []))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("warning: ", done.stderr)
                self.assertIn(said, done.stderr)
                self.assertIn("1.1 Ah in training", done.stderr)
            self.assertIn("--record", refused(DLNETC, "evaluate", family, "--data", data, "--record", *options))

    def test_recovery_goes_on_with_the_familys_basis(self):
        data = write_set(self.path("mixed"), (0.55, 0.74, 1.1, 1.35, 1.6, 2.0, 0.9, 1.2, 1.5), 21)
        family = self.train(data, "--soh", "initial")
        recovered = self.path("recovered.safetensors")
        run(DLNET_TRAIN, "recover", family, "--data", data, "-o", recovered, "--quick")
        self.assertEqual(describe(recovered)["data"]["soh"], "initial")
        shutil.move(recovered, family)
        self.errors_agree(family, data)

    def test_training_refuses_a_nominal_that_nobody_chose(self):
        data = write_set(self.path("set"), [2.0] * 9, 5)
        message = refused(DLNET_TRAIN, "train", "--data", data, "-o", self.path("f.safetensors"), *SMALL)
        self.assertRegex(message, r"likely:? --nominal 2\b")
        self.train(data, "--nominal", "2")

    def test_simulated_cells_have_no_basis_to_choose(self):
        for option in (("--nominal", "2"), ("--soh", "initial"), ("--column", "Q"), ("--unit", "mah")):
            message = refused(DLNET_TRAIN, "train", "--simulated", "-o", self.path("f.safetensors"), *SMALL, *option)
            self.assertIn(option[0], message)
            self.assertIn(option[0], refused(DLNETC, "forecast", FAMILY, "--simulate", "1", *option))


class FarFromTraining(Folder):
    """Cells of another size under the shipped family, which is of 1.1 Ah."""

    def test_one_cell_is_refused_with_its_likely_nominal(self):
        for nominal, seed in ((2.0, 5), (3.5, 6), (0.6, 7), (5.0, 8), (2.5, 9)):
            cell = write_cell(self.path(f"one{nominal}.csv"), nominal, seed, 600)
            message = refused(DLNETC, "forecast", FAMILY, "--battery", cell)
            self.assertRegex(message, rf"likely:? --nominal {nominal:g}\b")
            done = attempt(DLNETC, "forecast", FAMILY, "--battery", cell, "--nominal", nominal)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"capacity over the nominal {nominal:g} Ah", done.stdout)
            self.assertIn("1.1 Ah in training", done.stderr)
            run(DLNETC, "forecast", FAMILY, "--battery", cell, "--soh", "initial")

    def test_the_window_for_a_device_is_refused_as_well(self):
        cell = write_cell(self.path("one.csv"), 2.0, 5, 600)
        window = self.path("window.bin")
        refused(DLNETC, "forecast", FAMILY, "--battery", cell, "--write-window", window)
        self.assertFalse(os.path.exists(window))

    def test_on_purpose_it_is_a_warning(self):
        cell = write_cell(self.path("one.csv"), 2.0, 5, 600)
        done = attempt(DLNETC, "forecast", FAMILY, "--battery", cell, "--nominal", "1.6")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning: ", done.stderr)
        self.assertIn("likely --nominal 2", done.stderr)

    def test_a_set_is_refused(self):
        for nominal in (2.0, 3.5):
            data = write_set(self.path(f"set{nominal}"), [nominal] * 6, 30)
            for command in ((DLNETC, "evaluate"), (DLNET_TRAIN, "evaluate")):
                self.assertRegex(refused(*command, FAMILY, "--data", data), rf"likely:? --nominal {nominal:g}\b")
            done = attempt(DLNETC, "evaluate", FAMILY, "--data", data, "--nominal", nominal)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"SOH is capacity over the nominal {nominal:g} Ah", done.stdout)

    def test_some_cells_are_a_warning_with_their_number(self):
        data = write_set(self.path("some"), [1.1, 1.1, 1.36, 1.1, 1.1, 1.36, 1.1], 50)
        done = attempt(DLNETC, "evaluate", FAMILY, "--data", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("warning: 2 of 7 batteries begin at SOH 1.", done.stderr)

    def test_cells_of_the_trained_size_are_silent(self):
        for nominal in (1.05, 1.1, 1.2):
            data = write_set(self.path(f"set{nominal}"), [nominal] * 4, 60)
            done = attempt(DLNETC, "evaluate", FAMILY, "--data", data)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            cell = write_cell(self.path("one.csv"), nominal, 61, 600)
            done = attempt(DLNETC, "forecast", FAMILY, "--battery", cell)
            self.assertEqual((done.returncode, done.stderr), (0, ""))


class Examples(Folder):
    """Programs that come with the emitted C."""

    def test_an_unreadable_row_is_an_error(self):
        run(DLNETC, "compile", FAMILY, "--package=cmake", "-o", self.folder)
        package, program = self.path("soh-cmake"), self.path("forecast")
        run("gcc", "-std=c99", "-I", os.path.join(package, "src"), os.path.join(package, "example", "forecast.c"),
            os.path.join(package, "src", "soh.c"), "-o", program)
        rows = [f"{1000 * each:.3f}" for each in life(500, 1.1, 3)]
        for arguments in ((), ("1100",)):
            done = subprocess.run([program, *arguments], input="\n".join(rows) + "\n", capture_output=True, text=True)
            self.assertEqual((done.returncode, len(done.stdout.split()), done.stderr), (0, 100, ""))
        for bad in ("n/a", "", "-", "nan", "inf", "0", "-3", "1 2", "1,1"):
            for at in (0, 250, 499):
                text = "\n".join(rows[:at] + [bad] + rows[at:]) + "\n"
                done = subprocess.run([program], input=text, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stdout), (1, ""), (bad, at))

    def test_no_text_knows_a_nominal_of_its_own(self):
        run(DLNETC, "compile", FAMILY, "--package=cmake,arduino,platformio,zephyr", "-o", self.folder)
        for root, _, files in os.walk(self.folder):
            for name in files:
                if not name.endswith((".zip", "soh.h", "soh.c", "soh_selftest.c")):
                    self.assertNotRegex(self.read(root, name), r"\b1100\b", name)
