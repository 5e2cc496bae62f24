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
from sklearn.decomposition import PCA, dict_learning, sparse_encode
from sklearn.linear_model import Lasso

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


out = dict(
    version=sklearn.__version__,
    coding=[coding_case(1, 40, 10, 5, 0.21, False), coding_case(2, 40, 18, 23, 0.1, False),
            coding_case(3, 40, 12, 9, 0.21, True)],
    learning=[learning_case(11, 150, 10, 5, 0.21, False), learning_case(12, 200, 14, 7, 0.4, False),
              learning_case(13, 150, 12, 5, 0.3, True)],
    pca=pca_case(21))
with open(os.path.join(HERE, "fixtures", "sklearn.json"), "w", encoding="utf-8") as file:
    json.dump(out, file, separators=(",", ":"))
