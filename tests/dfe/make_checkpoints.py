#!/usr/bin/python3
"""Writes fixtures/checkpoint.pt and fixtures/checkpoint.json with PyTorch (Debian 12: 1.13): the state dict of a small network of
the paper's kind with the names of nn.TransformerEncoder and of vector-quantize-pytorch's ResidualVQ, and what PyTorch computes of
random frames. Small networks keep the fixture small; `large DIR` writes one of the paper's sizes with 20000 frames as CSV."""
import json
import pathlib
import sys

import torch
from torch import nn


class Codebook(nn.Module):
    """The buffers of vector-quantize-pytorch's EuclideanCodebook."""

    def __init__(self, codes):
        super().__init__()
        for name, value in dict(initted=torch.ones(1), cluster_size=torch.ones(1, len(codes)), embed_avg=codes[None].clone(),
                                embed=codes[None]).items():
            self.register_buffer(name, value)


class Quantizer(nn.Module):
    def __init__(self, codes, stages):
        super().__init__()
        self.layers = nn.ModuleList(nn.Module() for _ in range(stages))
        shared = Codebook(codes)
        for layer in self.layers:
            layer._codebook = shared


class Network(nn.Module):
    def __init__(self, inputs, token, width, heads, feed, layers, latent, codes, stages):
        super().__init__()
        self.token = token
        self.input_proj = nn.Linear(token, width)
        self.pos_embed = nn.Parameter(torch.randn(1, inputs // token, width))
        layer = nn.TransformerEncoderLayer(width, heads, feed, 0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers)
        for p in self.encoder.parameters():  # norms and biases that are not those of the start
            p.data += 0.1 * torch.randn_like(p)
        self.to_latent = nn.Linear(width, latent)
        self.quantizer = Quantizer(torch.randn(codes, latent), stages)
        self.decoder = nn.Linear(latent, inputs)

    def forward(self, x):
        h = self.encoder(self.input_proj(x.reshape(len(x), -1, self.token)) + self.pos_embed)
        z = self.to_latent(h.mean(1))
        total, tokens = torch.zeros_like(z), []
        for layer in self.quantizer.layers:
            codes = layer._codebook.embed[0]
            q = torch.cdist(z - total, codes, compute_mode="donot_use_mm_for_euclid_dist").argmin(1)
            tokens.append(q)
            total = total + codes[q]
        return z, torch.stack(tokens, 1), self.decoder(total)


def made(seed, *sizes):
    torch.manual_seed(seed)
    return Network(*sizes).eval()


@torch.no_grad()
def main():
    if len(sys.argv) == 3:
        folder = pathlib.Path(sys.argv[2])
        network = made(1, 50, 5, 128, 4, 512, 6, 50, 64, 4)
        network.quantizer.layers[0]._codebook.embed *= 0.5
        torch.save({"epoch": 500, "model": network.state_dict()}, folder / "large.pt")
        x = torch.randn(20000, 50)
        tokens = network(x)[1]
        lines = ["frame,timestamp,success," + ",".join(f"e_{i}" for i in range(50))]
        lines += [f"{t + 1},{t / 25},1," + ",".join(repr(float(v)) for v in row) for t, row in enumerate(x)]
        (folder / "frames.csv").write_text("\n".join(lines) + "\n")
        (folder / "tokens.csv").write_text("\n".join(",".join(map(str, row.tolist())) for row in tokens) + "\n")
        return
    folder = pathlib.Path(__file__).resolve().parent / "fixtures"
    network = made(7, 12, 3, 8, 2, 16, 2, 6, 10, 3)
    state = network.state_dict()
    torch.save({"epoch": 3, "model": state, "optimizer": {"state": {}, "lr": 1e-4}}, folder / "checkpoint.pt")
    x = torch.randn(40, 12)
    z, tokens, decoded = network(x)
    out = dict(x=x, latent=z, tokens=tokens, decoded=decoded)
    (folder / "checkpoint.json").write_text(json.dumps({k: [[round(float(v), 6) for v in row] for row in m] for k, m in out.items()}))


main()
