#!/usr/bin/python3
"""Writes fixtures/positive_codes.json: non-negative codes of scikit-learn 1.2.1 for positive_units_test.cpp.

"sklearn": sparse_encode(algorithm="lasso_cd", positive=True), which stops early. "exact": the solver beneath it, Lasso, run to
the end; scikit-learn's lasso_lars is not exact with positive codes. The objective is 0.5*||x - z W||^2 + alpha*||z||_1: paper 001,
equation 4, with its alpha halved.
"""
import json
import pathlib

import numpy as np
from sklearn.decomposition import sparse_encode
from sklearn.linear_model import Lasso

rng = np.random.default_rng(1907)
atoms = rng.standard_normal((5, 8))
atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
samples = np.maximum(rng.standard_normal((20, 5)), 0) @ atoms * 3 + 0.3 * rng.standard_normal((20, 8))


def exact(alpha):
    lasso = Lasso(alpha=alpha / 8, fit_intercept=False, positive=True, tol=1e-14, max_iter=1000000)
    return [lasso.fit(atoms.T, x).coef_.tolist() for x in samples]


cases = [{"alpha": a, "exact": exact(a),
          "sklearn": sparse_encode(samples, atoms, algorithm="lasso_cd", alpha=a, positive=True).tolist()} for a in (0.05, 0.5, 2.0)]
out = pathlib.Path(__file__).parent.parent / "fixtures" / "positive_codes.json"
out.write_text(json.dumps({"atoms": atoms.tolist(), "samples": samples.tolist(), "cases": cases}) + "\n")
