#!/usr/bin/python3
"""Writes dfecs_v1.codes.json: what dfecs_v1.safetensors makes of a few frames, computed from the file by numpy and
scikit-learn, without facelex.

The model was learnt by facelex 0.1 from three simulated recordings when format version 1 was made:
facelex learn dfecs motion --part-units JA=0,RB=2,LB=2,NO=0,RE=1,LE=1,MO=2 --units 3. Never make it again for a newer
version: a newer version gets files and a script of its own.
"""
import json
import pathlib
import struct

import numpy as np
from sklearn.linear_model import Lasso  # its tolerance is out of reach on purpose: it warns, and gives all digits

HERE = pathlib.Path(__file__).parent
raw = (HERE / "dfecs_v1.safetensors").read_bytes()
(length,) = struct.unpack("<Q", raw[:8])
header = json.loads(raw[8:8 + length])
meta = json.loads(header["__metadata__"]["facelex"])


def tensor(name):
    begin, end = header[name]["data_offsets"]
    return np.frombuffer(raw[8 + length + begin:8 + length + end], "<f8").reshape(header[name]["shape"])


atoms, scale = tensor("atoms"), meta["scale"]
assert np.allclose(tensor("mixing") @ tensor("part_atoms"), atoms) and not tensor("mean").any()
rng = np.random.default_rng(5)
weights = np.maximum(rng.standard_normal((4, len(atoms))), 0)
signals = np.round(20 * weights @ atoms + 2 * rng.standard_normal((4, atoms.shape[1])), 2)
model = Lasso(alpha=meta["alpha"] / atoms.shape[1], fit_intercept=False, positive=True, tol=1e-16, max_iter=1000000)
codes = np.array([model.fit(atoms.T, scale * row).coef_ for row in signals])
rest = signals - codes @ atoms / scale
out = dict(units=[unit["name"] for unit in meta["units"]], signals=signals.tolist(), codes=codes.tolist(),
           reconstruction_error=np.sqrt((rest**2).mean(axis=1)).tolist())
(HERE / "dfecs_v1.codes.json").write_text(json.dumps({"dfecs_v1": out}, separators=(",", ":")) + "\n", encoding="utf-8")
