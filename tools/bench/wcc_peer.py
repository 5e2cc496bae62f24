#!/usr/bin/python3
"""Our windowed cross-correlation beside a vectorised NumPy implementation of the same definitions, same run.

usage: wcc_peer.py [--bin build/release/bin] [--seconds 180] [--signals 53] [--threads N] [--repeat N] [--peer-repeat N]

Signals at 30 frames per second are made from one seed. NumPy takes windows in blocks, each with all shifts at once:
one product, as einsum and as matmul (which calls BLAS, on one thread), and one argmax. Both peers compute each
shift's products anew. Each definition prints processor seconds of both and of bench_wcc, each the least of its
repeats, the quotients of these (of bench_wcc's elapsed seconds with --threads above 1), and the largest difference
of the mean correlations. Processor seconds, because other programs' load would count in elapsed ones.

needs: python3-numpy, and bench_wcc (cmake --preset release; cmake --build build/release --target bench_wcc)
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

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

FPS = 30


def make_signals(frames, count):
    rng = np.random.default_rng(53)
    noise = rng.standard_normal((frames + 200, count))
    x = np.zeros_like(noise)
    for t in range(1, len(x)):
        x[t] = 0.95 * x[t - 1] + noise[t]
    return x[200:]


def correlate(x, window, step, lag, both, earlier, product):
    """Mean over windows of the correlation of largest modulus over shifts: Q×Q."""
    before = lag
    starts = np.arange(before, len(x) - window - (0 if earlier else lag) + 1, step)
    views = sliding_window_view(x, window, axis=0)  # T' × Q × W
    offsets = np.arange(-lag, lag + 1)
    total = np.zeros((x.shape[1], x.shape[1]))
    block = 8  # windows at once: the arrays stay within a few hundred MB

    def units(at):
        a = views[at] - views[at].mean(-1, keepdims=True)
        return a / np.sqrt((a * a).sum(-1, keepdims=True))

    def best(x_units, y_units):
        n, a, q, w = x_units.shape
        b = y_units.shape[1]
        if product == "einsum":
            r = np.einsum("naiw,nbjw->nijab", x_units, y_units, optimize=True)
        else:
            r = (x_units.reshape(n, a * q, w) @ y_units.reshape(n, b * q, w).transpose(0, 2, 1))
            r = r.reshape(n, a, q, b, q).transpose(0, 2, 4, 1, 3)
        r = r.reshape(n, q, q, a * b)
        index = np.abs(r).argmax(-1)
        return np.take_along_axis(r, index[..., None], -1)[..., 0]

    for first in range(0, len(starts), block):
        at = starts[first:first + block]
        if both:
            u = units(at[:, None] + offsets)
            total += best(u, u).sum(0)
        elif earlier:
            u = units(at[:, None] + offsets[offsets <= 0])
            now = u[:, -1:]
            left, right = best(now, u), best(u, now)
            total += np.where(np.abs(left) >= np.abs(right), left, right).sum(0)
        else:
            total += best(units(at[:, None]), units(at[:, None] + offsets)).sum(0)
    return total / len(starts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", default="build/release/bin")
    parser.add_argument("--seconds", type=int, default=180)
    parser.add_argument("--signals", type=int, default=53)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--peer-repeat", type=int, default=1)
    options = parser.parse_args()
    x = make_signals(options.seconds * FPS, options.signals)
    with tempfile.TemporaryDirectory() as folder:
        np.save(folder + "/signals.npy", x)
        text = subprocess.run([options.bin + "/bench_wcc", folder + "/signals.npy", folder, "--threads",
                               str(options.threads), "--repeat", str(options.repeat)],
                              check=True, capture_output=True, text=True).stdout
        ours = {row["definition"]: row for row in csv.DictReader(io.StringIO(text))}
        print("definition,numpy_einsum_s,numpy_matmul_s,facelex_s,threads,times_einsum,times_matmul,largest_difference")
        cases = {"bitbox-2025": (33, 16, 8, True, False), "boker": (120, 30, 30, False, True),
                 "second-4s": (120, 60, 30, False, False)}
        for name, (window, step, lag, both, earlier) in cases.items():
            seconds = {}
            for product in ("einsum", "matmul"):
                for _ in range(options.peer_repeat):
                    start = time.process_time()
                    mean = correlate(x, window, step, lag, both, earlier, product)
                    took = time.process_time() - start
                    seconds[product] = min(seconds.get(product, took), took)
            got = np.load(f"{folder}/{name}.npy")[:, :x.shape[1]]
            took = float(ours[name]["seconds" if options.threads > 1 else "processor_seconds"])
            print(f"{name},{seconds['einsum']:.2f},{seconds['matmul']:.2f},{took:.4f},{options.threads},"
                  f"{seconds['einsum'] / took:.1f},{seconds['matmul'] / took:.1f},{np.abs(got - mean).max():.1e}")


if __name__ == "__main__":
    main()
