#!/usr/bin/python3
"""Writes fixtures/sklearn.json: what Debian 12's scikit-learn (1.2.1) makes of small synthetic samples.

usage: python3 tests/factor/make_fixtures.py
Samples are rows. Everything is drawn from one fixed seed; nothing comes from recordings of people.
"""
import json
import os
import warnings

import numpy as np
import sklearn
from sklearn.decomposition import NMF, PCA, dict_learning, sparse_encode
from sklearn.linear_model import Lasso, lars_path_gram

warnings.filterwarnings("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))


def sparse_samples(rng, samples, columns, atoms, noise=0.1):
    """Few active, alike atoms plus noise; three decimals, so that the file stays small."""
    base = rng.standard_normal((3, columns))
    dictionary = rng.standard_normal((atoms, columns)) + 1.2 * base[rng.integers(0, 3, atoms)]
    dictionary /= np.linalg.norm(dictionary, axis=1, keepdims=True)
    codes = rng.gamma(1.5, 1.0, (samples, atoms)) * (rng.random((samples, atoms)) < 0.3)
    codes *= np.where(rng.random((samples, atoms)) < 0.3, -1, 1)
    x = codes @ dictionary + noise * rng.standard_normal((samples, columns))
    return np.round(x, 3), np.round(dictionary, 6)


def exact_codes(x, dictionary, alpha, positive):
    out = []
    for row in x:
        model = Lasso(alpha=alpha / x.shape[1], fit_intercept=False, tol=1e-16, max_iter=200000, positive=positive)
        out.append(model.fit(dictionary.T, row).coef_)
    return np.array(out)


def coding_case(seed, samples, columns, atoms, alpha, positive):
    x, dictionary = sparse_samples(np.random.default_rng(seed), samples, columns, atoms)
    x[0] = 0  # nothing to code
    codes = sparse_encode(x, dictionary, algorithm="lasso_cd", alpha=alpha, positive=positive, max_iter=1000)
    return dict(samples=x.tolist(), atoms=dictionary.tolist(), alpha=alpha, positive=positive,
                sklearn=codes.tolist(), exact=exact_codes(x, dictionary, alpha, positive).tolist())


def learning_case(seed, samples, columns, atoms, alpha, positive):
    x, _ = sparse_samples(np.random.default_rng(seed), samples, columns, atoms + 2)
    x[:, 3] = 0  # an anchor of the registration never moves
    codes, dictionary, errors, iterations = dict_learning(
        x, atoms, alpha=alpha, max_iter=10000, tol=1e-8, method="cd", positive_code=positive,
        random_state=1907, return_n_iter=True)
    return dict(samples=x.tolist(), count=atoms, alpha=alpha, positive=positive, atoms=dictionary.tolist(),
                objective=errors, iterations=iterations)


def pca_case(seed):
    rng = np.random.default_rng(seed)
    x = np.round(rng.standard_normal((80, 4)) @ rng.standard_normal((4, 9)) + 0.1 * rng.standard_normal((80, 9)) + 5, 3)
    model = PCA(6, svd_solver="full").fit(x)
    return dict(samples=x.tolist(), mean=model.mean_.tolist(), components=model.components_.tolist(),
                variance=model.explained_variance_.tolist(), share=model.explained_variance_ratio_.tolist())


def path_case(seed, samples, columns, atoms, positive):
    x, dictionary = sparse_samples(np.random.default_rng(seed), samples, columns, atoms)
    paths = []
    for row in x:
        alphas, _, codes = lars_path_gram(dictionary @ row, dictionary @ dictionary.T, n_samples=1, method="lasso",
                                          positive=positive)
        paths.append(dict(alphas=alphas.tolist(), codes=codes.T.tolist()))
    return dict(samples=x.tolist(), atoms=dictionary.tolist(), positive=positive, paths=paths)


def nmf_case(seed, rows, columns, components, alpha_a, alpha_b, tolerance, start):
    """`components` + 10 ≥ columns or rows: then scikit-learn's randomised SVD is the exact one."""
    rng = np.random.default_rng(seed)
    v = np.round(rng.gamma(1.0, 1.0, (rows, components + 2)) @ (rng.random((components + 2, columns)) ** 3)
                 + 0.1 * rng.random((rows, columns)), 3)
    v[:, 1] = 0  # a point that never moves
    model = NMF(components, init=start, alpha_W=alpha_a, alpha_H=alpha_b, l1_ratio=1.0, tol=tolerance, max_iter=5000,
                random_state=1907)
    a = model.fit_transform(v)
    b = model.components_
    objective = (0.5 * ((v - a @ b) ** 2).sum() + alpha_a * columns * np.abs(a).sum()
                 + alpha_b * rows * np.abs(b).sum())
    return dict(v=v.tolist(), components=components, alpha_a=alpha_a, alpha_b=alpha_b, tolerance=tolerance,
                start=start, a=a.tolist(), b=b.tolist(), objective=objective, iterations=model.n_iter_)


out = dict(
    version=sklearn.__version__,
    coding=[coding_case(1, 40, 10, 5, 0.21, False), coding_case(2, 40, 18, 23, 0.1, False),
            coding_case(3, 40, 12, 9, 0.21, True)],
    learning=[learning_case(11, 150, 10, 5, 0.21, False), learning_case(12, 200, 14, 7, 0.4, False),
              learning_case(13, 150, 12, 5, 0.3, True)],
    pca=pca_case(21),
    path=[path_case(31, 12, 14, 6, True), path_case(32, 12, 14, 6, False), path_case(33, 10, 9, 12, True),
          path_case(34, 10, 9, 12, False)],
    nmf=[nmf_case(41, 40, 12, 4, 0.01, 0.002, 1e-5, "nndsvda"), nmf_case(42, 40, 12, 4, 0, 0, 1e-4, "nndsvd"),
         nmf_case(43, 12, 30, 5, 0.02, 0.02, 1e-5, "nndsvda")])
with open(os.path.join(HERE, "fixtures", "sklearn.json"), "w", encoding="utf-8") as file:
    json.dump(out, file, separators=(",", ":"))
