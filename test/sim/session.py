# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Conversations with soh_monitor on dlnet-sim, for those that check it and those that measure it."""
import binascii
import json
import os
import random
import subprocess
import tempfile


def sealed(text):
    """A line with its checksum, as runtime/README.md says."""
    return f"{text}*{binascii.crc_hqx(text.encode(), 0xffff):04x}"


def capacity(number):
    """mAh, of a cell that fades; its nominal capacity is 1100."""
    return f"{1080 - number * number / 8000:.3f}"


def soh(number):
    """What the board says of it, which counts in 2^-14."""
    return f"{round(float(capacity(number)) / 1100 * 2**14) / 2**14:.4f}"


def cycle(number):
    return "send " + sealed(f"cycle {number} {capacity(number)}")


def cycles(first, last):
    """Cycles of a cell that fades, each answered before the next is sent."""
    script = []
    for number in range(first, last + 1):
        script += [cycle(number), f"expect ok cycle={number} .*"]
    return script


NEW_CELL = ["expect start selftest=pass flash=pass cycle=0 .*", "send " + sealed("cell 1100"),
            "expect ok selftest=pass flash=pass cycle=0 .*"]


def mutant(chance, line):
    """Another line, without an end in it and not empty."""
    changed = bytearray(line)
    while not changed or changed == line:
        at = chance.randrange(len(changed) + 1)
        changed[at:at + chance.randrange(2)] = bytes(
            chance.choice([b for b in range(256) if b not in b"\r\n"]) for _ in range(chance.randrange(4)))
    return bytes(changed)


def garbage(seed, lines):
    """Bad lines for a cell of three cycles, each of which is answered and changes nothing."""
    chance = random.Random(seed)
    good = [sealed("cycle 4 1079.000"), sealed("cell 900"), sealed("limit 0.9"), "forecast", "history", "?"]
    script = []
    for _ in range(lines):
        if chance.randrange(4):
            line = mutant(chance, chance.choice(good).encode())
        else:
            line = bytes(chance.choice([b for b in range(256) if b not in b"\r\n"])
                         for _ in range(1 + chance.randrange(100)))
        script += ["bytes " + " ".join(f"{b:02x}" for b in line + b"\n"), "await (ok|error).*"]
    return script + ["send ?", r"expect ok selftest=pass flash=pass cycle=3 kept=3 nominal=1100\.000 limit=0\.8000 .*"]


def run(sim, image, script, *options):
    """(exit status, standard error, report) of a script on an image."""
    with tempfile.TemporaryDirectory() as folder:
        path, report = os.path.join(folder, "script"), os.path.join(folder, "report")
        with open(path, "w", encoding="ascii") as out:
            out.write("\n".join(script) + "\n")
        done = subprocess.run(
            [sim, image, "--quiet", "--flash-wait-states", "2", "--script", path, "--report", report,
             *map(str, options)], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
        result = None
        if os.path.exists(report):
            with open(report, encoding="utf-8") as lines:
                result = json.load(lines)
    return done.returncode, done.stderr, result
