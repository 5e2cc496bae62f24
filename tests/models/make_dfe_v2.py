#!/usr/bin/python3
"""Writes dfe_v2.safetensors, dfe_mlp_v2.safetensors and dfe_v2.json: two small networks of Discrete Facial Encoding
that see two frames before the present one (format version 2), and what PyTorch's own layers make of the rows of two
faces, with numbers left out, without facelex.

They belong to format version 2. Never make them again for a newer version.
"""
import json
import pathlib

import numpy as np
import torch
from torch import nn

import make_dfe_v1 as v1

HERE = pathlib.Path(__file__).parent
HISTORY = 2


class Network(v1.Network):
    def __init__(self, shape):
        super().__init__(shape)
        frames = shape["history"] + 1
        if shape["encoder"] == "transformer":
            self.positions = nn.Parameter(0.5 * torch.randn(frames * self.tokens, shape["width"]))
        else:
            self.mlp[0] = nn.Linear(frames * shape["inputs"], shape["width"])

    def z(self, x):
        """x: rows × frames (present first) × inputs."""
        x = (x - self.mean) / self.scale
        if self.shape["encoder"] == "transformer":
            pad = self.tokens * self.shape["token_width"] - x.shape[2]
            x = nn.functional.pad(x, (0, pad)).reshape(len(x), x.shape[1] * self.tokens, -1)
            return self.latent(self.encoder(self.embed(x) + self.positions).mean(1))
        x = x.flatten(1)
        for layer in self.mlp:
            x = torch.relu(layer(x))
        return self.latent(x)


def with_history(frames, x):
    """The rows of the frames before each: of the same face, one number lower; else the earliest again."""
    row_of = {frame: i for i, frame in enumerate(frames)}
    out = []
    for number, face in frames:
        rows = [row_of[number, face]]
        for _ in range(HISTORY):
            last_number, _ = frames[rows[-1]]
            rows.append(row_of.get((last_number - 1, face), rows[-1]))
        out.append(rows)
    return x[torch.tensor(out)]


def main():
    small = dict(inputs=7, token_width=4, layers=2, heads=2, width=8, feed_forward=12, latent=6, stages=3, codes=9,
                 decoder_width=10, history=HISTORY)
    frames = [(n, f) for n in [*range(1, 9), *range(11, 21)] for f in (0, 1) if (n, f) not in {(4, 1), (13, 0)}]
    out = {}
    for name, shape in (("dfe_v2", dict(small, encoder="transformer", decoder_layers=1)),
                        ("dfe_mlp_v2", dict(small, encoder="mlp", decoder_layers=2))):
        torch.manual_seed(11)
        net = Network(shape).eval()
        with torch.no_grad():
            for parameter, p in net.named_parameters():
                if parameter.endswith("bias") or "norm" in parameter:
                    p += 0.2 * torch.randn_like(p)
            x = torch.round(torch.randn(len(frames), shape["inputs"]) * 1500) / 1000
            z = net.z(with_history(frames, x))
            net.codebook.copy_((z[torch.randperm(len(z))[:shape["codes"]]] - z.mean(0)) * 0.8 + 0.4 * z.mean(0))
            net = net.double()
            z = net.z(with_history(frames, x.double()))
            tokens, _ = net.quantize(z)
            decoded = net.decode(tokens)
            error = ((x.double() - decoded) ** 2).mean(1).sqrt()
        v1.write_model(HERE / (name + ".safetensors"), net, [f"e_{i}" for i in range(shape["inputs"])], version=2)

        def rows(v):
            return [[round(e, 7) for e in row] for row in v.tolist()]
        out[name] = dict(frames=frames, signals=x.double().numpy().round(3).tolist(), latent=rows(z),
                         tokens=tokens.tolist(), decoded=rows(decoded),
                         reconstruction_error=[round(e, 7) for e in error.tolist()])
        print(name, "tokens in use:", len(torch.unique(tokens)))
    (HERE / "dfe_v2.json").write_text(json.dumps(out, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
