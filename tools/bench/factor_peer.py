#!/usr/bin/python3
"""Our factorisations beside scikit-learn's, on the same files in the same run.

usage: factor_peer.py [FOLDER] [--bin build/release/bin] [--cases NAME,...] [--quick] [--threads N] [--repeat N] [--csv FILE]

FOLDER holds .npy files (rows are samples, float64) and groups.json, as numerics.md names them; what is missing in
it is made: synthetic movement of the papers' sizes from one fixed seed. Without FOLDER a temporary one is used.
Each case prints a line of the table: seconds of scikit-learn, and of bench_factor or bench_path with its iteration
("parity") and with the faster one ("fast"; of coding at one penalty, the exact one), how many times faster that is,
both objectives and iterations. Other programs on the machine slow both sides; --repeat takes our best of N
(scikit-learn runs once).
--quick leaves out what takes scikit-learn more than a minute. --csv writes every figure.

needs: python3-sklearn, and the two programs (cmake --preset release; cmake --build build/release --target bench_factor bench_path)
"""
import argparse
import csv
import io
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np

warnings.filterwarnings("ignore")

PARTS_51 = dict(lb=(0, 5), rb=(5, 10), no=(10, 19), le=(19, 25), re=(25, 31), mo=(31, 51))
PARTS_68 = dict(jaw=(0, 17), rbrow=(17, 22), lbrow=(22, 27), nose=(27, 36), reye=(36, 42), leye=(42, 48), lips=(48, 68))
ALPHAS_68 = dict(jaw=2.0, rbrow=1.15, lbrow=1.15, nose=1.0, reye=0.5, leye=0.5, lips=1.5)
UNITS_51 = dict(lb=5, rb=5, no=3, le=7, re=7, mo=23)
ANCHORS_68 = (0, 16, 27, 36, 39, 42, 45)  # the registration leaves them in place


def columns_of(parts, points, dimensions):
    return {name: [d * points + p for d in range(dimensions) for p in range(*span)] for name, span in parts.items()}


def movement(seed, frames, parts, points, dimensions, units, amplitude, segment, two_sided):
    """Smooth displacement fields of each part, switched on and off in segments of frames, and tracking noise."""
    rng = np.random.default_rng(seed)
    fields = np.random.default_rng(seed % 1000)  # the same face for every number of frames
    x = np.zeros((frames, points * dimensions))
    time_in_segment = (np.arange(frames) % segment)[:, None]
    which = np.arange(frames) // segment
    for name, columns in columns_of(parts, points, dimensions).items():
        width = len(columns) // dimensions
        near = np.exp(-0.5 * ((np.arange(width)[:, None] - np.arange(width)) / (0.25 * width)) ** 2)
        root = np.linalg.cholesky(near + 1e-6 * np.eye(width))
        count = units[name]
        atoms = np.hstack([(root @ fields.standard_normal((width, count))).T for _ in range(dimensions)])
        atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
        segments = which[-1] + 1
        height = rng.gamma(1.5, 1.0, (segments, count)) * (rng.random((segments, count)) < 0.3)
        if two_sided:
            height *= np.where(rng.random((segments, count)) < 0.2, -1, 1)
        centre = rng.uniform(0.2, 0.9, (segments, count)) * segment
        spread = rng.uniform(0.08, 0.4, (segments, count)) * segment
        codes = height[which] * np.exp(-0.5 * ((time_in_segment - centre[which]) / spread[which]) ** 2)
        x[:, columns] = amplitude * (codes @ atoms + 0.03 * rng.standard_normal((frames, count)) @ atoms
                                     + 0.01 * rng.standard_normal((frames, len(columns))))
    return x


def complete(folder, wanted):
    """Makes groups.json and the files that are wanted and missing."""
    if not os.path.exists(f"{folder}/groups.json"):
        groups = dict(fb=columns_of(PARTS_51, 51, 3), fb_k=UNITS_51, df=columns_of(PARTS_68, 68, 2), df_k=5,
                      df_alpha=ALPHAS_68)
        with open(f"{folder}/groups.json", "w", encoding="utf-8") as file:
            json.dump(groups, file)
    five = dict.fromkeys(PARTS_68, 5)
    for name, frames in (("fb_X_20k", 20000), ("fb_X_200k", 200000), ("df_X_10k", 10100), ("df_X_114k", 114000),
                         ("df_X_136k", 136000)):
        if name not in wanted or os.path.exists(f"{folder}/{name}.npy"):
            continue
        if name.startswith("fb"):
            x = movement(51000 + frames, frames, PARTS_51, 51, 3, UNITS_51, 6.0, 20, True)
        else:
            x = movement(68000 + frames, frames, PARTS_68, 68, 2, five, 20.0, 100, False)
            for anchor in ANCHORS_68:
                x[:, [anchor, 68 + anchor]] = 0
        np.save(f"{folder}/{name}.npy", x)


class Stopwatch:
    """Sums what passes, and what all threads of this process use of the processors, while it is entered."""

    def __init__(self):
        self.seconds = self.processor_seconds = 0.0

    def __enter__(self):
        self.start = time.perf_counter(), time.process_time()

    def __exit__(self, *_):
        self.seconds += time.perf_counter() - self.start[0]
        self.processor_seconds += time.process_time() - self.start[1]


class Peer:
    """scikit-learn's side: each method gives objective and iterations (None where there is none), and times."""

    def __init__(self, folder):
        self.folder = folder
        with open(f"{folder}/groups.json", encoding="utf-8") as file:
            self.groups = json.load(file)
        self.watch = Stopwatch()

    def load(self, name):
        return np.load(f"{self.folder}/{name}.npy")

    def dictionaries(self, name, kind, alpha, tolerance=1e-8):
        from sklearn.decomposition import dict_learning
        x = self.load(name)
        objective = iterations = 0
        codes, atoms = [], []
        for group, columns in self.groups[kind].items():
            samples = np.ascontiguousarray(x[:, columns])
            count = self.groups[f"{kind}_k"]
            with self.watch:
                z, w, errors, n = dict_learning(
                    samples, count[group] if isinstance(count, dict) else count,
                    alpha=alpha or self.groups[f"{kind}_alpha"][group], max_iter=10000, tol=tolerance, method="cd",
                    positive_code=kind == "df", random_state=1907, return_n_iter=True)
            objective += errors[-1]
            iterations += n
            whole = np.zeros((len(w), x.shape[1]))
            whole[:, columns] = w
            codes.append(z)
            atoms.append(whole)
        if name == "df_X_10k":  # what the next level factorises
            np.save(f"{self.folder}/df_V_10k.npy", np.hstack(codes))
            np.save(f"{self.folder}/df_U_10k.npy", np.vstack(atoms).T)
        return objective, iterations

    def grid(self):
        """Level 1 of the halting grid of paper 001: k by alpha until a cell explains 97.5 %. Of each part the
        objective of its last cell and the iterations of all."""
        from sklearn.decomposition import dict_learning
        x = self.load("df_X_10k")
        objective = iterations = 0
        for columns in self.groups["df"].values():
            samples = np.ascontiguousarray(x[:, columns])
            squares = (samples ** 2).sum()
            for count, alpha in itertools.product(range(1, len(columns) + 1), np.arange(5, 0.4, -0.5)):
                with self.watch:
                    z, w, errors, n = dict_learning(
                        samples, count, alpha=alpha, max_iter=1000, tol=1e-8, method="cd", positive_code=True,
                        random_state=0, return_n_iter=True)
                    found = ((samples - z @ w) ** 2).sum() <= 0.025 * squares
                iterations += n
                if found:
                    break
            objective += errors[-1]
        return objective, iterations

    def nmf(self):
        """Equation 2 of paper 001: scikit-learn halves the squares, and multiplies the penalties with the sizes."""
        from sklearn.decomposition import NMF
        v = self.load("df_V_10k")
        frames, units = v.shape
        model = NMF(16, alpha_W=0.1 / (2 * units), alpha_H=0.1 / (2 * frames), l1_ratio=1.0, max_iter=2000, tol=1e-6,
                    random_state=0)
        with self.watch:
            w = model.fit_transform(v)
        h = model.components_
        np.save(f"{self.folder}/df_Up_10k.npy", self.load("df_U_10k") @ h.T)
        return ((v - w @ h) ** 2).sum() + 0.1 * w.sum() + 0.1 * h.sum(), model.n_iter_

    def one_alpha(self):
        """Coding at one penalty of the ½-form. No iterations are told."""
        from sklearn.decomposition import sparse_encode
        atoms = np.ascontiguousarray(self.load("df_Up_10k").T)
        x = self.load("df_X_136k")
        with self.watch:
            codes = sparse_encode(x, atoms, algorithm="lasso_cd", alpha=0.5, positive=True)
        return 0.5 * ((x - codes @ atoms) ** 2).sum() + 0.5 * codes.sum(), None

    def path(self, frames=4000):
        """Every 34th frame; seconds for all. The objective is the share of the squares left at the end."""
        from sklearn.linear_model import lars_path_gram
        atoms = self.load("df_Up_10k")
        x = self.load("df_X_136k")
        some = np.ascontiguousarray(x[::max(1, len(x) // frames)])
        gram, correlations = atoms.T @ atoms, some @ atoms
        left = steps = 0
        for sample, correlation in zip(some, correlations):
            with self.watch:
                _, _, codes = lars_path_gram(correlation, gram, n_samples=1, method="lasso", positive=True)
            steps += codes.shape[1]
            left += ((sample - atoms @ codes[:, -1]) ** 2).sum()
        scale = len(x) / len(some)
        self.watch.seconds *= scale
        self.watch.processor_seconds *= scale
        return left / (some ** 2).sum(), round(steps * scale)

    def pca(self):
        from sklearn.decomposition import PCA
        x = self.load("df_X_114k")
        with self.watch:
            model = PCA(16, svd_solver="full").fit(x)
        return 1 - model.explained_variance_ratio_.sum(), None


# name: program, what it takes scikit-learn on a quiet core in seconds, the file of movement, how
CASES = {
    "001-10k": ("bench_factor", 32, "df_X_10k", lambda peer: peer.dictionaries("df_X_10k", "df", None)),
    "nmf-10k": ("bench_path", 4, "df_X_10k", Peer.nmf),
    "one-alpha-136k": ("bench_factor", 20, "df_X_136k", Peer.one_alpha),
    "path-136k": ("bench_path", 2, "df_X_136k", Peer.path),
    "pca-114k": ("bench_path", 2, "df_X_114k", Peer.pca),
    "000-20k": ("bench_factor", 83, "fb_X_20k", lambda peer: peer.dictionaries("fb_X_20k", "fb", 0.2)),
    "grid-10k": ("bench_factor", 675, "df_X_10k", Peer.grid),
    "001-114k": ("bench_factor", 273, "df_X_114k", lambda peer: peer.dictionaries("df_X_114k", "df", None)),
    "000-200k": ("bench_factor", 1208, "fb_X_200k", lambda peer: peer.dictionaries("fb_X_200k", "fb", 0.2)),
}


def ours(program, folder, case, options):
    """Seconds, processor seconds, objective and iterations by method, summed over the groups of the case."""
    text = subprocess.run([program, folder, "--rows", case, "--threads", str(options.threads), "--repeat",
                           str(options.repeat)], check=True, capture_output=True, text=True).stdout
    totals = {}
    for row in csv.DictReader(io.StringIO(text)):
        if row["row"] != case or (row["group"] == "all" and not row["objective"]):
            continue  # the sum of the groups, which is taken here
        total = totals.setdefault(row["method"], [0.0, 0.0, 0.0, 0])
        for i, column in enumerate(("seconds", "processor_seconds", "objective")):
            total[i] += float(row[column])
        total[3] += int(row["iterations"] or 0)
    return totals


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?")
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--cases", default=",".join(CASES))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--csv")
    options = parser.parse_args()
    asked = options.cases.split(",")
    unknown = [name for name in asked if name not in CASES]
    if unknown:
        parser.error(f"--cases: {unknown[0]} is none of {', '.join(CASES)}")
    names = [name for name in CASES if name in asked and not (options.quick and CASES[name][1] > 60)]
    for program in sorted({CASES[name][0] for name in names}):
        if not os.access(f"{options.bin}/{program}", os.X_OK):
            parser.error(f"{options.bin}/{program}: not there; build it: cmake --preset release && cmake --build "
                         f"build/release --target {program}, or name its folder with --bin")
    temporary = None if options.folder else tempfile.TemporaryDirectory()
    folder = options.folder or temporary.name
    os.makedirs(folder, exist_ok=True)
    complete(folder, {CASES[name][2] for name in names})
    needs = {"nmf-10k": ("df_V_10k", "001-10k"), "one-alpha-136k": ("df_Up_10k", "nmf-10k"),
             "path-136k": ("df_Up_10k", "nmf-10k")}
    rows = []
    print(f"{'case':14} {'sklearn s':>10} {'parity s':>9} {'fast s':>9} {'parity x':>9} {'fast x':>9} "
          f"{'objective':>14} {'parity':>14} {'fast':>14}  iterations")
    for name in names:
        program, _, _, run = CASES[name]
        file, maker = needs.get(name, ("groups.json", None))
        if maker and not os.path.exists(f"{folder}/{file}.npy"):
            sys.exit(f"factor_peer.py: {name} needs {file}.npy, which the case {maker} makes: run that too")
        peer = Peer(folder)
        objective, iterations = run(peer)
        seconds = peer.watch.seconds
        rows.append((name, "scikit-learn", seconds, peer.watch.processor_seconds, objective, iterations))
        found = ours(f"{options.bin}/{program}", folder, name, options)
        for method, figures in found.items():
            rows.append((name, method, *figures))
        cells = {"sklearn": found.get("sklearn"), "fast": found.get("fast", found.get("exact"))}
        print(f"{name:14} {seconds:10.3f} "
              + " ".join(f"{c[0]:9.4f}" if c else f"{'-':>9}" for c in cells.values()) + " "
              + " ".join(f"{seconds / c[0]:9.1f}" if c else f"{'-':>9}" for c in cells.values())
              + f" {objective:14.8g} " + " ".join(f"{c[2]:14.8g}" if c else f"{'-':>14}" for c in cells.values())
              + "  " + " / ".join(str(n) for n in [iterations] + [c[3] if c else "-" for c in cells.values()]), flush=True)
    if options.csv:
        with open(options.csv, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("case", "method", "seconds", "processor_seconds", "objective", "iterations"))
            writer.writerows(rows)


if __name__ == "__main__":
    main()
