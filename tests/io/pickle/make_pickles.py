#!/usr/bin/python3
"""Writes the pickles that the tests of io/pickle.hpp and of FLAME's importer read (Debian's python3-numpy):
fixtures/protocol_<0…5>.pkl of one dict, and ../face/fixtures/flame.pkl as Python 2 pickled the FLAME release."""
import pathlib
import pickle
import struct
import sys
import types

import numpy as np

HERE = pathlib.Path(__file__).parent.parent


def fake_class(module, name):
    """A class of a library that need not be installed."""
    parts = module.split(".")
    for i in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:i]), types.ModuleType(".".join(parts[:i])))
    made = type(name, (), {"__module__": module, "__init__": lambda self, **state: self.__dict__.update(state)})
    setattr(sys.modules[module], name, made)
    return made


Ch = fake_class("chumpy.ch", "Ch")
Csc = fake_class("scipy.sparse.csc", "csc_matrix")


class Python2Pickler(pickle._Pickler):
    """Texts and bytes both as the str of Python 2."""

    def save_str2(self, text):
        data = text.encode() if isinstance(text, str) else text
        self.write(b"U" + bytes([len(data)]) + data if len(data) < 256 else b"T" + struct.pack("<i", len(data)) + data)
        self.memoize(text)

    dispatch = dict(pickle._Pickler.dispatch)
    dispatch[str] = dispatch[bytes] = save_str2


shared = [1, 2]
everything = {
    "none": None, "yes": True, "no": False, "small": 7, "negative": -3, "byte2": 300, "wide": -123456789,
    "long": 1 << 40, "minus_long": -(1 << 40), "real": 0.1, "text": "Größe\n'\"\\ ✓", "bytes": b"\x00\xff'\n\\",
    "empty": (), "pair": (1, "b"), "triple": (1, 2, 3), "quad": (1, 2, 3, 4), "shared": [shared, shared],
    "f8": np.arange(6.0).reshape(2, 3) / 3, "f4": np.arange(6, dtype="f4").reshape(2, 3),
    "fortran": np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)), "i4": np.array([-1, 2], "i4"),
    "i8": np.array([-1, 1 << 40]), "u4": np.array([4294967295], "u4"), "bool": np.array([True, False]),
    "none_there": np.zeros((0, 3)), "point": np.array(2.5), "scalar": np.float64(1.5), "whole": np.int64(9),
    "names": np.array(["a", "b"]), "objects": np.array([{"a": 1}, None], object),
    "chumpy": Ch(x=np.arange(3.0), dirty=True),
}
for protocol in range(6):
    (HERE / f"fixtures/protocol_{protocol}.pkl").write_bytes(pickle.dumps(everything, protocol))

vertices = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1], [0.5, 0.5, 1.25], [0, 2, 0]]) / 10
flame = {
    "f": np.array([[0, 1, 4], [1, 2, 4]], "u4"),
    "v_template": vertices,
    "shapedirs": Ch(x=np.asfortranarray(np.arange(90.0).reshape(6, 3, 5) / 1000)),
    "posedirs": Ch(x=np.zeros((6, 3, 2))),
    "weights": Ch(x=np.ones((6, 1))),
    "J_regressor": Csc(data=np.array([1.0]), indices=np.array([0], "i4"), indptr=np.array([0, 1], "i4"), _shape=(1, 1)),
    "kintree_table": np.array([[4294967295], [0]], "u4"),
    "bs_type": "lrotmin",
}
with open(HERE / "../face/fixtures/flame.pkl", "wb") as file:
    Python2Pickler(file, 2).dump(flame)
