# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""MATLAB files in the shapes that users have; needs scipy and h5py.

  mat_of_users.py FOLDER SEED
"""
import os
import random
import sys

import h5py
import numpy
import scipy.io

from cells_of_users import fade


def nasa(path, name, values):
    cycles = []
    for value in values:
        cycles.append(("charge", {"Voltage_measured": numpy.linspace(3.6, 4.2, 20)}))
        cycles.append(("discharge", {"Voltage_measured": numpy.linspace(4.2, 2.7, 20), "Capacity": value}))
        if random.random() < 0.1:
            cycles.append(("impedance", {"Re": 0.05}))
    structs = numpy.empty((1, len(cycles)), dtype=[("type", "O"), ("ambient_temperature", "O"), ("data", "O")])
    for i, (kind, data) in enumerate(cycles):
        structs[0, i] = (kind, 24, data)
    scipy.io.savemat(path, {name: {"cycle": structs}}, do_compression=len(values) % 2 == 0)


def oxford(path, values):
    cycles = {f"cyc{100 * k:04d}": {"C1dc": {"v": numpy.linspace(4.2, 2.7, 10), "q": -numpy.linspace(0, 1000 * x, 10)}}
              for k, x in enumerate(values)}
    scipy.io.savemat(path, {"Cell1": cycles, "Cell2": cycles})


def severson(path, cells):
    with h5py.File(path, "w", userblock_size=512) as file:
        references = file.create_group("#refs#")
        summary = file.create_group("batch").create_dataset(
            "summary", (len(cells), 1), dtype=h5py.special_dtype(ref=h5py.Reference))
        for i, values in enumerate(cells):
            group = references.create_group(f"s{i}")
            group["QDischarge"] = numpy.array([values])
            summary[i, 0] = group.ref


def main():
    folder, seed = sys.argv[1], int(sys.argv[2])
    random.seed(seed)
    cells = [[0.0] + fade(450 + 20 * i + seed, 1.1, 100 * seed + i) for i in range(6)]
    path = lambda name: os.path.join(folder, name)
    nasa(path("nasa.mat"), f"B{seed:04d}", fade(250 + seed, 2.0, seed))
    oxford(path("oxford.mat"), fade(80, 0.74, seed))
    scipy.io.savemat(path("plain5.mat"), {"capacity": fade(300, 1.1, seed), "cycle": numpy.arange(1, 301.0)})
    with h5py.File(path("plain73.mat"), "w", userblock_size=512) as file:
        file["capacity"] = numpy.array([fade(300, 1.1, seed)])
    severson(path("batch.mat"), cells)
    cells[2][-1] = float("nan")
    severson(path("last_nan.mat"), cells)
    cells[1][250 + seed] = 5.2
    severson(path("spike.mat"), cells)


if __name__ == "__main__":
    main()
