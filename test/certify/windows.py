# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Windows for a model to forecast: cells that fade, anything at all, and what a
broken sensor or an adversary would send, a third each."""
import random
import struct

FORMS = ("simulated", "random", "extreme")


def clamped(value):
    return max(-32768, min(32767, round(value)))


def simulated(size, one, chance):
    """A cell's fade: linear, past a knee faster; with noise and a dip now and then."""
    level, slope = chance.uniform(0.7, 1.05), chance.uniform(0, 4e-4)
    knee, bend = chance.uniform(0, 2 * size), chance.uniform(0, 4e-5)
    noise = chance.choice((0, 1e-4, 1e-3))
    dip = chance.randrange(size) if chance.random() < 0.2 else None
    return [clamped(one * (level - slope * k - bend * max(0, k - knee) ** 2 + chance.gauss(0, noise) -
                           (0.02 if k == dip else 0))) for k in range(size)]


def anything(size, one, chance):
    return [chance.randint(-32768, 32767) for _ in range(size)]


def extreme(size, one, chance):
    ends = (-32768, -1, 0, 1, one, 32766, 32767)
    low, high, period = chance.choice(ends), chance.choice(ends), chance.randint(1, 2 * size)
    return [high if k // period % 2 else low for k in range(size)]


def write(path, count, size, one, with_age, seed=1):
    """The file that test/firmware/windows_main.c describes."""
    chance = random.Random(seed)
    makers = (simulated, anything, extreme)
    ages = (0, 1, size, 32766, 32767, 32768, 2**31 - 1, 2**31, 2**32 - 1)
    with open(path, "wb") as file:
        file.write(struct.pack("<I", count))
        for i in range(count):
            file.write(struct.pack(f"<{size}h", *makers[i % 3](size, one, chance)))
            if with_age:
                age = chance.choice(ages) if i % 2 else chance.randrange(3000)
                file.write(struct.pack("<I", age))
