#!/usr/bin/python3
"""Writes coding_v1.json: what facial_basis_v1.safetensors and local_pca_v1.safetensors make of a few frames,
computed from the files by numpy and scikit-learn, without facelex.

The two models were learnt by facelex 0.1 from tests/coding/synthetic.hpp when format version 1 was made. Never
make them again for a newer version: a newer version gets files and a script of its own.
"""
import json
import pathlib
import struct

import numpy as np
from sklearn.linear_model import Lasso  # its tolerance is out of reach on purpose: it warns, and gives all digits

HERE = pathlib.Path(__file__).parent


def read(path):
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    header = json.loads(raw[8:8 + length])
    data = raw[8 + length:]
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = np.frombuffer(data[begin:end], "<f8").reshape(entry["shape"])
    return json.loads(header["__metadata__"]["facelex"]), tensors


def lasso(atoms, x, alpha):
    model = Lasso(alpha=alpha / len(x), fit_intercept=False, tol=1e-16, max_iter=1000000)
    return model.fit(atoms.T, x).coef_


out = {}
rng = np.random.default_rng(5)
for name in ("facial_basis_v1", "local_pca_v1"):
    meta, tensors = read(HERE / (name + ".safetensors"))
    atoms, mean, scale = tensors["atoms"], tensors["mean"], meta["scale"]
    signals = np.round(30 * rng.standard_normal((4, 3)) @ rng.standard_normal((3, atoms.shape[1])), 2)
    codes = np.zeros((4, atoms.shape[0]))
    first = 0
    for group in meta["groups"]:
        units = slice(first, first + group["units"])
        w = atoms[units][:, group["columns"]]
        x = scale * signals[:, group["columns"]] - mean[group["columns"]]
        codes[:, units] = x @ w.T if name == "local_pca_v1" else [lasso(w, row, meta["alpha"]) for row in x]
        first += group["units"]
    rest = signals - (mean + codes @ atoms) / scale
    out[name] = dict(units=[unit["name"] for unit in meta["units"]], signals=signals.tolist(), codes=codes.tolist(),
                     reconstruction_error=np.sqrt((rest**2).mean(axis=1)).tolist())
(HERE / "coding_v1.json").write_text(json.dumps(out, separators=(",", ":")) + "\n", encoding="utf-8")
