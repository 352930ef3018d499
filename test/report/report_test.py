#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""report.json and report.html, the page in a headless Chromium.

  report_test.py SOURCE DLNETC [--screenshots DIR]
"""
import argparse
import base64
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.wait import WebDriverWait
except ImportError:
    sys.exit("needs Debian's python3-selenium, chromium and chromium-driver")

HOSTILE = "</script><img src='http://192.0.2.1/x' onerror='document.title=1'><b>\u2028bold & co"
STATUSES = {"large": "over_budget", "middle": "selected", "waste": "dominated", "small": "front", "tiny": "front"}
PHONE, DESKTOP = (390, 844), (1280, 900)
options = argparse.Namespace()


def compile_family(*arguments):
    return subprocess.run([options.dlnetc, "compile", *arguments], check=True, capture_output=True, text=True)


def patch_family(path, change):
    """Rewrites the description of the family, which stands in the header."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length])
    family = json.loads(header["__metadata__"]["family"])
    change(family)
    header["__metadata__"]["family"] = json.dumps(family)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + content[8 + length:])


def make_hostile(family):
    family["producer"] = HOSTILE
    for key in ("source", "cleaning", "split"):
        family["data"][key] = HOSTILE


class Report(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        root = cls.folder.name
        family = os.path.join(root, "family.safetensors")
        subprocess.run([sys.executable, "-B", os.path.join(options.source, "test/lit/dlnetc/Inputs/candidates.py"),
                        os.path.join(options.source, "trainer/pretrained/soh.safetensors"), family,
                        "large=20:0.0010", "middle=12:0.0012", "waste=12:0.0013", "small=6:0.0015", "tiny=3:0.0030"],
                       check=True)
        patch_family(family, make_hostile)
        # The budget: as much flash as the second best takes.
        flash = {candidate["name"]: candidate["flash_bytes"]
                 for candidate in cls.make_report(family, root, "mae=1")["candidates"]}
        cls.budget = f"flash={flash['middle']},ms=1000"
        cls.report = cls.make_report(family, root, cls.budget)
        cls.family = family
        cls.page = os.path.join(root, "report.html")
        cls.start_browser(root)

    @staticmethod
    def make_report(family, folder, budget, *arguments):
        compile_family(family, "--emit=report", "-o", folder, "--budget", budget, *arguments)
        with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
            return json.load(file)

    @classmethod
    def start_browser(cls, root):
        chrome = webdriver.ChromeOptions()
        # No sandbox: tests run as root in containers, on a page of their own.
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                         "--hide-scrollbars", "--no-first-run", "--disable-background-networking",
                         "--force-prefers-reduced-motion", f"--user-data-dir={root}/profile"):
            chrome.add_argument(argument)
        chrome.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        driver = shutil.which("chromedriver")
        if not driver:
            raise RuntimeError("needs Debian's chromium-driver")
        cls.browser = webdriver.Chrome(service=Service(driver), options=chrome)
        cls.addClassCleanup(cls.browser.quit)
        cls.browser.set_script_timeout(20)

    def open(self, size, scheme="light", page=None):
        width, height = size
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        self.browser.get("file://" + (page or self.page))

    def script(self, text, *arguments):
        return self.browser.execute_script(text, *arguments)

    def screenshot(self, name):
        if not options.screenshots:
            return
        height = self.script("return document.documentElement.scrollHeight")
        width = self.script("return document.documentElement.clientWidth")
        image = self.browser.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}})
        with open(os.path.join(options.screenshots, name + ".png"), "wb") as file:
            file.write(base64.b64decode(image["data"]))

    def hover(self, status, report=None):
        """Moves the pointer to the first point of a status; its candidate in `report`, which the page shows."""
        point = self.script("""
            const chart = Chart.getChart('front');
            chart.canvas.scrollIntoView({block: 'center'});
            const words = {selected: 'selected', front: 'on the front', over_budget: 'over the budget',
                           dominated: 'dominated'};
            const index = chart.data.datasets.findIndex(set => set.label === words[arguments[0]]);
            const {x, y} = chart.getDatasetMeta(index).data[0];
            return {x: x - chart.width / 2, y: y - chart.height / 2,
                    name: chart.data.datasets[index].data[0].candidate.name};""", status)
        canvas = self.browser.find_element(By.ID, "front")
        ActionChains(self.browser, duration=50).move_to_element(canvas).perform()
        ActionChains(self.browser, duration=50).move_to_element_with_offset(
            canvas, round(point["x"]), round(point["y"])).perform()
        return next(candidate for candidate in (report or self.report)["candidates"]
                    if candidate["name"] == point["name"])

    def tip(self):
        return self.script("const tip = document.getElementById('tip'); return tip.hidden ? '' : tip.textContent")

    # ---- report.json ----

    def test_json(self):
        report = self.report
        self.assertEqual(report["schema"], 1)
        self.assertEqual(report["selected"], "middle")
        candidates = {candidate["name"]: candidate for candidate in report["candidates"]}
        self.assertEqual({name: candidate["status"] for name, candidate in candidates.items()}, STATUSES)
        self.assertEqual(report["budget"], {"flash_bytes": candidates["middle"]["flash_bytes"], "ms": 1000})
        self.assertEqual(candidates["waste"]["dominated_by"], "middle")
        self.assertIn(f"instead of {candidates['middle']['flash_bytes']}", candidates["large"]["reason"])
        self.assertEqual(report["family"]["cleaning"], HOSTILE)

    def test_json_of_selected(self):
        report = self.report
        memory = report["memory"]
        self.assertEqual(memory["table_ram_bytes"], 0)
        self.assertEqual(sum(buffer["bytes"] for buffer in memory["buffers"]), memory["arena_bytes"])
        for buffer in memory["buffers"]:
            for first, last in buffer["lifetimes"]:
                self.assertLess(first, last + 1)
                self.assertLess(last, len(memory["steps"]) + 1)
        selected = next(candidate for candidate in report["candidates"] if candidate["name"] == "middle")
        products = [layer for layer in report["layers"] if layer["operation"] == "matvec_s8"]
        for layer in products:
            self.assertEqual(layer["macs"], layer["rows"] * layer["columns"] * layer["times"])
        self.assertEqual({layer["times"] for layer in products}, {1, selected["steps"] * selected["solver_steps"]})
        for figure in ("instructions", "cycles"):
            self.assertEqual(sum(layer[figure] for layer in report["layers"]), selected[figure])
        for example in report["forecasts"]:
            # The same network in int8 and in float: near, and not the same.
            apart = [abs(a - b) for a, b in zip(example["int8"]["values"], example["float"]["values"])]
            self.assertTrue(0 < max(apart) < 0.01, apart)
        for value in report["quantization"]["values"]:
            self.assertLess(value["low"], value["high"])
        bound = report["error_bound"]
        self.assertTrue(0 < bound["mean"] <= bound["greatest"] < 2, bound)
        for example in report["forecasts"]:
            apart = [abs(a - b) for a, b in zip(example["int8"]["values"], example["float"]["values"])]
            self.assertLess(max(apart), bound["greatest"])
        self.assertIn("lnn-quantize", [entry["name"] for entry in report["compilation"]["passes"]])
        runs = {entry["name"]: entry["runs"] for entry in report["compilation"]["passes"]}
        self.assertEqual(runs["lnn-quantize"], len(STATUSES))
        self.assertEqual(runs["lnn-select-pareto"], 1)

    def test_json_is_reproducible(self):
        again = self.make_report(self.family, os.path.join(self.folder.name, "again"), self.budget)
        self.assertEqual({**again, "compilation": None}, {**self.report, "compilation": None})

    def test_json_of_both_places(self):
        folder = os.path.join(self.folder.name, "both")
        report = self.make_report(self.family, folder, "mae=1", "--place", "both", "--flash-wait-states", "3")
        candidates = {candidate["name"]: candidate for candidate in report["candidates"]}
        self.assertEqual(set(candidates), {name + place for name in STATUSES for place in ("", ".ram")})
        self.assertEqual(report["flash_wait_states"], 3)
        plain = {candidate["name"]: candidate for candidate in self.report["candidates"]}
        for name in STATUSES:
            flash, ram = candidates[name], candidates[name + ".ram"]
            self.assertEqual((flash["place"], ram["place"]), ("flash", "ram"))
            self.assertEqual((flash["ram_bytes"], ram["cycles"]), (plain[name]["ram_bytes"], plain[name]["cycles"]))
            self.assertGreater(flash["cycles"], ram["cycles"])
            self.assertGreater(ram["ram_bytes"], flash["ram_bytes"])
        self.assertEqual(report["selected"], "large.ram")
        memory, selected = report["memory"], candidates["large.ram"]
        self.assertEqual(memory["state_bytes"], candidates["large"]["ram_bytes"])
        self.assertEqual(memory["state_bytes"] + memory["table_ram_bytes"], selected["ram_bytes"])
        self.open(DESKTOP, page=os.path.join(folder, "report.html"))
        text = self.script("return document.body.innerText")
        # Both are as accurate and as large: one point, which says both.
        self.hover("selected", report)
        for part in ("large.ram", candidates["large"]["reason"], selected["reason"]):
            self.assertIn(part, self.tip())
        for part in ("large.ram", "tables in RAM", f"tables in RAM {memory['table_ram_bytes']:,} B", "3 wait states"):
            self.assertIn(part, text)

    # ---- report.html ----

    def test_renders(self):
        for size, scheme, name in ((DESKTOP, "light", "desktop"), (DESKTOP, "dark", "desktop-dark"),
                                   (PHONE, "light", "phone"), (PHONE, "dark", "phone-dark")):
            with self.subTest(name):
                self.open(size, scheme)
                charts = self.script("""
                    return [...document.querySelectorAll('canvas')].map(canvas => {
                      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                      return {chart: !!Chart.getChart(canvas), width: canvas.clientWidth,
                              inked: pixels.some(value => value !== 0)};
                    });""")
                self.assertEqual(len(charts), 3 + len(self.report["forecasts"]))
                for chart in charts:
                    self.assertTrue(chart["chart"] and chart["inked"] and chart["width"] > 200, charts)
                # Nothing is wider than the screen; wide tables scroll inside, where no text makes rows tall.
                self.assertEqual(self.script("return document.documentElement.scrollWidth"), size[0])
                tallest = self.script("""
                    return Math.max(...[...document.querySelectorAll('tbody tr')].map(row => row.clientHeight))""")
                self.assertLess(tallest, 60 if size == PHONE else 160)
                self.assertEqual(self.script("return document.title"), "middle · dlnet report")
                self.screenshot(name)

    def test_follows_the_colour_scheme(self):
        look = """
            const box = document.querySelector('section');
            return [getComputedStyle(document.body).backgroundColor, getComputedStyle(box).backgroundColor,
                    Chart.getChart('front').data.datasets[0].borderColor, Chart.defaults.color];"""
        self.open(DESKTOP, "light")
        light = self.script(look)
        # The open page follows, without being loaded again.
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        WebDriverWait(self.browser, 10).until(
            lambda _: all(before != after for before, after in zip(light, self.script(look))))

    def test_hover(self):
        for size in (DESKTOP, PHONE):
            self.open(size)
            for status in ("selected", "front", "over_budget", "dominated"):
                with self.subTest(f"{status} at {size}"):
                    candidate = self.hover(status)
                    self.assertEqual(candidate["status"], status)
                    tip = self.tip()
                    self.assertTrue(tip.startswith(candidate["name"]), tip)
                    for part in (candidate["cell"], f"{candidate['units']} units",
                                 f"{candidate['measured']['validation']['mae_int8']:.5f}",
                                 f"flash {candidate['flash_bytes']:,} B", f"RAM {candidate['ram_bytes']:,} B",
                                 f"{candidate['cycles']:,} cycles", candidate["reason"]):
                        self.assertIn(part, tip)
                    left, right = self.script(
                        "const box = document.getElementById('tip').getBoundingClientRect();"
                        "return [box.left, box.right]")
                    self.assertTrue(0 <= left < right <= size[0], (left, right))
        # Away from the points there is none.
        ActionChains(self.browser, duration=50).move_to_element(
            self.browser.find_element(By.ID, "front-title")).perform()
        self.assertEqual(self.tip(), "")

    def test_hover_of_other_plots(self):
        self.open(PHONE)
        canvases = self.browser.find_elements(By.CSS_SELECTOR, "canvas:not(#front)")
        self.assertEqual(len(canvases), 2 + len(self.report["forecasts"]))
        for canvas in canvases:
            at = self.script("""
                const chart = Chart.getChart(arguments[0]);
                chart.canvas.scrollIntoView({block: 'center'});
                const data = chart.getDatasetMeta(0).data, {x, y} = data[data.length >> 1].getCenterPoint();
                return [x - chart.width / 2, y - chart.height / 2];""", canvas)
            ActionChains(self.browser, duration=50).move_to_element_with_offset(
                canvas, round(at[0]), round(at[1])).perform()
            self.assertRegex(self.tip(), r"cycle \d+: SOH 0\.\d|from \d+: |ms in \d+ run")

    def test_switches_the_cost(self):
        self.open(DESKTOP)
        axis = "return Chart.getChart('front').options.scales.x.title.text"
        self.assertEqual(self.script(axis), "Flash, B")
        for name, key in (("RAM, B", "ram_bytes"), ("Cycles", "cycles"), ("Flash, B", "flash_bytes")):
            self.browser.find_element(By.CSS_SELECTOR, f"input[value={key}]").click()
            self.assertEqual(self.script(axis), name)
            shown = self.script("""
                return Chart.getChart('front').data.datasets.flatMap(set => set.data)
                  .filter(raw => raw.candidate).map(raw => raw.x);""")
            self.assertEqual(sorted(shown), sorted(candidate[key] for candidate in self.report["candidates"]))

    def test_table_says_the_same(self):
        self.open(DESKTOP)
        rows = self.script("""
            return [...document.querySelectorAll('#candidates tbody tr')].map(
              row => [row.className, ...[...row.children].map(cell => cell.textContent)]);""")
        self.assertEqual({row[1]: row[0] for row in rows}, STATUSES)
        for row in rows:
            candidate = next(entry for entry in self.report["candidates"] if entry["name"] == row[1])
            self.assertEqual(row[4], f"{candidate['flash_bytes']:,}")
            self.assertTrue(row[-1].endswith(candidate["reason"]))

    def test_says_what_soh_is_and_which_errors_are_left_out(self):
        shipped = os.path.join(options.source, "trainer/pretrained/soh.safetensors")
        root = tempfile.mkdtemp(dir=self.folder.name)
        family = shutil.copy(shipped, os.path.join(root, "family.safetensors"))
        for change, tiles in ((lambda _: None, ("Error, validation", "Error, test")),
                              (lambda family: family["models"][0].update(output_scale=99.0),
                               ("left out: measured of other weights",))):
            patch_family(family, change)
            compile_family(family, "--emit=report", "-o", root)
            for size in (DESKTOP, PHONE):
                self.open(size, page=os.path.join(root, "report.html"))
                self.assertIn("capacity over the nominal 1.1 Ah; trained on 0.856 to 0.998",
                              self.script("return document.getElementById('provenance').textContent"))
                text = self.script("return document.getElementById('tiles').textContent")
                for tile in tiles:
                    self.assertIn(tile, text)
                self.assertEqual(self.script("return document.documentElement.scrollWidth"), size[0])
        self.assertNotIn("0.00096", text)

    def test_text_is_only_text(self):
        self.open(DESKTOP)
        self.assertEqual(self.script("return document.querySelectorAll('img, b').length"), 0)
        self.assertIn(HOSTILE, self.script("return document.getElementById('provenance').textContent"))
        with open(self.page, encoding="utf-8") as file:
            self.assertNotIn("<img", file.read())

    def test_asks_for_nothing(self):
        self.browser.get("about:blank")
        for log in ("browser", "performance"):
            self.browser.get_log(log)
        self.open(DESKTOP)
        self.hover("selected")
        self.open(PHONE, "dark")
        self.assertEqual(self.browser.get_log("browser"), [])
        asked = set()
        for entry in self.browser.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.add(message["params"]["request"]["url"])
        self.assertEqual({url for url in asked if not url.startswith("data:")}, {"file://" + self.page})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("source")
    parser.add_argument("dlnetc")
    parser.add_argument("--screenshots", help="keep pictures of the page in this folder")
    options, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
