# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Weight files as people have them: another library's, another precision, damaged on the way."""
import io
import json
import math
import os
import pickle
import random
import struct
import tempfile
import unittest
import zipfile

from context import DLNET_TRAIN, DLNETC, FAMILY, refused, run


def split(data):
    """Header and data of a safetensors file."""
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8:8 + length]), data[8 + length:]


def join(header, data, align=8):
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % align)
    return struct.pack("<Q", len(text)) + text + data


def to_bfloat(value):
    """The two upper bytes, rounded to nearest."""
    bits = struct.unpack("<I", struct.pack("<f", value))[0]
    return struct.pack("<H", (bits + 0x7fff + (bits >> 16 & 1)) >> 16 & 0xffff)


PACK = {"F16": lambda values: struct.pack(f"<{len(values)}e", *values),
        "F64": lambda values: struct.pack(f"<{len(values)}d", *values),
        "BF16": lambda values: b"".join(map(to_bfloat, values))}


def converted(family, dtype):
    """The family with its weights in another format of numbers; masks stay."""
    header, data = split(family)
    result, out = {"__metadata__": header.pop("__metadata__")}, b""
    for name, tensor in header.items():
        start, end = tensor["data_offsets"]
        part = data[start:end]
        if tensor["dtype"] == "F32":
            part = PACK[dtype](struct.unpack(f"<{len(part) // 4}f", part))
            tensor = {**tensor, "dtype": dtype}
        result[name] = {**tensor, "data_offsets": [len(out), len(out) + len(part)]}
        out += part
    return join(result, out)


def state_dict(seed, metadata):
    """A CfC as another library's users save it, of sizes that the seed chooses."""
    draw = random.Random(seed)
    units, hidden, horizon = draw.choice([8, 16, 32]), draw.choice([32, 128]), draw.choice([50, 100])
    shapes = {"rnn_cell.backbone.0.weight": (hidden, units + 1), "rnn_cell.backbone.0.bias": (hidden,),
              "rnn_cell.ff1.weight": (units, hidden), "rnn_cell.ff1.bias": (units,),
              "fc.weight": (horizon, units), "fc.bias": (horizon,)}
    header, data = {} if metadata is ... else {"__metadata__": metadata}, b""
    for name, shape in shapes.items():
        part = struct.pack(f"<{math.prod(shape)}f", *(draw.gauss(0, .1) for _ in range(math.prod(shape))))
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    return join(header, data)


def archive(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, b"\x80\x02}q\x00.")
    return out.getvalue()


class Weights(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(FAMILY, "rb") as file:
            self.family = file.read()

    def put(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(data)
        return path

    def assert_refused(self, name, data, *words):
        """Both tools refuse it in one line that says all of `words`."""
        path = self.put(name, data)
        for command in ([DLNETC, "inspect", path], [DLNETC, "compile", path, "-o", os.path.join(self.folder, "out")],
                        [DLNET_TRAIN, "evaluate", path, "--data", self.folder]):
            said = refused(*command)
            self.assertEqual(said.count("\n"), 1, said)
            for word in (path, *words):
                self.assertIn(word, said)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "out")))

    def test_weights_of_other_libraries_are_named(self):
        how = "a family file is "
        for name, data, kind in (
                ("model.pt", archive("archive/data.pkl", "archive/version"), "PyTorch"),
                ("model.safetensors", b"PK\x03\x04" + b"\0" * 200, "zip archive"),
                ("old.pth", pickle.dumps({"w": [1.0]}, protocol=2), "pickle"),
                ("new.pickle", pickle.dumps({"w": [1.0] * 99}, protocol=4), "pickle"),
                ("model.keras", archive("metadata.json", "config.json", "model.weights.h5"), "Keras"),
                ("arrays.npz", archive("arr_0.npy"), "NumPy"),
                ("model.h5", b"\x89HDF\r\n\x1a\n" + b"\0" * 99, "HDF5"),
                ("model.tflite", b"\x1c\0\0\0TFL3" + b"\0" * 99, "TensorFlow Lite"),
                ("model.onnx", b"\x08\x08\x12\x07pytorch\x1a\x052.1.0:\xff\x01", "ONNX"),
                ("cells.mat", b"MATLAB 5.0 MAT-file, Platform: PCWIN64" + b" " * 90, "MATLAB"),
                ("cells.csv", b"cell,cycle,capacity_ah\na,1,1.1\n", "CSV"),
                ("weights.json", b'{"weights": [[0.5, 1]]}', "JSON"),
                ("pointer.safetensors", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
                ("soh.h", b"#ifndef SOH_H\n#define SOH_H\n#endif\n", "C source"),
                ("empty.safetensors", b"", "is empty"),
                ("zeros.safetensors", b"\0" * 5000, "zeros")):
            with self.subTest(name):
                self.assert_refused(name, data, kind, how)

    def test_the_name_decides_nothing(self):
        self.assertIn("liquid", run(DLNETC, "inspect", self.put("family.pt", self.family)))

    def test_safetensors_without_a_family(self):
        for seed, metadata in enumerate([..., {}, None, {"format": "pt"}, {"format": "np", "note": "mine"}]):
            with self.subTest(metadata=metadata):
                self.assert_refused("state_dict.safetensors", state_dict(seed, metadata), "no family",
                                    "a family file is ")
        self.assert_refused("none.safetensors", join({"__metadata__": {"format": "pt"}}, b""), "0 tensors")
        self.assert_refused("number.safetensors", state_dict(1, {"format": 1}), "__metadata__.format")

    def test_doubles_are_the_same_family(self):
        outputs = []
        for name, data in (("single", self.family), ("double", converted(self.family, "F64"))):
            out = os.path.join(self.folder, "out_" + name)
            run(DLNETC, "compile", self.put(name, data), "-o", out)
            with open(os.path.join(out, "soh.c"), encoding="utf-8") as file:
                outputs.append(file.read())
        self.assertEqual(*outputs)

    def test_halves_are_read(self):
        for dtype in ("F16", "BF16"):
            with self.subTest(dtype):
                path = self.put(dtype, converted(self.family, dtype))
                self.assertIn("liquid", run(DLNETC, "inspect", path))
                run(DLNETC, "compile", path, "-o", os.path.join(self.folder, "out_" + dtype))

    def test_integers_are_no_weights(self):
        header, data = split(self.family)
        name = next(key for key, tensor in header.items() if key != "__metadata__" and tensor["dtype"] == "F32")
        header[name]["dtype"] = "I32"
        self.assert_refused("integers.safetensors", join(header, data), name, "F32, F16, BF16 or F64", "I32")

    def test_what_the_format_allows(self):
        header, data = split(self.family)
        for metadata in ({**header["__metadata__"], "format": "pt"}, {**header["__metadata__"], "author": "somebody"}):
            path = self.put("other", join({**header, "__metadata__": metadata}, data, align=1))
            self.assertIn("liquid", run(DLNETC, "inspect", path))

    def test_another_tensor_is_named(self):
        header, data = split(self.family)
        header["extra.note"] = {"dtype": "U8", "shape": [1], "data_offsets": [len(data), len(data) + 1]}
        self.assert_refused("extra.safetensors", join(header, data + b"\0"), "extra.note", "unexpected tensor")

    def test_cut_short(self):
        for length in (1, 7, 9, 100, len(self.family) // 2, len(self.family) - 1):
            with self.subTest(length):
                self.assert_refused("cut.safetensors", self.family[:length])
