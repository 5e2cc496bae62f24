#!/usr/bin/python3
"""Our nested leave-one-out beside scikit-learn's on the same data and the same inner folds, same run.

usage: evaluate_peer.py [--bin build/release/bin] [--videos 97] [--features 2809] [--folds N] [--threads N] [--repeat N]
                        [--learner svm|svm-l2|logistic]

Every person is left out once; five inner folds choose among seven values of C; each fold scales by its own training
videos. Two peers: GridSearchCV over a pipeline of StandardScaler and the learner, as a careful user writes it; and for
svm the same by hand with a Gram matrix for each split (SVC with a precomputed kernel), as an expert would. Prints
processor seconds of all (elapsed seconds of bench_evaluate with --threads above 1), the quotients, and the shares of
people for whom prediction and C are the same. Processor seconds, because other programs' load would count in elapsed
ones. --folds N leaves out only the first N people.

needs: python3-sklearn, and bench_evaluate (cmake --preset release; cmake --build build/release --target bench_evaluate)
"""
import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
import argparse
import csv
import io
import subprocess
import tempfile
import time
import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

COSTS = [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100]
LEARNERS = {
    "svm": lambda c=1.0: SVC(kernel="linear", C=c, tol=1e-6),
    "svm-l2": lambda c=1.0: LinearSVC(C=c, tol=1e-6, max_iter=100000),
    "logistic": lambda c=1.0: LogisticRegression(C=c, tol=1e-6, max_iter=10000),
}


def write_data(folder, videos, features):
    rng = np.random.default_rng(97)
    y = np.arange(videos) % 2
    x = rng.standard_normal((videos, features))
    x[:, :60] += 0.4 * y[:, None]
    with open(f"{folder}/features.csv", "w") as file:
        file.write("name," + ",".join(f"f{i}" for i in range(features)) + "\n")
        for i, row in enumerate(x):
            file.write(f"S{i}," + ",".join(repr(float(v)) for v in row) + "\n")
    with open(f"{folder}/labels.csv", "w") as file:
        file.write("name,subject,group\n" + "".join(f"S{i},S{i},{'ab'[y[i]]}\n" for i in range(videos)))
    return x, y


def ours(arguments, folder):
    command = [f"{arguments.bin}/bench_evaluate", f"{folder}/features.csv", f"{folder}/labels.csv", folder,
               "--threads", str(arguments.threads), "--repeat", str(arguments.repeat), "--learner", arguments.learner]
    if arguments.folds:
        command += ["--folds", str(arguments.folds)]
    line = next(csv.DictReader(io.StringIO(subprocess.run(command, check=True, capture_output=True, text=True).stdout)))
    with open(f"{folder}/predictions.csv") as file:
        rows = list(csv.DictReader(file))
    inner = np.loadtxt(f"{folder}/inner.csv", delimiter=",", dtype=int, ndmin=2)
    seconds = float(line["seconds" if arguments.threads > 1 else "processor_seconds"])
    return seconds, ["ab".index(r["predicted"]) for r in rows], [float(r["c"]) for r in rows], inner


def splits_of(inner, train):
    number = inner[train]
    return [(np.flatnonzero(number != k), np.flatnonzero(number == k)) for k in range(number.max() + 1)]


def with_grid_search(x, y, inner, learner):
    predicted, costs = [], []
    for left_out, row in enumerate(inner):
        train = np.flatnonzero(row >= 0)
        pipeline = make_pipeline(StandardScaler(), LEARNERS[learner]())
        grid = GridSearchCV(pipeline, {pipeline.steps[-1][0] + "__C": COSTS}, cv=splits_of(row, train))
        grid.fit(x[train], y[train])
        predicted.append(int(grid.predict(x[left_out:left_out + 1])[0]))
        costs.append(next(iter(grid.best_params_.values())))
    return predicted, costs


def with_gram_matrices(x, y, inner, _learner):
    def kernel(train, test):
        scaler = StandardScaler().fit(x[train])
        z = scaler.transform(x[train])
        return z @ z.T, scaler.transform(x[test]) @ z.T

    predicted, costs = [], []
    for left_out, row in enumerate(inner):
        train = np.flatnonzero(row >= 0)
        scores = np.zeros(len(COSTS))
        splits = splits_of(row, train)
        for own, other in splits:
            gram, test = kernel(train[own], train[other])
            for i, c in enumerate(COSTS):
                machine = SVC(kernel="precomputed", C=c, tol=1e-6).fit(gram, y[train[own]])
                scores[i] += np.mean(machine.predict(test) == y[train[other]]) / len(splits)
        c = COSTS[int(np.argmax(np.round(scores, 12)))]
        gram, test = kernel(train, [left_out])
        predicted.append(int(SVC(kernel="precomputed", C=c, tol=1e-6).fit(gram, y[train]).predict(test)[0]))
        costs.append(c)
    return predicted, costs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--videos", type=int, default=97)
    parser.add_argument("--features", type=int, default=2809)
    parser.add_argument("--folds", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--learner", choices=sorted(LEARNERS), default="svm")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # liblinear's about its iterations
    with tempfile.TemporaryDirectory() as folder:
        x, y = write_data(folder, arguments.videos, arguments.features)
        seconds, predicted, costs, inner = ours(arguments, folder)
        print(f"{arguments.videos} videos, {arguments.features} features, {len(inner)} outer folds, "
              f"{arguments.learner}; bench_evaluate: {seconds:.3f} s")
        peers = {"GridSearchCV": with_grid_search}
        if arguments.learner == "svm":
            peers["Gram matrices"] = with_gram_matrices
        for name, peer in peers.items():
            start = time.process_time()
            other, other_costs = peer(x, y, inner, arguments.learner)
            took = time.process_time() - start
            print(f"scikit-learn, {name}: {took:.3f} s, ratio {took / seconds:.1f}; equal predictions "
                  f"{np.mean(np.array(other) == predicted):.3f}, equal C {np.mean(np.isclose(other_costs, costs)):.3f}")


if __name__ == "__main__":
    main()
