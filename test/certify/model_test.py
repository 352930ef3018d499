#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""certify.py on emitted models, and on the same with one thing broken in each.

  model_test.py count_instructions.so MODEL.c [MODEL.c...]
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PLUGIN, *MODELS = sys.argv[1:]
# Reserved at the deepest point, but never written: saved for alignment, or on a way not taken.
SLACK = 16


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Certify(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.written = [os.path.join(self.folder, name) for name in ("certify.md", "certify.json")]

    def certify(self, model, windows=30):
        return subprocess.run([sys.executable, "-B", os.path.join(HERE, "certify.py"), "--plugin", PLUGIN,
                               "--windows", str(windows), "-o", self.folder, model], capture_output=True, text=True)

    def passes(self, model):
        done = self.certify(model)
        self.assertEqual(done.returncode, 0, done.stderr)
        text, figures = map(read, self.written)
        return text, json.loads(figures)

    def changed(self, old, new, rename=False):
        """A copy of the first model, with `old` replaced; its path and the changed line's place."""
        name = "cell" if rename else "soh"
        for suffix in (".h", ".c", "_selftest.c"):
            text = read(MODELS[0].removesuffix(".c") + suffix)
            if suffix == ".c" and old:
                self.assertIn(old, text)
                before, _, after = text.partition(old)
                line = before.count("\n") + 1
                text = before + new + after
            if rename:
                text = re.sub(r"\bsoh(?=[_.])", "cell", text)
                text = re.sub(r"\bSOH(?=_)|(?<=DLNET_)SOH", "CELL", text)
            path = os.path.join(self.folder, name + suffix)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        return os.path.join(self.folder, name + ".c"), f"soh.c:{line}" if old else None

    def assertRefused(self, old, new, text):
        """Refused for the reason, at the place, and nothing is left of an earlier certificate."""
        model, place = self.changed(old, new)
        for path in self.written:
            with open(path, "w", encoding="utf-8") as file:
                file.write("of another day\n")
        done = self.certify(model)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("certify: refused: ", done.stderr)
        self.assertIn(text, done.stderr)
        if place:
            self.assertIn(place, done.stderr)
        self.assertFalse(any(map(os.path.exists, self.written)))

    def test_emitted_models(self):
        for model in MODELS:
            with self.subTest(model=model):
                text, figures = self.passes(model)
                for key, end in (("source", ".c"), ("header", ".h"), ("selftest", "_selftest.c")):
                    with open(model.removesuffix(".c") + end, "rb") as file:
                        sha256 = hashlib.sha256(file.read()).hexdigest()
                    self.assertEqual(figures[key + "_sha256"], sha256)
                    self.assertIn(sha256, text)
                self.assertEqual(figures["misra_required_violations"], 0)
                self.assertEqual(figures["programs_that_agree"], 4)
                self.assertGreater(figures["golden_vectors"], 0)
                self.assertTrue(all(isinstance(value, (int, str)) for value in figures.values()))
                for key in ("o2", "os"):
                    for call in ("forecast", "predict"):
                        prefix = f"{key}_{call}_"
                        self.assertEqual(figures[prefix + "instructions_least"], figures[prefix + "instructions_most"])
                        spare = figures[prefix + "stack_bound_bytes"] - figures[prefix + "stack_measured_bytes"]
                        self.assertGreaterEqual(spare, 0)
                        self.assertLessEqual(spare, SLACK)
                    self.assertEqual(figures[key + "_predict_branches_on_data"], 0)
                    self.assertGreater(figures[key + "_flash_bytes"], 1000)
                self.assertIn(figures["forecasts_sha256"], text)
                for value in ("o2_flash_bytes", "os_flash_bytes", "o2_ram_bytes"):
                    self.assertIn(f"**{figures[value]}**", text)

    def test_a_model_of_another_name(self):
        model, _ = self.changed("", "", rename=True)
        text, figures = self.passes(model)
        self.assertIn("`cell_predict`", text)
        self.assertNotIn("`soh_", text)
        self.assertEqual(figures["misra_required_violations"], 0)

    def test_a_loop_that_data_ends(self):
        loop, body = "for (i = 0; i < SOH_WINDOW", "; ++i) {\n        state->window[i] = (int16_t)(history"
        self.assertRefused(loop + body, loop.replace("i <", "(i <") + ") && (history[i] != 7)" + body,
                           "a loop whose end depends on data")

    def test_a_required_rule(self):
        self.assertRefused("if (state == NULL) {", "if (state == 0) {", "MISRA C:2012 rule 11.9 (required)")

    def test_dsp_instructions_that_differ(self):
        model, _ = self.changed('"ssat %0, #16, %1"', '"ssat %0, #15, %1"')
        done = self.certify(model)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"outputs differ: host (\w+), sanitized \1, cortex_m4_o2 (?!\1)(\w+)")

    def test_a_golden_vector_that_differs(self):
        model, _ = self.changed("", "")
        path = model.removesuffix(".c") + "_selftest.c"
        text = read(path)
        values = text.index("{", text.index("{", text.index("golden_forecast[SOH_GOLDEN_VECTORS]")) + 1)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text[:values] + re.sub(r"\d+", "7", text[values:], count=1))
        done = self.certify(model)
        self.assertEqual(done.returncode, 1)
        self.assertIn("soh_selftest failed: host, sanitized, cortex_m4_o2, cortex_m4_os\n", done.stderr)

    def test_a_self_test_with_a_variable(self):
        model, _ = self.changed("", "")
        path = model.removesuffix(".c") + "_selftest.c"
        text = read(path)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text.replace("const int16_t soh_golden_window", "int16_t soh_golden_window"))
        done = self.certify(model)
        self.assertEqual(done.returncode, 1)
        self.assertIn("soh_selftest.c: takes 800 bytes of RAM", done.stderr)

    def test_a_read_beyond_the_window(self):
        model, _ = self.changed("history = &history[cycles - SOH_WINDOW];",
                                "history = &history[(cycles - SOH_WINDOW) + 1u];")
        done = self.certify(model)
        self.assertEqual(done.returncode, 1)
        self.assertIn("AddressSanitizer", done.stderr)
        self.assertRegex(done.stderr, r"soh_predict .*soh\.c:\d+|in soh_predict")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
