# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Masks every fourth weight of one matrix of a family and notes how it was
trained, as the trainer would: mask_family.py FAMILY MODEL MATRIX OUTPUT."""
import json
import struct
import sys

source, model, matrix, target = sys.argv[1:]
with open(source, "rb") as file:
    content = file.read()
(length,) = struct.unpack("<Q", content[:8])
header = json.loads(content[8 : 8 + length])
data = bytearray(content[8 + length :])

entry = header[f"{model}.{matrix}"]
begin, end = entry["data_offsets"]
mask = bytearray((end - begin) // 4)
for i in range(len(mask)):
    mask[i] = i % 4 != 0
    if not mask[i]:
        data[begin + 4 * i : begin + 4 * i + 4] = bytes(4)
header[f"{model}.mask.{matrix}"] = {
    "dtype": "U8",
    "shape": entry["shape"],
    "data_offsets": [len(data), len(data) + len(mask)],
}
family = json.loads(header["__metadata__"]["family"])
for described in family["models"]:
    if described["name"] == model:
        described["trained"] = {"stages": ["pruned", "recovered"], "teacher": "big"}
header["__metadata__"]["family"] = json.dumps(family)

text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(target, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + bytes(data + mask))
