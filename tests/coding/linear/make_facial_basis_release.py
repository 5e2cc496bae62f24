#!/usr/bin/python3
"""A dictionary of the layout of Facial Basis 1.0, pickled by Debian 12's scikit-learn (1.2.1), and its codes.

usage: python3 tests/coding/linear/make_facial_basis_release.py
           writes fixtures/facial_basis_release.npy (learnt from drawn numbers, no recordings of people) and
           fixtures/facial_basis_release.json: signals T×153 and scikit-learn's transform of them, T×50
       python3 tests/coding/linear/make_facial_basis_release.py DICTIONARY.npy SIGNALS.npy CODES.npy
           the same transform of any dictionary of that layout and any signals
Signals: dX_17 … dX_67, dY_17 …, dZ_17 … in the dictionary's unit.
"""
import json
import pathlib
import sys
import warnings

import numpy as np
from sklearn.decomposition import DictionaryLearning

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent.parent
POINTS = {  # iBUG-51 numbers, in the order of a component's columns
    "lb": range(0, 5), "rb": range(5, 10), "no": range(10, 19), "le": range(19, 25), "re": range(25, 31),
    "mo": [*range(31, 37), *range(43, 47), *range(37, 43), *range(47, 51)]}
ATOMS = {"lb": 5, "rb": 5, "no": 3, "le": 7, "re": 7, "mo": 23}


def part(signals, feature):
    return signals.reshape(len(signals), 3, 51)[:, :, list(POINTS[feature])].reshape(len(signals), -1)


def transform(release, signals):
    return np.hstack([release[feature].transform(part(signals, feature)) for feature in release["chosen_feats"]])


def codes_statistics(codes):
    quantile = {"min_0.5pctl": 0.5, "max_99.5pctl": 99.5, "min_2.5pctl": 2.5, "max_97.5pctl": 97.5, "Q1": 25,
                "Q3": 75, "median": 50}
    return {name: np.percentile(codes, at, axis=0) for name, at in quantile.items()} | {
        "mean": codes.mean(axis=0), "std": codes.std(axis=0)}


def main():
    rng = np.random.default_rng(7)
    frames = rng.standard_normal((120, 12)) * rng.gamma(1.0, 1.5, 12) @ rng.standard_normal((12, 153)) / 3
    frames += 0.1 * rng.standard_normal(frames.shape)
    release = {"use_abs": True, "num_comps": ATOMS, "chosen_feats": list(ATOMS)}
    for feature, atoms in ATOMS.items():
        learner = DictionaryLearning(atoms, alpha=0.21, max_iter=4, tol=1e-8, fit_algorithm="cd",
                                     transform_algorithm="lasso_cd", transform_alpha=0.21, random_state=1907)
        learner.fit(part(frames, feature))
        learner.stats = codes_statistics(learner.transform(part(frames, feature)))
        release[feature] = learner
    np.save(HERE / "fixtures/facial_basis_release.npy", release, allow_pickle=True)
    signals = np.round(frames[:10], 3)
    signals[0] = 0
    json.dump({"signals": signals.tolist(), "codes": transform(release, signals).tolist()},
              open(HERE / "fixtures/facial_basis_release.json", "w", encoding="utf-8"), separators=(",", ":"))


if len(sys.argv) == 4:
    loaded = np.load(sys.argv[1], allow_pickle=True).item()
    np.save(sys.argv[3], transform(loaded, np.load(sys.argv[2])))
else:
    main()
