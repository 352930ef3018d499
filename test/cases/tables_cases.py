# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tables and MATLAB files as users have them are understood, or refused with what was found.

`dlnet-train convert` reads as training does, says what it took the files for, and writes what it understood: reading
that again must give the same, and so must dlnetc.
"""
import csv
import glob
import os
import random
import subprocess
import sys
import tempfile
import unittest

from cells_of_users import each, fade, fleet, table, write
from context import DLNET_TRAIN, DLNETC, FAMILY, HERE, attempt, refused, run

SEEDS = (1, 2)


def python_with(*modules):
    """A Python that has these modules: ours, or Debian's, whose packages they are."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            if subprocess.run([python, "-c", "import " + ",".join(modules)], capture_output=True).returncode == 0:
                return python
        except OSError:
            pass
    return None


@unittest.skipUnless(os.path.exists(DLNET_TRAIN), "dlnet-train is not built")
class Reading(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = temporary.name
        self.folders = self.outputs = 0

    def folder(self):
        self.folders += 1
        path = os.path.join(self.root, f"in{self.folders}")
        os.makedirs(path)
        return path

    def convert(self, path, *options):
        """(what was printed, name -> values as written)."""
        self.outputs += 1
        output = os.path.join(self.root, f"out{self.outputs}")
        text = run(DLNET_TRAIN, "convert", path, "-o", output, "--minimum-cycles", 200, *options)
        cells = {}
        for file in glob.glob(os.path.join(output, "**", "*.csv"), recursive=True):
            with open(file, encoding="utf-8") as stream:
                rows = list(csv.reader(stream))[1:]
            cells[os.path.relpath(file, output)[:-4]] = [float(row[1]) for row in rows]
        return text, cells

    def reads(self, path, truth, *options, scale=1.0, says=()):
        """All cells of `truth` are read, with its values to the digits that files have."""
        text, cells = self.convert(path, *options)
        self.assertEqual(sorted(os.path.basename(name) for name in cells), sorted(truth), text)
        for name, values in cells.items():
            expected = truth[os.path.basename(name)]
            self.assertEqual(len(values), len(expected), f"{name}\n{text}")
            for a, b in zip(values, expected):
                self.assertAlmostEqual(a, b * scale, delta=2e-5 * max(1.0, abs(b * scale)))
        for part in says:
            self.assertIn(part, text.splitlines()[0])
        return text

    def refuses(self, path, *parts, options=()):
        message = refused(DLNET_TRAIN, "convert", path, "--minimum-cycles", 200, *options)
        for part in parts:
            self.assertIn(part, message)
        return message


class Dialects(Reading):
    def test_as_spreadsheets_and_testers_write_them(self):
        comma = lambda t, x: f"{t};{x:.5f}".replace(".", ",")
        plain = lambda t, x: f"{t},{x:.5f}"
        for seed in SEEDS:
            for header, row, says, options in (
                    ("cycle;capacity", comma, ("';'", "decimal comma"), {"end": "\r\n", "encoding": "utf-8-sig"}),
                    ("cycle,capacity", lambda t, x: f'{t},"{x:.5f}"'.replace(".", ","), ("decimal comma",),
                     {"end": "\r\n"}),
                    ("cycle,capacity", plain, ("','",), {"encoding": "utf-16"}),
                    ("cycle,capacity", plain, ("','",), {"end": "\r"}),
                    ("cycle\tcapacity", lambda t, x: f"{t}\t{x:.5f}", ("tab",), {"name": "{}.txt"}),
                    ("cycle|capacity", lambda t, x: f"{t}|{x:.5f}", ("'|'",), {"name": "{}.tsv"}),
                    ("Cycle,Capacity", plain, ("'Capacity'",), {"name": "{}.CSV"}),
                    ("cycle,capacity", lambda t, x: f"{t},+{x:.6E}", (), {}),
                    ("cycle,capacity,", lambda t, x: f"{t},{x:.5f},", (), {}),
                    ("Today's Date,01/02/2024\nFilename,C:\\x.1\n\nCycle,capacity", plain, ("header on line 4",), {})):
                folder = self.folder()
                self.reads(folder, each(folder, seed, header, row, **options), says=says)

    def test_headers_of_testers(self):
        for seed in SEEDS:
            for header, row, scale in (
                    ("Cycle_Index,Test_Time(s),Charge_Capacity(Ah),Discharge_Capacity(Ah)",
                     lambda t, x: f"{t},{t * 3600},{x * 1.002:.5f},{x:.5f}", 1),
                    ("Cycle_Index,Start_Time,Charge_Capacity (Ah),Discharge_Capacity (Ah)",
                     lambda t, x: f"{t},2020-01-01 00:00:00,{x * 1.002:.5f},{x:.5f}", 1),
                    ("Cycle ID,Cap. of charge(mAh),Capacity of discharge(mAh),DChg. Spec. Cap.(mAh/g)",
                     lambda t, x: f"{t},{x * 1002:.3f},{x * 1000:.3f},151", 1000),
                    ("Cyc#\tCap. [Ah]\tEner. [Wh]", lambda t, x: f"{t}\t{x:.5f}\t3.1", 1),
                    ("cycle,QDischarge,QCharge,IR", lambda t, x: f"{t},{x:.5f},{x:.5f},0.01", 1)):
                folder = self.folder()
                self.reads(folder, each(folder, seed, header, row), scale=scale)

    def test_what_is_not_found_is_listed(self):
        folder = self.folder()
        each(folder, 1, "cycle;voltage;temp", lambda t, x: f"{t};3.2;25")
        self.refuses(folder, "'cycle', 'voltage', 'temp'", "';'", "--column")
        each(folder, 1, "cycle,capacity,Cap. [Ah]", lambda t, x: f"{t},{x},{x}")
        self.refuses(folder, "'capacity', 'Cap. [Ah]'", "--column")
        each(folder, 1, "cycle,capacity_mah", lambda t, x: f'{t},"{x * 1000:,.1f}"')
        self.refuses(folder, "is not a number")


class Units(Reading):
    def test_are_known_by_header_or_magnitude_and_said(self):
        for seed in SEEDS:
            for header, row, scale, says, options in (
                    ("cycle,capacity", lambda t, x: f"{t},{x * 1000:.2f}", 1000, "in mAh (by magnitude)", ()),
                    ("cycle,capacity", lambda t, x: f"{t},{x / 1.1 * 2.1:.5f}", 2.1 / 1.1, "in mAh (by magnitude)",
                     ("--nominal", 0.0021)),
                    ("cycle,soh", lambda t, x: f"{t},{x / 1.1 * 100:.4f}", 100 / 1.1, "in percent", ()),
                    ("cycle,soh", lambda t, x: f"{t},{x / 1.1:.6f}", 1 / 1.1, "as a fraction", ()),
                    ("cycle,capacity", lambda t, x: f"{t},{-x:.5f}", 1, "signs turned", ())):
                folder = self.folder()
                self.reads(folder, each(folder, seed, header, row), *options, scale=scale, says=(says,))

    def test_another_size_is_refused_with_the_likely_option(self):
        for seed in SEEDS:
            folder = self.folder()
            truth = each(folder, seed, "capacity", lambda t, x: f"{x:.5f}", cells=fleet(seed, nominal=2.0))
            self.refuses(folder, "--nominal 2")
            self.reads(folder, truth, "--nominal", 2)
            one = sorted(glob.glob(os.path.join(folder, "*.csv")))[0]
            self.assertIn("--nominal 2", refused(DLNETC, "forecast", FAMILY, "--battery", one))
            coin = self.folder()
            each(coin, seed, "cycle,capacity", lambda t, x: f"{t},{x / 1.1 * 2.1:.5f}")
            self.refuses(coin, "--nominal 2.1", "--nominal 0.0021 --unit mah")

    def test_sizes_that_differ_need_the_initial_capacity(self):
        for seed in SEEDS:
            folder = self.folder()
            sizes = dict(zip("abcdefgh", (0.55, 0.74, 1.1, 1.35, 1.6, 2.0, 0.9, 1.2)))
            truth = {name: fade(420 + seed, size, ord(name) + seed) for name, size in sizes.items()}
            each(folder, seed, "capacity", lambda t, x: f"{x:.5f}", cells=truth)
            self.reads(folder, truth, "--soh", "initial")
            text, cells = self.convert(folder)
            self.assertLess(len(cells), 8)
            self.assertIn("--soh initial", text)


class Structures(Reading):
    def test_many_rows_a_cycle(self):
        for seed in SEEDS:
            records = 5 + 3 * seed
            for grows in (False, True):
                folder = self.folder()
                truth = each(folder, seed, "voltage,time,capacity,cycle",
                             lambda t, x: [f"{3.6 - 0.001 * k:.3f},{30 * k},"
                                           f"{x * ((k + 1) / records if grows else 1):.5f},{t}"
                                           for k in range(records)])
                self.reads(folder, truth, says=(f"{records} rows a cycle",))
            folder = self.folder()
            each(folder, seed, "time,capacity,cycle",
                 lambda t, x: [f"{k},{x * (1 + k % 4) / 4:.5f},{t}" for k in range(8)])
            self.refuses(folder, "one row a cycle")
            folder = self.folder()
            each(folder, seed, "time,capacity", lambda t, x: [f"{k},{x:.5f}" for k in range(records)])
            self.refuses(folder, f"{records} rows")

    def test_gaps_repeats_and_order(self):
        for seed in SEEDS:
            start, length = 150 + seed, 20 * seed
            folder = self.folder()
            each(folder, seed, "cycle,capacity",
                 lambda t, x: [] if start < t <= start + length else f"{t},{x:.5f}")
            self.refuses(folder, f"{length} cycles missing after cycle {start}")
            for apart in (0, 0.01):
                folder = self.folder()
                truth = fleet(seed)
                for name, values in truth.items():
                    rows = [f"{t + 1},{x:.5f}" for t, x in enumerate(values)]
                    again = [f"{t + 1},{x + apart:.5f}" for t, x in enumerate(values)][280:]
                    write(folder, name + ".csv", ["cycle,capacity"] + rows[:300] + again)
                if apart:
                    self.refuses(folder, "cycle 281 stands on line 282")
                else:
                    self.assertIn("20 rows of", self.reads(folder, truth))
            folder = self.folder()
            truth = fleet(seed)
            for name, values in truth.items():
                rows = [f"{t + 1},{x:.5f}" for t, x in enumerate(values)]
                write(folder, name + ".csv", ["cycle,capacity"] + sorted(rows))
            self.reads(folder, truth, says=("sorted by cycle",))

    def test_reference_tests(self):
        for seed, period in zip(SEEDS, (50, 25, 100)):
            folder = self.folder()
            each(folder, seed, "cycle,capacity",
                 lambda t, x: f"{t},{x:.5f}" if t % period == 1 else [],
                 cells={f"r{i}": fade(period * 240, 1.1, seed + i) for i in range(4)})
            self.refuses(folder, f"measured only every {period}th cycle")
            folder = self.folder()
            table(folder, seed, "cell,cycle,capacity_ah",
                  lambda cell, t, x: f"{cell},{t},{x:.5f}" if t % period == 1 else None,
                  cells={f"L{i}": fade(period * 240, 1.1, seed + i) for i in range(4)})
            self.refuses(os.path.join(folder, "cells.csv"), f"measured only every {period}th cycle")
        for seed, period, factor in zip(SEEDS, (25, 40, 10), (1.04, 1.03, 0.95)):
            folder = self.folder()
            each(folder, seed, "cycle,capacity", lambda t, x: f"{t},{x * (factor if t % period == 1 else 1):.5f}")
            self.refuses(folder, f"every {period} cycles", "reference tests")

    def test_sums_over_cycles(self):
        for seed in SEEDS:
            for reset in (40 + 10 * seed, 10 ** 9):
                folder = self.folder()
                cells = fleet(seed)
                for values in cells.values():
                    total = 0
                    for t, x in enumerate(values):
                        total = x if t % reset == 0 else total + x
                        values[t] = total
                each(folder, seed, "cycle,capacity", lambda t, x: f"{t},{x:.5f}", cells=cells)
                self.refuses(folder, "a running sum")

    def test_odd_first_and_last_rows(self):
        for seed in SEEDS:
            for first, last in (("0,0", None), (None, "{},nan"), (None, "{},"), ("0,0.4", "{},-9")):
                folder = self.folder()
                truth = fleet(seed)
                for name, values in truth.items():
                    rows = [f"{t + 1},{x:.5f}" for t, x in enumerate(values)]
                    write(folder, name + ".csv", ["cycle,capacity"] + ([first] if first else []) + rows +
                          ([last.format(len(rows) + 1)] if last else []))
                text = self.reads(folder, truth)
                if last:
                    self.assertEqual(text.count("skipped 1 row of"), len(truth), text)
                    self.refuses(folder, "--strict", options=("--strict",))

    def test_short_cells_are_listed(self):
        folder = self.folder()
        each(folder, 1, "capacity", lambda t, x: f"{x:.5f}",
             cells={f"s{i}": fade(40 + i, 1.1, i) for i in range(40)})
        message = self.refuses(folder, "s0: ", " cycles, 200 needed")
        self.assertLess(len(message.splitlines()), 40, "bounded")
        message = refused(DLNET_TRAIN, "train", "--data", folder, "-o", os.path.join(self.root, "x.safetensors"))
        self.assertIn(" cycles, 200 needed", message)

    def test_rests_are_named(self):
        folder = self.folder()
        for i in range(6):
            noise, rest, rows = random.Random(i), 0.0, ["capacity"]
            for t, x in enumerate(fade(520, 2.0, i)):
                if t % 40 == 39:
                    rest = 0.05 + 0.04 * noise.random()
                rows.append(f"{x + 0.5 * rest:.5f}")
                rest *= 0.8
            write(folder, f"c{i}.csv", rows)
        self.refuses(folder, "c0", "c5", "rests", options=("--nominal", 2))


class Folders(Reading):
    def test_tables_of_cells(self):
        for seed in SEEDS:
            for header, row in (
                    ("cell,cycle,capacity_ah", lambda c, t, x: f"{c},{t},{x:.5f}"),
                    ("Cell,Cycle,Capacity_Ah", lambda c, t, x: f"{c},{t - 1},{x:.5f}"),
                    ("cell_id,cycle,capacity_ah", lambda c, t, x: f"{c},{t}.0,{x:.5f}"),
                    ("battery_id,cycle,capacity", lambda c, t, x: f"{c},{t},{x:.5f}"),
                    (",cell,cycle,capacity_ah", lambda c, t, x: f"{t * 7},{c},{t},{x:.5f}"),
                    ("Barcode;Cycle_Index;Discharge_Capacity(Ah)", lambda c, t, x: f"{c};{t};{x:.5f}")):
                folder = self.folder()
                truth = table(folder, seed, header, row)
                self.reads(os.path.join(folder, "cells.csv"), truth, says=("8 batteries of 1 file",))
                self.reads(folder, truth)
            folder = self.folder()
            truth = {}
            for batch in range(4):
                truth.update(table(folder, seed, "cell,cycle,capacity", lambda c, t, x: f"{c},{t},{x:.5f}",
                                   name=f"batch{batch}.csv",
                                   cells={f"b{batch}c{i}": fade(260, 1.1, 40 * seed + 10 * batch + i)
                                          for i in range(4)}))
            self.reads(folder, truth, says=("16 batteries of 4 files",))

    def test_rows_that_tables_lack_or_repeat(self):
        for seed in SEEDS:
            folder = self.folder()
            names = list(fleet(seed))
            odd, at = names[seed], 100 + seed
            truth = table(folder, seed, "cell,cycle,capacity_ah",
                          lambda c, t, x: f"{c},{t}," + ("" if (c, t) == (odd, at) else f"{x:.5f}"))
            text, cells = self.convert(os.path.join(folder, "cells.csv"))
            self.assertEqual(len(cells[odd]), len(truth[odd]) - 1)
            self.assertIn(f"skipped 1 row of {odd}", text)
            table(folder, seed, "cell,cycle,capacity_ah",
                  lambda c, t, x: None if c == odd and at <= t < at + 30 else f"{c},{t},{x:.5f}")
            text, cells = self.convert(os.path.join(folder, "cells.csv"))
            self.assertIn(f"skipped {odd}: 30 cycles missing after cycle {at - 1}", text)
            table(folder, seed, "cell,cycle,capacity_ah",
                  lambda c, t, x: f"{c},{t},{x:.5f}" + (f"\n{c},{t},{x:.5f}" if (c, t) == (odd, at) else ""))
            self.reads(os.path.join(folder, "cells.csv"), truth)

    def test_names_beyond_ascii(self):
        for encoding in ("utf-8", "latin-1"):
            folder = self.folder()
            truth = table(folder, 1, "cell,cycle,capacity_ah", lambda c, t, x: f"Zelle_\u00dc{c},{t},{x:.5f}",
                          encoding=encoding)
            self.reads(os.path.join(folder, "cells.csv"), {f"Zelle_\u00dc{name}": v for name, v in truth.items()})

    def test_odd_files_among_cells(self):
        for seed in SEEDS:
            folder = self.folder()
            truth = each(folder, seed, "cycle,capacity", lambda t, x: f"{t},{x:.5f}")
            write(folder, "metadata.csv", ["cell_id,chemistry,nominal", "c0,LFP,1.1"])
            with open(os.path.join(folder, f"._{list(truth)[0]}.csv"), "wb") as file:
                file.write(b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ")
            text = self.reads(folder, truth)
            self.assertIn("skipped metadata.csv: ", text)
            self.assertIn("a hidden file", text)
            self.refuses(folder, "metadata.csv", options=("--strict",))

    def test_one_stem_in_several_folders(self):
        for seed in SEEDS:
            folder = self.folder()
            for i in range(8):
                write(folder, f"run{i % 2}/cell{i // 2}.csv",
                      ["cycle,capacity"] + [f"{t + 1},{x:.5f}" for t, x in enumerate(fade(300, 1.1, 10 * seed + i))])
            text, cells = self.convert(folder)
            self.assertEqual(sorted(cells), [f"run{i}/cell{k}" for i in range(2) for k in range(4)], text)


class Matlab(Reading):
    def test_files_of_both_versions(self):
        python = python_with("scipy", "h5py")
        if python is None:
            self.skipTest("no Python with scipy and h5py")
        for seed in SEEDS:
            folder = self.folder()
            run(python, os.path.join(HERE, "mat_of_users.py"), folder, seed)
            at = lambda name: os.path.join(folder, name)
            self.reads(at("nasa.mat"), {f"B{seed:04d}": fade(250 + seed, 2.0, seed)}, "--nominal", 2)
            self.refuses(at("oxford.mat"), "measured only every 100th cycle", options=("--nominal", 0.74))
            for plain in ("plain5", "plain73"):
                self.reads(at(plain + ".mat"), {plain: fade(300, 1.1, seed)})
            _, whole = self.convert(at("batch.mat"))
            text, nan = self.convert(at("last_nan.mat"))
            self.assertIn("skipped 1 row of last_nan_battery-3", text)
            text, spike = self.convert(at("spike.mat"))
            self.assertIn("skipped 1 row of spike_battery-2", text)
            lengths = lambda cells: [len(cells[name]) for name in sorted(cells)]
            self.assertEqual(lengths(whole), [450 + 20 * i + seed for i in range(6)])
            self.assertEqual(lengths(nan), [length - (i == 2) for i, length in enumerate(lengths(whole))])
            self.assertEqual(lengths(spike), [length - (i in (1, 2)) for i, length in enumerate(lengths(whole))])
            self.assertIn("dlnet-train convert", refused(DLNETC, "evaluate", FAMILY, "--data", at("batch.mat")))


class Compiler(unittest.TestCase):
    def test_links_no_library_of_the_network(self):
        libraries = attempt("ldd", DLNETC).stdout
        for name in ("hdf5", "curl", "ssl", "matio"):
            self.assertNotIn(name, libraries)


if __name__ == "__main__":
    unittest.main()
