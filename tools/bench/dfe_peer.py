#!/usr/bin/python3
"""PyTorch's forward pass of the residual-VQ network beside ours, on the same weights and frames in the same run.

Usage: dfe_peer.py FOLDER [--frames 20000] [--batch 512] [--threads 2] [--repeat 3] [--signals TABLE.csv]
       [--bench build/release/bin/bench_dfe]
Prints, as CSV, frames a second (the best of N runs, ours and PyTorch's taking turns), the ratio to PyTorch's eager
loop, the largest difference of latent vectors, and the share of frames whose tokens are all the same. PyTorch runs
nn.TransformerEncoder in eval mode without gradients: eager layer by layer, and with its fused inference path (fast
path). FOLDER is made and holds the model and the frames. Signals: 50 numbers a frame, random, or the first 50 e_
columns of a table. Weights are random; with the paper's sizes.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--frames", type=int, default=20000)
parser.add_argument("--batch", type=int, default=512)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeat", type=int, default=3)
parser.add_argument("--signals")
parser.add_argument("--bench", default="build/release/bin/bench_dfe")
args = parser.parse_args()
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = str(args.threads)

import numpy as np  # noqa: E402  after the numbers of threads
import torch  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests" / "models"))
from make_dfe_v1 import network, write_model  # noqa: E402

torch.set_num_threads(args.threads)
shape = dict(inputs=50, token_width=5, encoder="transformer", layers=6, heads=4, width=128, feed_forward=512, latent=50,
             stages=4, codes=64, decoder_layers=1, decoder_width=128)
net = network(shape, 1907)
rng = np.random.default_rng(3)
if args.signals:
    table = np.genfromtxt(args.signals, delimiter=",", names=True, invalid_raise=False)
    names = [n for n in table.dtype.names if n.startswith("e_")][:50]
    x = np.stack([table[n] for n in names], 1)
    x = np.pad(x[np.isfinite(x).all(1)], ((0, 0), (0, 50 - len(names))))
    x = x[rng.integers(0, len(x), args.frames)]
else:
    x = rng.standard_normal((args.frames, 50))
with torch.no_grad():
    net.mean.copy_(torch.tensor(x.mean(0)))
    net.scale.copy_(torch.tensor(x.std(0) + 1e-3))
    sample = torch.tensor(x[:4096]).float()
    z = net.z(sample)
    spread = (z - z.mean(0))[torch.randperm(len(z))[:64]]
    net.codebook.copy_(spread * torch.linspace(1, 0.3, 64)[:, None] + z.mean(0) / 4)  # codes among the latents
args.folder.mkdir(parents=True, exist_ok=True)
write_model(args.folder / "model.safetensors", net, [f"e_{i}" for i in range(50)])
np.save(args.folder / "signals.npy", x)


class Eager(torch.nn.Module):
    """The layers' own code without the fused path, as training runs it."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x, *_args, **_kwargs):
        layer = self.layer
        x = layer.norm1(x + layer._sa_block(x, None, None))
        return layer.norm2(x + layer._ff_block(x))


def torch_pass(kind):
    layers = net.encoder.layers
    frames = torch.tensor(x).float()
    latents = []
    begin = time.perf_counter()
    with torch.no_grad():
        for i in range(0, len(frames), args.batch):
            batch = (frames[i:i + args.batch] - net.mean) / net.scale
            h = net.embed(batch.reshape(len(batch), 10, 5)) + net.positions
            if kind == "fast path":
                h = net.encoder(h)
            else:
                for layer in layers:
                    h = Eager(layer)(h)
            latents.append(net.latent(h.mean(1)))
    return time.perf_counter() - begin, torch.cat(latents)


def ours(*more):
    out = args.folder / "out.npy"
    line = subprocess.run([args.bench, args.folder / "model.safetensors", args.folder / "signals.npy", "--threads",
                           str(args.threads), "-o", out, *more], check=True, capture_output=True, text=True).stdout
    return float(line.split(",")[3]), np.load(out)


best, latents = {}, {}
for _ in range(args.repeat):
    for name, run in (("torch eager", lambda: torch_pass("eager")), ("torch fast path", lambda: torch_pass("fast path")),
                      ("facelex latent", lambda: ours("--latent")), ("facelex encode", lambda: ours())):
        seconds, latents[name] = run()
        best[name] = min(seconds, best.get(name, seconds))
z = latents["torch eager"]
with torch.no_grad():
    tokens, _ = net.quantize(z)
    same = (tokens.numpy() == latents["facelex encode"]).all(1)
    # Where tokens differ: how near the two codes were, as squared distances.
    print("name,frames_per_second,ratio_to_eager,largest_latent_difference,same_tokens_percent")
    for name, seconds in best.items():
        delta = np.abs(np.asarray(latents[name]) - z.numpy()).max() if "encode" not in name else float("nan")
        share = 100 * same.mean() if "encode" in name else float("nan")
        print(f"{name},{args.frames / seconds:.0f},{best['torch eager'] / seconds:.2f},{delta:.2g},{share:.4f}")
print(f"torch {torch.__version__}, {args.threads} threads, batches of {args.batch}, tokens in use "
      f"{len(np.unique(tokens))} of 64, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
