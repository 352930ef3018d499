# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Errors that are quoted are of the weights beside which they stand; what can be counted is counted."""
import array
import json
import os
import random
import tempfile
import unittest

from cells import write_set
from context import DLNET_TRAIN, DLNETC, FAMILY, attempt, refused, run
from weights import change, describe


def noise(seed):
    """Other weights, of the same size."""
    source = random.Random(seed)
    return lambda data: array.array("f", (source.gauss(0, 0.2) for _ in range(len(data) // 4))).tobytes()


def one_bit(data):
    return data[:5] + bytes([data[5] ^ 1]) + data[6:]


class Measured(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.first = describe(FAMILY)["models"][0]

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def read(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as file:
            return file.read()

    def compiled(self, family, *options):
        """The header, the report, and what was said of errors."""
        done = attempt(DLNETC, "compile", family, "-o", self.path("out"), "--report", self.path("out"), *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(self.read("out", "report.json"))
        selected = next(each for each in report["candidates"] if each["status"] == "selected")
        return self.read("out", "soh.h"), selected, done.stderr

    def test_the_shipped_family_is_verified(self):
        for model in describe(FAMILY)["models"]:
            for split in ("validation", "test"):
                self.assertRegex(model["measured"][split]["sha256"], "^[0-9a-f]{64}$")
        header, selected, said = self.compiled(FAMILY)
        self.assertEqual(said, "")
        self.assertIn(f"on test cells: {self.first['measured']['test']['mae_float']:.6f} in float", header)
        self.assertTrue(selected["measured"]["test"]["verifiable"])
        self.assertEqual(selected["measured_of_other_weights"], [])

    def test_other_weights_have_no_error(self):
        name = self.first["name"]
        edits = {"cell.wf": noise(1), "readout.b": noise(2), "basis.curves": one_bit, "cell.ba": one_bit}
        for tensor, edit in edits.items():
            with self.subTest(tensor=tensor):
                family = change(FAMILY, self.path("changed.safetensors"), tensors={f"{name}.{tensor}": edit})
                header, selected, said = self.compiled(family)
                self.assertNotIn("Mean absolute error", header)
                self.assertIn("measured of other weights", header.replace("\n  ", ""))
                self.assertEqual(selected["measured"], {})
                self.assertEqual(selected["measured_of_other_weights"], ["test", "validation"])
                self.assertIn(f"warning: model {name}", said)
                table = run(DLNETC, "inspect", family)
                self.assertRegex(table, rf"(?m)^{name} +student .* +- +-$")
                self.assertIn("measured of other weights", table)
                # Others stand as they did.
                self.assertEqual(self.compiled(family, "--model", "liquid7_b5_k2")[2], "")
                self.assertIn("measured of other weights", refused(DLNETC, "compile", family, "--budget", "mae=0.01",
                                                                   "-o", self.path("none")))
                self.assertFalse(os.path.exists(self.path("none")))

    def test_what_decides_the_outputs_besides(self):
        def edit(family):
            family["models"][0]["features"]["level"]["scale"] = 11.0
        header, selected, _ = self.compiled(change(FAMILY, self.path("changed.safetensors"), edit))
        self.assertNotIn("Mean absolute error", header)
        self.assertEqual(selected["measured"], {})

    def test_counts_are_not_believed(self):
        def edit(family):
            family["models"][0].update(parameters=5, macs=7)
        header, selected, _ = self.compiled(change(FAMILY, self.path("changed.safetensors"), edit))
        self.assertEqual((selected["parameters"], selected["macs"]), (self.first["parameters"], self.first["macs"]))
        self.assertIn(f"{self.first['parameters']} parameters, {self.first['macs']} multiply-accumulates", header)

    def test_files_without_digests_are_read_and_marked(self):
        def edit(family):
            for model in family["models"]:
                for errors in model["measured"].values():
                    del errors["sha256"]
        family = change(FAMILY, self.path("old.safetensors"), edit)
        header, selected, said = self.compiled(family)
        self.assertIn("Mean absolute error", header)
        self.assertIn("Not verifiable", header)
        self.assertFalse(selected["measured"]["test"]["verifiable"])
        self.assertIn("cannot be verified", said)
        self.assertIn("not verifiable", run(DLNETC, "inspect", family))
        self.assertIn("28 models", self.compiled(family, "--budget", "mae=0.01")[2])

    def test_recording_measures_and_pruning_forgets(self):
        data = write_set(self.path("cells"), [1.1] * 6, 4)
        family = change(FAMILY, self.path("f.safetensors"), tensors={f"{self.first['name']}.readout.b": noise(3)})
        run(DLNETC, "evaluate", family, "--data", data, "--record")
        measured = describe(family)["models"][0]["measured"]
        self.assertIn("sha256", measured["test"])
        header, selected, _ = self.compiled(family)
        self.assertIn("on test cells", header)
        self.assertIn("The error on validation cells is left out", header)
        self.assertEqual(selected["measured_of_other_weights"], ["validation"])
        pruned = self.path("pruned.safetensors")
        run(DLNETC, "prune", family, "--model", self.first["name"], "--ratio", "0.5", "-o", pruned)
        last = describe(pruned)["models"][-1]
        self.assertEqual((last["name"], last["measured"]), (self.first["name"] + "_pruned", {}))

    def test_integers_of_other_options_are_not_recorded(self):
        data = write_set(self.path("cells"), [1.1] * 6, 4)
        family = change(FAMILY, self.path("f.safetensors"))
        for options in (("--state-bits", "16"), ("--lut-bits", "8"), ("--knot-tolerance", "0")):
            self.assertIn("--record", refused(DLNETC, "evaluate", family, "--data", data, "--record", *options))
            run(DLNETC, "evaluate", family, "--data", data, "--stride", "50", *options)

    def test_training_records_digests(self):
        data = write_set(self.path("cells"), [1.1] * 9, 4)
        family = self.path("f.safetensors")
        run(DLNET_TRAIN, "train", "--data", data, "-o", family, "--quick", "--units", "4", "--basis", "2")
        for errors in describe(family)["models"][0]["measured"].values():
            self.assertIn("sha256", errors)
        self.assertEqual(self.compiled(family)[2], "")
