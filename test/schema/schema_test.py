#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds family.schema.json to the reader: whatever the schema refuses, the reader refuses, too, and what only the reader
refuses is of a kind that a schema cannot say.

  schema_test.py DLNETC SCHEMA FAMILY VENV

Needs the package jsonschema; where there is none it goes into the virtual environment VENV, and where no package index
can be reached the test says so and exits with 77.
"""
import copy
import json
import os
import re
import struct
import subprocess
import sys
import tempfile

# Every so many of the mutations are tried; coprime with the kinds, so that each kind is.
STRIDE = 5

# What a schema of one document cannot say, as the reader says it.
BEYOND_A_SCHEMA = [
    "low <= high", "divisor of the window", "is already ", "is already called", "makes", "missing tensor", "unexpected tensor",
    ".shape: expected", r"\.graph: ", "the name of one of the graph's values", "the graph has no such value", "a range, or",
    "one of liquid, ", "not valid JSON", "an array of [0-9]+, found", r"an unsigned 64-bit integer, found [0-9.e+]+$",
]


def jsonschema(venv):
    """The module, from the system or from a virtual environment; exits where there is none."""
    try:
        import jsonschema as module  # pylint: disable=import-outside-toplevel
        return module
    except ImportError:
        pass
    python = os.path.join(venv, "bin", "python")
    if os.path.samefile(sys.executable, python) if os.path.exists(python) else False:
        print("skipped: the virtual environment has no jsonschema")
        sys.exit(77)
    steps = [[sys.executable, "-m", "venv", venv], [python, "-m", "pip", "install", "-q", "jsonschema"]]
    if any(subprocess.run(step, check=False).returncode for step in steps):
        print("skipped: jsonschema is not installed, and no package index gives it")
        sys.exit(77)
    os.execv(python, [python] + sys.argv)


def read(path):
    """Header and data of a safetensors file, the description parsed."""
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        return header, json.loads(header["__metadata__"]["family"]), file.read()


def write(path, header, family, data):
    header = copy.deepcopy(header)
    header["__metadata__"]["family"] = json.dumps(family)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def first_student(path, header, family, data):
    """A file of the first student alone, and its path."""
    family["models"] = [next(model for model in family["models"] if model["role"] == "student")]
    prefix, kept, blob = family["models"][0]["name"] + ".", {"__metadata__": header["__metadata__"]}, b""
    for key, entry in sorted(header.items()):
        if key.startswith(prefix):
            begin, end = entry["data_offsets"]
            kept[key] = {**entry, "data_offsets": [len(blob), len(blob) + end - begin]}
            blob += data[begin:end]
    write(path, kept, family, blob)
    return path


def composed(path, header, family):
    """A file that no tool of this project wrote: two inputs, a matrix and a tanh."""
    def port(name, rate):
        return {"name": name, "unit": "V", "low": -1, "high": 1, "scale": 0.0001, "rate": rate, "scores": False,
                "value": name}
    family["models"] = [{
        "name": "small", "role": "student", "seed": 1, "parameters": 9, "macs": 6, "measured": {},
        "calibration": {"y": [[-0.5, 0.5]]},
        "graph": {
            "inputs": [port("v", "window"), port("u", "once")], "outputs": [port("y", "once")],
            "values": {"v": [2], "u": [3], "w": [3], "s": [3], "y": [3]},
            "nodes": [{"op": "affine", "in": ["v"], "out": ["w"], "weights": ["w"], "bias": "b"},
                      {"op": "add", "in": ["w", "u"], "out": ["s"]},
                      {"op": "activate", "in": ["s"], "out": ["y"], "function": "tanh"}]}}]
    values = struct.pack("<9f", *range(9))
    kept = {"__metadata__": {**header["__metadata__"], "version": "2"},
            "small.b": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]},
            "small.w": {"dtype": "F32", "shape": [3, 2], "data_offsets": [12, 36]}}
    write(path, kept, family, values)
    return path


def places(value, path=()):
    """Every place in a document, one of those that differ in their indices only."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in items:
        yield from places(child, path + (key,))


def mutations(family):
    """Pairs of what was done and the damaged document."""
    seen = set()
    for path in places(family):
        pattern = tuple("*" if isinstance(key, int) else key for key in path)
        if not path or pattern in seen:
            continue
        seen.add(pattern)
        for what, value in (("null", None), ("negative", -7), ("huge", 10**9), ("text", "Ab\n"), ("empty", {}), ("list", [])):
            damaged = copy.deepcopy(family)
            holder = damaged
            for key in path[:-1]:
                holder = holder[key]
            holder[path[-1]] = value
            yield f"{what} at {path}", damaged
        damaged = copy.deepcopy(family)
        holder = damaged
        for key in path[:-1]:
            holder = holder[key]
        del holder[path[-1]]
        yield f"nothing at {path}", damaged
        if isinstance(holder, dict):
            holder[path[-1]] = family_at(family, path)
            holder["another"] = 1
            yield f"another beside {path}", damaged


def family_at(family, path):
    for key in path:
        family = family[key]
    return family


class Agreement:
    """What reader and schema say of files, and where they contradict."""

    def __init__(self, dlnetc, validator, folder):
        self.dlnetc, self.validator = dlnetc, validator
        self.path = os.path.join(folder, "damaged.safetensors")
        self.faults, self.counts = [], {(a, b): 0 for a in (True, False) for b in (True, False)}

    def message(self, path):
        """The reader's message for a file, empty where it accepts it."""
        done = subprocess.run([self.dlnetc, "inspect", path], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            self.faults.append(f"{path}: inspect ended with {done.returncode}: {done.stderr}")
        return done.stderr.strip() if done.returncode else ""

    def check(self, what, header, family, data):
        write(self.path, header, family, data)
        message = self.message(self.path)
        accepted = self.validator.is_valid(family)
        self.counts[accepted, not message] += 1
        if not message and not accepted:
            self.faults.append(f"{what}: the reader accepts what the schema refuses")
        if message and accepted and not any(re.search(beyond, message) for beyond in BEYOND_A_SCHEMA):
            self.faults.append(f"{what}: the schema accepts it, the reader says: {message}")


def main():
    dlnetc, schema_path, shipped, venv = sys.argv[1:5]
    module = jsonschema(venv)
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    module.Draft202012Validator.check_schema(schema)
    validator = module.Draft202012Validator(schema)
    with tempfile.TemporaryDirectory() as folder:
        agreement = Agreement(dlnetc, validator, folder)
        old = first_student(os.path.join(folder, "old.safetensors"), *read(shipped))
        new = os.path.join(folder, "new.safetensors")
        subprocess.run([dlnetc, "prune", old, "--replace", "--ratio", "0.1", "-o", new], check=True, capture_output=True)
        other = composed(os.path.join(folder, "composed.safetensors"), *read(old)[:2])
        assert not list(validator.iter_errors(read(shipped)[1])), "the schema refuses the shipped family"
        for path, version in ((old, "1"), (new, "2"), (other, "2")):
            header, family, data = read(path)
            assert header["__metadata__"]["version"] == version
            errors = [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(family)]
            assert not errors, f"{path}: the schema refuses it: {errors}"
            assert not agreement.message(path), agreement.message(path)
            for what, damaged in list(mutations(family))[::STRIDE]:
                agreement.check(f"schema {version}: {what}", header, damaged, data)
        for fault in agreement.faults[:40]:
            print(fault)
        counts = agreement.counts
        print(f"{sum(counts.values())} files: {counts[True, True]} accepted by both, {counts[False, False]} refused by both, "
              f"{counts[True, False]} refused by the reader alone, {counts[False, True]} by the schema alone")
        assert counts[False, False] > 100 and counts[True, True] > 0
        sys.exit(bool(agreement.faults))


if __name__ == "__main__":
    main()
