#!/usr/bin/python3
"""Writes model_v1.safetensors, the frozen example of format version 1, byte by byte and without facelex.

tests/io/model_file_test.cpp holds the values that must come out of it. Never make it again for a newer version:
a newer version gets a file and a script of its own.
"""
import hashlib
import json
import pathlib
import struct

tensors = {  # in the order of their names
    "atoms": ("F64", [2, 3], struct.pack("<6d", 1, -2.5, 0.1, 1e-300, 3, 1 / 3)),
    "bytes": ("U8", [3], bytes([0, 127, 255])),
    "half": ("F32", [2, 2], struct.pack("<4f", 0.5, -0.25, 1e10, 0)),
    "landmarks": ("I32", [4], struct.pack("<4i", 17, -1, 2147483647, 0)),
    "mean": ("F64", [3], struct.pack("<3d", 10, 20, 30)),
    "none": ("F64", [0, 3], b""),
    "pairs": ("I64", [2, 1], struct.pack("<2q", 9007199254740993, -5)),
}
data = b"".join(raw for _, _, raw in tensors.values())
header = {
    "__metadata__": {
        "data_sha256": hashlib.sha256(data).hexdigest(),
        "facelex": json.dumps({"unit": "mm", "options": {"size": 2, "rate": 0.1}, "names": ["LB-1", "MO-1"]},
                              separators=(",", ":")),
        "format_version": "1",
        "kind": "frozen-example",
    }
}
at = 0
for name, (dtype, shape, raw) in tensors.items():
    header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + len(raw)]}
    at += len(raw)
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
pathlib.Path(__file__).with_name("model_v1.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)
