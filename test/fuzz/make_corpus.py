#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the seeds of the fuzz targets, test/fuzz/corpus, from nothing.

  make_corpus.py BUILD

Needs h5py and SciPy for the MATLAB files, which is why the seeds are in the tree. What a fuzzer found later is beside
them under names of its own and stays.
"""
import os
import struct
import subprocess
import sys
import tempfile

import h5py
import numpy
import scipy.io

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(HERE, "corpus")


def seed(target, name, content):
    folder = os.path.join(CORPUS, target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def fade(cycles, nominal):
    return [nominal * (1 - 0.1 * t / cycles - 0.1 * (t / cycles) ** 4) for t in range(cycles)]


def budgets():
    seed("budget", "all", "flash=8k,ram=1.5k,ms=1,mae=0.0012")
    seed("budget", "bytes", "ram=1536")
    seed("budget", "kib", "flash=4KiB,ms=0.5")


def families(build):
    """Of a model of each cell, as dlnet_hunt writes them."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([os.path.join(build, "bin", "dlnet_hunt"), folder, "--seed", "1", "--count", "40"], check=True)
        files = sorted((name for name in os.listdir(folder) if name.endswith(".safetensors")),
                       key=lambda name: os.path.getsize(os.path.join(folder, name)))
        for i, name in enumerate(files[:4], 1):
            with open(os.path.join(folder, name), "rb") as file:
                seed("family", f"small{i}", file.read())


def journals():
    operations = {
        "life": [(1, 1100000), (0, 300), (8, None), (0, 900), (8, None)],
        "flip": [(1, 1100000), (0, 480), (3, 5), (8, None), (0, 20), (8, None)],
        "cut": [(1, 2000000), (0, 100), (7, 50), (0, 10), (8, None)],
        "cells": [(1, 1100000), (0, 50), (1, 3000000), (2, 12000), (0, 30), (8, None)],
        "foreign": [(5, 700), (8, None), (1, 1100000), (0, 10), (6, 2), (8, None)],
    }
    for name, steps in operations.items():
        seed("journal", name, b"".join(bytes([code]) + (struct.pack(">I", value - 1) if value else b"")
                                       for code, value in steps))


def serials():
    cycles = "".join(f"cycle {i} {1100 - i * 0.2:.1f}*#\n" for i in range(1, 110))
    seed("serial", "commands", "?*#\ncell 1100*#\ncycle 1 1090*#\nforecast*#\nhistory*#\nlimit 0.8*#\n")
    seed("serial", "forecast", "cell 1100*#\n" + cycles + "forecast*#\n?*#\n")
    seed("serial", "wrong", "cycle*#\ncycle 5*#\ncell 99999999999*#\nlimit 2*#\n?\n?*0000\n" + "x" * 80 + "\n")
    seed("serial", "restart", b"cell 1100*#\ncycle 1 1080*#\n\xfe?*#\ncycle 2\xff 1079*#\ncycle 2 1079*#\n")


def splits():
    seed("split", "two", "cell,side\na,train\nb,test\nc,train\nd,test1\ne,test2\n")
    seed("split", "validation", "# a remark\nside, cell\ntrain,a\nvalidation,b\ntest,c\n")
    seed("split", "wrong", "cell,side\na,train\na,test\n")


def tables():
    one = "capacity\n" + "".join(f"{value:.4f}\n" for value in fade(40, 1.1))
    rows = "".join(f"{name},{cycle},{value:.4f}\n" for cycle, value in enumerate(fade(30, 1.1), 1)
                   for name in ("c1", "c2"))
    seed("table", "one", "\1" + one)
    seed("table", "numbered", "\1cycle,capacity\n" + "".join(f"{i},{v:.4f}\n" for i, v in enumerate(fade(40, 1.1))))
    seed("table", "many", "\1cell,cycle,capacity_ah\n" + rows)
    seed("table", "initial", "\3cell,cycle,capacity_ah,batch\n" + rows.replace("\n", ",b\n"))
    seed("table", "semicolons", "\1Zyklus;Kapazit\u00e4t (Ah)\n" +
         "".join(f"{i};{v:.4f}\n".replace(".", ",") for i, v in enumerate(fade(30, 1.1))))
    seed("table", "milli", "\1Cycle Index\tDischarge Capacity (mAh)\n" +
         "".join(f"{i}\t{v:.1f}\n" for i, v in enumerate(fade(30, 1100))))
    seed("table", "utf16", b"\1" + ("\ufeffcycle,capacity\r\n" +
                                    "".join(f"{i},{v:.3f}\r\n" for i, v in enumerate(fade(20, 1.1)))
                                    ).encode("utf-16-le"))


def mats():
    path = os.path.join(CORPUS, "mat", "batch_v73")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with h5py.File(path, "w", userblock_size=512, libver="earliest") as file:
        reference = h5py.special_dtype(ref=h5py.Reference)
        cells = file.create_group("batch").create_dataset("summary", (2, 1), dtype=reference)
        for i in range(2):
            cell = file.create_group(f"#refs#/s{i}")
            cell["QDischarge"] = numpy.array([fade(20, 1.1)])
            cells[i, 0] = cell.ref
    cycles = numpy.empty((1, 6), dtype=[("type", "O"), ("data", "O")])
    for i, value in enumerate(fade(6, 2.0)):
        cycles[0, i] = ("discharge", {"Capacity": value})
    scipy.io.savemat(os.path.join(CORPUS, "mat", "cycles_v5"), {"B0099": {"cycle": cycles}}, appendmat=False)
    scipy.io.savemat(os.path.join(CORPUS, "mat", "plain_v5"), {"capacity": numpy.array(fade(30, 1.1))}, appendmat=False)
    scipy.io.savemat(os.path.join(CORPUS, "mat", "packed_v5"), {"capacity": numpy.array(fade(30, 1.1))},
                     appendmat=False, do_compression=True)


def images():
    """ELF files of one segment, and of one with symbols."""
    code = bytes(range(64))
    names = b"\0main\0loop\0"
    symbols = struct.pack("<IIIBBH", 0, 0, 0, 0, 0, 0) + \
        struct.pack("<IIIBBH", 1, 0x10001, 32, 0x12, 0, 1) + struct.pack("<IIIBBH", 6, 0x10021, 0, 0x12, 0, 1)
    start = 52 + 32
    at_symbols = start + len(code)
    at_names = at_symbols + len(symbols)
    at_sections = at_names + len(names) + 2
    sections = struct.pack("<10I", *[0] * 10) + \
        struct.pack("<10I", 0, 1, 6, 0x10000, start, len(code), 0, 0, 4, 0) + \
        struct.pack("<10I", 0, 2, 0, 0, at_symbols, len(symbols), 3, 1, 4, 16) + \
        struct.pack("<10I", 0, 3, 0, 0, at_names, len(names), 0, 0, 1, 0)

    def image(section_count):
        header = b"\x7fELF\1\1\1" + bytes(9) + struct.pack(
            "<HHIIIIIHHHHHH", 2, 40, 1, 0x10001, 52, at_sections if section_count else 0, 0x5000200, 52, 32, 1, 40,
            section_count, 0)
        segment = struct.pack("<8I", 1, start, 0x10000, 0x10000, len(code), len(code), 5, 4)
        return header + segment + code + (symbols + names + b"\0\0" + sections if section_count else b"")

    seed("elf", "bare", image(0))
    seed("elf", "symbols", image(4))


def passes():
    """Beside the lit tests: what a pass once died of."""
    seed("passes", "scan_from_window", """lnn.model @m {
^bb0(%x: tensor<2xi16>):
  %s = lnn.scan times 2 from %x : tensor<2xi16> {
  ^bb0(%v: tensor<2xi16>):
    %2 = lnn.clamp_s32 %v to [0, 127] : tensor<2xi16> -> tensor<2xi16>
    lnn.yield %2 : tensor<2xi16>
  }
  lnn.return %s : tensor<2xi16>
}
""")


def main():
    budgets()
    families(os.path.abspath(sys.argv[1]))
    journals()
    serials()
    splits()
    tables()
    mats()
    images()
    passes()


if __name__ == "__main__":
    main()
