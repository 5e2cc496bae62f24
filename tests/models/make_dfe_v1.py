#!/usr/bin/python3
"""Writes dfe_v1.safetensors, dfe_mlp_v1.safetensors and dfe_v1.json: two small networks of Discrete Facial Encoding
with random weights, and what PyTorch's own layers (nn.TransformerEncoder, nn.Linear) make of a few frames with
them, without facelex.

They belong to format version 1. Never make them again for a newer version: a newer version gets files and a
script of its own. tools/bench/dfe_peer.py takes `network` and `write_model` from here.
"""
import hashlib
import json
import pathlib
import struct

import numpy as np
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent


class Network(nn.Module):
    """The shape of facelex/coding/dfe_network.hpp in PyTorch's own layers."""

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        d, width, latent = shape["inputs"], shape["width"], shape["latent"]
        self.tokens = -(-d // shape["token_width"])
        self.mean, self.scale = nn.Parameter(torch.randn(d)), nn.Parameter(0.5 + torch.rand(d))
        if shape["encoder"] == "transformer":
            self.embed = nn.Linear(shape["token_width"], width)
            self.positions = nn.Parameter(0.5 * torch.randn(self.tokens, width))
            layer = nn.TransformerEncoderLayer(width, shape["heads"], shape["feed_forward"], 0.1, batch_first=True)
            self.encoder = nn.TransformerEncoder(layer, shape["layers"])
        else:
            self.mlp = nn.ModuleList(nn.Linear(d if i == 0 else width, width) for i in range(shape["layers"]))
        self.latent = nn.Linear(width, latent)
        self.codebook = nn.Parameter(0.6 * torch.randn(shape["codes"], latent))
        widths = [latent] + [shape["decoder_width"]] * (shape["decoder_layers"] - 1) + [d]
        self.decoder = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))

    def z(self, x):
        x = (x - self.mean) / self.scale
        if self.shape["encoder"] == "transformer":
            pad = self.tokens * self.shape["token_width"] - x.shape[1]
            x = nn.functional.pad(x, (0, pad)).reshape(len(x), self.tokens, -1)
            return self.latent(self.encoder(self.embed(x) + self.positions).mean(1))
        for layer in self.mlp:
            x = torch.relu(layer(x))
        return self.latent(x)

    def quantize(self, z):
        tokens, norms = [], []
        for _ in range(self.shape["stages"]):
            nearest = ((z[:, None] - self.codebook) ** 2).sum(2).argmin(1)
            z = z - self.codebook[nearest]
            tokens.append(nearest)
            norms.append(z.norm(dim=1))
        return torch.stack(tokens, 1), torch.stack(norms, 1)

    def decode(self, tokens):
        x = self.codebook[tokens].sum(1)
        for i, layer in enumerate(self.decoder):
            x = layer(x if i == 0 else torch.relu(x))
        return x * self.scale + self.mean

    def weights(self):
        """By the names of dfe_network.hpp, matrices of two dimensions."""
        out = {"input.mean": self.mean, "input.scale": self.scale, "codebook": self.codebook}

        def linear(name, layer):
            out[name + ".weight"], out[name + ".bias"] = layer.weight, layer.bias

        linear("latent", self.latent)
        for i, layer in enumerate(self.decoder):
            linear(f"decoder.{i}", layer)
        if self.shape["encoder"] == "transformer":
            linear("embed", self.embed)
            out["positions"] = self.positions
            for i, layer in enumerate(self.encoder.layers):
                name = f"layer.{i}."
                out[name + "attention.qkv.weight"] = layer.self_attn.in_proj_weight
                out[name + "attention.qkv.bias"] = layer.self_attn.in_proj_bias
                linear(name + "attention.out", layer.self_attn.out_proj)
                linear(name + "feed1", layer.linear1)
                linear(name + "feed2", layer.linear2)
                linear(name + "norm1", layer.norm1)
                linear(name + "norm2", layer.norm2)
        else:
            for i, layer in enumerate(self.mlp):
                linear(f"mlp.{i}", layer)
        return {k: np.atleast_2d(v.detach().float().numpy()) for k, v in sorted(out.items())}


def network(shape, seed):
    torch.manual_seed(seed)
    net = Network(shape).eval()
    with torch.no_grad():
        for name, p in net.named_parameters():  # what PyTorch starts at 0 and 1 must show in the result, too
            if name.endswith("bias") or "norm" in name:
                p += 0.2 * torch.randn_like(p)
    return net


def write_model(path, net, columns, version=1):
    header, blob = {}, b""
    for name, w in net.weights().items():
        raw = np.ascontiguousarray(w, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(w.shape), "data_offsets": [len(blob), len(blob) + len(raw)]}
        blob += raw
    own = {"input_kind": "expression", "input_columns": [{"name": c, "description": "", "unit": ""} for c in columns],
           "shape": net.shape, "options": {}, "training": {}}
    header["__metadata__"] = {"kind": "dfe", "format_version": str(version), "facelex": json.dumps(own),
                              "data_sha256": hashlib.sha256(blob).hexdigest()}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    pathlib.Path(path).write_bytes(struct.pack("<Q", len(text)) + text + blob)


def main():
    small = dict(inputs=13, token_width=4, layers=2, heads=3, width=12, feed_forward=20, latent=6, stages=3, codes=9,
                 decoder_width=10)
    out = {}
    for name, shape in (("dfe_v1", dict(small, encoder="transformer", decoder_layers=1)),
                        ("dfe_mlp_v1", dict(small, encoder="mlp", decoder_layers=2))):
        net = network(shape, 7)
        columns = [f"e_{i}" for i in range(shape["inputs"])]
        x = torch.randn(37, shape["inputs"]) * 1.5
        x = torch.round(x * 1000) / 1000
        with torch.no_grad():
            # The codes where the latent vectors are: all of them in use.
            z = net.z(x)
            net.codebook.copy_((z[torch.randperm(len(z))[:shape["codes"]]] - z.mean(0)) * 0.8 + 0.4 * z.mean(0))
            net = net.double()
            z = net.z(x.double())
            tokens, norms = net.quantize(z)
            decoded = net.decode(tokens)
            error = ((x.double() - decoded) ** 2).mean(1).sqrt()
        write_model(HERE / (name + ".safetensors"), net, columns)
        def rows(v):
            return [[round(e, 7) for e in row] for row in v.tolist()]
        out[name] = dict(signals=x.double().numpy().round(3).tolist(), latent=rows(z), tokens=tokens.tolist(),
                         residuals=rows(norms), decoded=rows(decoded),
                         reconstruction_error=[round(e, 7) for e in error.tolist()])
        print(name, "tokens in use:", len(torch.unique(tokens)))
    (HERE / "dfe_v1.json").write_text(json.dumps(out, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
