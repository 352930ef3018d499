# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Lives of batteries as testers export them, made from a seed."""
import math
import os
import random


def life(cycles, nominal, seed, knee=0.75):
    """Capacities of a cell, one a cycle, in the unit of `nominal`: a fade, and a knee near the end."""
    source = random.Random(seed)
    knee = cycles * (knee + 0.05 * source.random())
    first = 0.97 + 0.02 * source.random()
    capacities = []
    for cycle in range(cycles):
        soh = first - 0.03 * math.sqrt(cycle / cycles) - 0.06 * cycle / cycles
        if cycle > knee:
            soh -= 0.12 * ((cycle - knee) / (cycles - knee)) ** 2
        capacities.append(nominal * (soh + source.gauss(0, 0.0004)))
    return capacities


def write(path, lines):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
    return path


def write_cell(path, nominal, seed, cycles=520, column="capacity", scale=1, digits=5):
    """A CSV file of one cell; `scale` is of the unit, 1000 for mAh."""
    return write(path, [column, *(f"{scale * capacity:.{digits}f}" for capacity in life(cycles, nominal, seed))])


def write_set(folder, nominals, seed=0, **options):
    """A folder of cells, one for each nominal capacity."""
    for i, nominal in enumerate(nominals):
        write_cell(os.path.join(folder, f"c{i:02}.csv"), nominal, seed + i, cycles=520 + 15 * i, **options)
    return folder
