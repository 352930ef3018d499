# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Family files changed by hand, as with a script of a user's own."""
import json
import struct


def change(source, target, description=None, tensors=None):
    """Writes `source` anew; `description` gets the family's JSON, and `tensors` maps names to what gets the bytes."""
    with open(source, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8 : 8 + length]), bytearray(content[8 + length :])
    family = json.loads(header["__metadata__"]["family"])
    if description:
        description(family)
    header["__metadata__"]["family"] = json.dumps(family)
    for name, edit in (tensors or {}).items():
        begin, end = header[name]["data_offsets"]
        data[begin:end] = edit(bytes(data[begin:end]))
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(target, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + bytes(data))
    return target


def describe(path):
    """The family's JSON."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(json.loads(file.read(length))["__metadata__"]["family"])
