# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Simulated cells in the shapes that users' files have. Every writer takes a folder and a seed, from which come sizes,
names and noise; no number in a test stands for a single file."""
import math
import os
import random


def fade(cycles, nominal, seed):
    """Capacities in Ah of one cell: a square root, a line and a knee."""
    noise = random.Random(seed)
    knee = cycles * (0.75 + 0.05 * noise.random())
    start = 0.97 + 0.02 * noise.random()
    values = []
    for t in range(cycles):
        soh = start - 0.03 * math.sqrt(t / cycles) - 0.06 * t / cycles
        if t > knee:
            soh -= 0.12 * ((t - knee) / (cycles - knee)) ** 2
        values.append(nominal * (soh + noise.gauss(0, 4e-4)))
    return values


def fleet(seed, count=8, nominal=1.1, first=420):
    """name -> capacities."""
    stem = random.Random(seed).choice(["c", "cell_", "LFP-", "A1B-"])
    return {f"{stem}{i}": fade(first + 10 * (seed % 7) + 23 * i, nominal, 100 * seed + i) for i in range(count)}


def write(folder, name, lines, end="\n", encoding="utf-8"):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write((end.join(lines) + end).encode(encoding))


def each(folder, seed, header, row, name="{}.csv", cells=None, **options):
    """A file a cell: `header`, then row(cycle from 1, capacity) for every cycle; a row may be several lines or none."""
    cells = cells or fleet(seed)
    for cell, values in cells.items():
        lines = [header]
        for t, x in enumerate(values):
            made = row(t + 1, x)
            lines += made if isinstance(made, list) else [made]
        write(folder, name.format(cell), lines, **options)
    return cells


def table(folder, seed, header, row, name="cells.csv", cells=None, **options):
    """One file of all cells: row(cell, cycle, capacity), or None for no row."""
    cells = cells or fleet(seed)
    rows = [row(cell, t + 1, x) for cell, values in cells.items() for t, x in enumerate(values)]
    write(folder, name, [header] + [line for line in rows if line is not None], **options)
    return cells
