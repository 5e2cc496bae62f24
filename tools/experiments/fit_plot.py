#!/usr/bin/env python3
"""Plots what a fit says of eyes, mouth and head over time: fit_plot.py FITS.csv OUT.png (needs python3-matplotlib)."""
import csv
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

with open(sys.argv[1], newline="") as file:
    rows = list(csv.reader(file))
columns = {name: i for i, name in enumerate(rows[0])}
values = np.array([[float(text) if text else np.nan for text in row] for row in rows[1:]])


def column(name):
    return values[:, columns[name]]


time = column("timestamp")
lids = (column("dY_43") + column("dY_44") - column("dY_46") - column("dY_47")) / 2
lips = column("dY_66") - column("dY_62")
corners = -(column("dY_48") + column("dY_54")) / 2
figure, axes = plt.subplots(4, 1, figsize=(9, 6.4), sharex=True)
for axis, signal, label in zip(
    axes,
    [lids, lips, corners, np.degrees(np.stack([column("pose_R" + a) for a in "xyz"], 1))],
    ["left lids closing\n(mm)", "lips opening\n(mm)", "lip corners up\n(mm)", "pitch, yaw, roll\n(degrees)"],
):
    axis.plot(time, signal, linewidth=1)
    axis.set_ylabel(label, fontsize=8)
    axis.grid(alpha=0.3)
axes[-1].set_xlabel("seconds")
figure.tight_layout()
figure.savefig(sys.argv[2], dpi=80)
