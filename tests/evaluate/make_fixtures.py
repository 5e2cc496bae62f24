#!/usr/bin/python3
"""Writes fixtures/evaluation.json: scikit-learn's answers for evaluation_learner_test.cpp (1.2.1, its libsvm and liblinear)."""
import json
import pathlib
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score, mean_absolute_error, mean_squared_error,
                             r2_score, roc_auc_score)
from sklearn.model_selection import GridSearchCV, PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC

warnings.simplefilter("ignore")  # newton-cg warns when rounding ends its line search
rng = np.random.default_rng(1907)
N, P = 36, 14
X = np.round(rng.normal(size=(N, P)) * rng.uniform(0.5, 3, P) + rng.normal(size=P), 3)
two = (X[:, 0] / 2 - X[:, 3] + rng.normal(size=N) > 0).astype(int)
three = np.digitize(X[:, 1] / X[:, 1].std() + 0.7 * rng.normal(size=N), [-0.8, 0.6])
target = np.round(X[:, 2] + 0.5 * X[:, 5] + rng.normal(size=N), 3)
train, test = np.arange(24), np.arange(24, N)
C = [0.01, 0.3, 20.0]
tight = dict(tol=1e-10)


def fitted(make, y, C):
    scale = StandardScaler().fit(X[train])
    return [make(c).fit(scale.transform(X[train]), y[train]) for c in C], scale.transform(X[test])


def classify(name, make, y, C=C):
    models, z = fitted(make, y, C)
    out[name] = [dict(C=c, predicted=m.predict(z).tolist(), decision=m.decision_function(z).tolist()) for c, m in zip(C, models)]


def regress(name, make):
    models, z = fitted(make, target, C)
    out[name] = [dict(C=c, predicted=m.predict(z).tolist()) for c, m in zip(C, models)]


out = dict(x=X.tolist(), two=two.tolist(), three=three.tolist(), target=target.tolist())
for labels, y in (("two", two), ("three", three)):
    for weights in (None, "balanced"):
        end = f"_{labels}" + ("_balanced" if weights else "")
        # With weights and smaller C all coefficients are at their bounds, where the intercept is anyone's: whether
        # rounding left one of them next to its bound decides on libsvm's.
        classify("svm" + end, lambda c: SVC(kernel="linear", C=c, class_weight=weights, **tight), y,
                 [0.1, 0.3, 20.0] if weights else C)
        classify("rbf-svm" + end, lambda c: SVC(kernel="rbf", gamma=0.5 / P, C=c, class_weight=weights, **tight), y,
                 [3.0, 5.0, 20.0] if weights else [1.0, 4.0, 20.0])
        classify("svm-l2" + end, lambda c: LinearSVC(C=c, random_state=0, max_iter=10**6, class_weight=weights, **tight), y)
        classify("logistic" + end, lambda c: LogisticRegression(C=c, solver="newton-cg", max_iter=10**5, multi_class="ovr",
                                                                   class_weight=weights, tol=1e-12), y)
regress("svr", lambda c: SVR(kernel="linear", epsilon=0.1, C=c, **tight))
regress("rbf-svr", lambda c: SVR(kernel="rbf", gamma=0.5 / P, epsilon=0.1, C=c, **tight))
regress("ridge", lambda c: Ridge(alpha=1 / (2 * c)))

# The nested protocol: leave one out, four inner folds dealt in turn over the training rows, scaling fitted in each.
grid = [1e-3, 1e-2, 0.1, 1, 10]
for name, make, y, key, scoring in (("nested_svm", SVC(kernel="linear", **tight), two, "svc", "accuracy"),
                                    ("nested_svm_three", SVC(kernel="linear", **tight), three, "svc", "accuracy"),
                                    ("nested_svr", SVR(kernel="linear", epsilon=0.1, **tight), target, "svr", "neg_mean_squared_error")):
    values, chosen = [], []
    for left in range(N):
        rows = np.delete(np.arange(N), left)
        search = GridSearchCV(make_pipeline(StandardScaler(), make), {key + "__C": grid}, scoring=scoring,
                              cv=PredefinedSplit(np.arange(N - 1) % 4)).fit(X[rows], y[rows])
        values.append(float(search.predict(X[[left]])[0]))
        chosen.append(search.best_params_[key + "__C"])
    out[name] = dict(grid=grid, predicted=values, C=chosen)

# Metrics.
p2, p3, pt = (np.array(out[n]["predicted"]) for n in ("nested_svm", "nested_svm_three", "nested_svr"))
s2 = np.round(rng.normal(size=N) + two, 1)
s3 = np.round(rng.normal(size=(N, 3)) + np.eye(3)[three], 1)


def ccc(a, b):
    return 2 * np.cov(a, b, bias=True)[0, 1] / (a.var() + b.var() + (a.mean() - b.mean()) ** 2)


def of_classes(y, p):
    return [accuracy_score(y, p), balanced_accuracy_score(y, p), f1_score(y, p, average="weighted"), f1_score(y, p, average="macro")]


out["metrics"] = dict(
    scores_two=s2.tolist(), scores_three=s3.tolist(),
    two=of_classes(two, p2) + [roc_auc_score(two, s2), *(np.diag(confusion_matrix(two, p2)) / np.bincount(two))[::-1]],
    three=of_classes(three, p3) + [np.mean([roc_auc_score(three == k, s3[:, k]) for k in range(3)])],
    target=[mean_squared_error(target, pt, squared=False), mean_absolute_error(target, pt), 1 - mean_absolute_error(target, pt),
            ccc(target, pt), np.corrcoef(target, pt)[0, 1], r2_score(target, pt)])


def rounded(value):
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return float(f"{value:.10g}") if isinstance(value, float) else value


path = pathlib.Path(__file__).parent / "fixtures" / "evaluation.json"
path.write_text(json.dumps(rounded(out), separators=(",", ":")) + "\n")
print(path, path.stat().st_size)
