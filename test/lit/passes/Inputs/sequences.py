# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a safetensors file of F32 tensors: sequences.py FILE RUNS NAME=SIZE... [LAST]

Run r of a tensor has the numbers r + i / 8; the very last of the last one may be another.
"""
import json
import struct
import sys

path, runs, *tensors = sys.argv[1:]
last = None if "=" in tensors[-1] else float(tensors.pop())
header, data = {}, b""
for tensor in tensors:
    name, size = tensor.split("=")
    values = [run + i / 8 for run in range(int(runs)) for i in range(int(size))]
    if last is not None and tensor == tensors[-1]:
        values[-1] = last
    begin = len(data)
    data += struct.pack(f"<{len(values)}f", *values)
    header[name] = {"dtype": "F32", "shape": [int(runs), int(size)], "data_offsets": [begin, len(data)]}
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(path, "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
