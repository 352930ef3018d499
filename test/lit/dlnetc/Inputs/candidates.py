# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A family to choose from: the first student of FAMILY, once for each
NAME=UNITS:ERROR, with its first UNITS units (fewer cost less) and this measured
error (none if it is empty); as a teacher for teacher:NAME=... Simulated cells
trained (sim-001), chose (sim-000) and judged (sim-002) it.
candidates.py FAMILY OUTPUT [teacher:]NAME=UNITS:ERROR..."""
import array
import json
import struct
import sys


def cut(shape, values, old, new):
    """What is left of a tensor when only the first units are kept."""
    kept = [new if size == old else size for size in shape]
    columns = shape[1] if len(shape) == 2 else 1
    kept_columns = kept[1] if len(kept) == 2 else 1
    rows = (values[row * columns : row * columns + kept_columns] for row in range(kept[0]))
    return kept, array.array("f", (value for row in rows for value in row))


def main():
    source, target, *wanted = sys.argv[1:]
    with open(source, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8 : 8 + length]), content[8 + length :]
    family = json.loads(header["__metadata__"]["family"])
    original = next(model for model in family["models"] if model["role"] == "student")
    prefix = original["name"] + "."
    tensors = {key[len(prefix) :]: entry for key, entry in header.items()
               if key.startswith(prefix) and not key.startswith(prefix + "mask.")}
    models, entries, body = [], {}, bytearray()
    for text in wanted:
        name, figures = text.rsplit("=", 1)
        units, error = figures.split(":")
        role = "teacher" if name.startswith("teacher:") else "student"
        name = name.removeprefix("teacher:")
        validation = {"mae_float": 0.001}
        if error:
            validation["mae_int8"] = float(error)
        models.append({**original, "name": name, "role": role, "units": int(units),
                       "measured": {"validation": validation, "test": {"mae_float": 0.5, "mae_int8": 0.5}}})
        for key, entry in tensors.items():
            begin, end = entry["data_offsets"]
            shape, values = entry["shape"], array.array("f", data[begin:end])
            if key.startswith("cell.") or key == "readout.w":
                shape, values = cut(shape, values, original["units"], int(units))
            entries[f"{name}.{key}"] = {"dtype": "F32", "shape": shape,
                                        "data_offsets": [len(body), len(body) + 4 * len(values)]}
            body += values.tobytes()
    family["models"] = models
    family["data"].update(train=["sim-001"], validation=["sim-000"], test=["sim-002"])
    entries["__metadata__"] = {**header["__metadata__"], "family": json.dumps(family)}
    text = json.dumps(entries).encode()
    text += b" " * (-len(text) % 8)
    with open(target, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + bytes(body))


main()
