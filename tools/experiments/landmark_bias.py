#!/usr/bin/env python3
"""How a landmark detector errs with the head's pose, measured on simulated videos: tools/experiments/landmark_bias.sh calls this.
Standard library alone.

  landmark_bias.py cohort SEED [FACE_UNITS]       prints the cohort (JSON): people who turn and move
  landmark_bias.py table FOLDER...                prints the table (JSON) of folders with landmarks/ and truth_landmarks/
  landmark_bias.py left TABLE FOLDER...           what errors are left of those folders without and with the table

The error of a point, seen minus true, in millimetres on the face and without the head's roll, is a polynomial of second degree in
the yaw and pitch (rad) that extract gives for the frame: least squares over all frames and their mirror images, every folder (a face
model) counting alike.
"""
import csv
import json
import math
import os
import sys

import validity

POINTS = 68
# The subject's other side.
MIRRORED = ([16 - i for i in range(17)] + [26 - i for i in range(10)] + [27, 28, 29, 30] + [35, 34, 33, 32, 31] +
            [45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40] +
            [54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55, 64, 63, 62, 61, 60, 67, 66, 65])
TERMS = ["1", "yaw", "pitch", "yaw^2", "yaw*pitch", "pitch^2"]


def cohort(seed, known):
    study = validity.cohort("turning", known)
    study["seed"] = seed
    group = study["groups"][0]
    group["name"], group["subjects"] = "turning", 24
    group["behaviour"]["head"] |= {"yaw_sd_deg": 16, "pitch_sd_deg": 9, "roll_sd_deg": 6}
    study["seconds"] = 10
    return study


def terms(yaw, pitch):
    return [1.0, yaw, pitch, yaw * yaw, yaw * pitch, pitch * pitch]


def focal_of(file):
    with open(os.path.splitext(file)[0] + ".json") as stream:
        details = json.load(stream)["details"]
    return 0.5 * (500 * details["width"] / 640 + 500 * details["height"] / 480), details["landmark_model_digest"]


def frames(folder):
    """Of each frame: terms, errors in mm (x of all points, y of all points), the rotation and size that undo them."""
    seen_folder, true_folder = os.path.join(folder, "landmarks"), os.path.join(folder, "truth_landmarks")
    for file in validity.recordings(seen_folder):
        focal, digest = focal_of(os.path.join(seen_folder, file))
        with open(os.path.join(true_folder, file), newline="") as stream:
            true_rows = {row["frame"]: row for row in csv.DictReader(stream)}
        with open(os.path.join(seen_folder, file), newline="") as stream:
            for row in csv.DictReader(stream):
                true = true_rows.get(row["frame"])
                if row["success"] != "1" or true is None or true["success"] != "1":
                    continue
                mm_per_px = float(row["pose_Tz"]) / focal
                c, s = math.cos(float(row["pose_Rz"])), math.sin(float(row["pose_Rz"]))
                xs, ys = [], []
                for i in range(POINTS):
                    x = (float(row[f"x_{i}"]) - float(true[f"x_{i}"])) * mm_per_px
                    y = (float(row[f"y_{i}"]) - float(true[f"y_{i}"])) * mm_per_px
                    xs.append(c * x + s * y)
                    ys.append(c * y - s * x)
                yield file, digest, terms(float(row["pose_Ry"]), float(row["pose_Rx"])), xs + ys


def mirrored(term, errors):
    return ([term[0], -term[1], term[2], term[3], -term[4], term[5]],
            [-errors[i] for i in MIRRORED] + [errors[POINTS + i] for i in MIRRORED])


def solve(matrix, right_sides):
    """Gauss–Jordan with pivots: matrix n×n, right_sides n×m."""
    n = len(matrix)
    rows = [list(a) + list(b) for a, b in zip(matrix, right_sides)]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                factor = rows[i][k]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k])]
    return [row[n:] for row in rows]


def table(folders):
    n = len(TERMS)
    gram = [[0.0] * n for _ in range(n)]
    products = [[0.0] * (2 * POINTS) for _ in range(n)]
    digests, counts, yaws, pitches = set(), [], [], []
    for folder in folders:
        own_gram = [[0.0] * n for _ in range(n)]
        own_products = [[0.0] * (2 * POINTS) for _ in range(n)]
        count = 0
        for _, digest, term, errors in frames(folder):
            digests.add(digest)
            if abs(term[1]) > math.radians(50) or abs(term[2]) > math.radians(40):
                continue
            count += 1
            yaws.append(abs(term[1]))
            pitches.append(abs(term[2]))
            for one, values in ((term, errors), mirrored(term, errors)):
                for a in range(n):
                    for b in range(n):
                        own_gram[a][b] += one[a] * one[b]
                    own_products[a] = [p + one[a] * v for p, v in zip(own_products[a], values)]
        if not count:
            sys.exit(f"landmark_bias.py: {folder} has no frame with landmarks and truth")
        counts.append(count)
        for a in range(n):
            for b in range(n):
                gram[a][b] += own_gram[a][b] / count
            for i in range(2 * POINTS):
                products[a][i] += own_products[a][i] / count
    if len(digests) != 1:
        sys.exit("landmark_bias.py: the landmarks are of more than one model")
    weights = solve(gram, products)  # terms × coordinates
    yaws.sort()
    pitches.sort()
    # In each direction, without what stays with a person: that is told apart by fit.
    noise = math.sqrt(sum(remaining(list(zip(*weights)), folder)[1][3] for folder in folders) / len(folders) / 2)
    rounded = [[round(weights[t][i], 3) + 0.0 for t in range(n)] for i in range(2 * POINTS)]
    return {
        "about": "tools/experiments/landmark_bias.sh makes this: error of each landmark, seen minus true, mm on the face without its roll",
        "landmark_model_digest": digests.pop(),
        "terms": TERMS,
        "noise_mm": round(noise, 2),
        "max_yaw": round(yaws[int(0.99 * len(yaws))], 3),
        "max_pitch": round(pitches[int(0.99 * len(pitches))], 3),
        "x": rounded[:POINTS],
        "y": rounded[POINTS:],
    }


INNER = list(range(17, POINTS)) + list(range(POINTS + 17, 2 * POINTS))


def remaining(weights, folder):
    """Over the points 17 … 67 of a folder: frames, and the mean squared error of a point (both directions together), mm², as it is,
    without each person's mean, and both with the table taken off."""
    persons = {}
    for person, _, term, errors in frames(folder):
        one = persons.setdefault(person, [[0, 0.0, [0.0] * len(INNER)] for _ in range(2)])
        rest = [errors[i] - sum(w * t for w, t in zip(weights[i], term)) for i in INNER]
        for sums, values in zip(one, ([errors[i] for i in INNER], rest)):
            sums[0] += 1
            sums[1] += sum(v * v for v in values)
            sums[2] = [a + v for a, v in zip(sums[2], values)]
    count = sum(one[0][0] for one in persons.values())
    n = count * len(INNER) / 2
    figures = []
    for kind in range(2):
        squares = sum(one[kind][1] for one in persons.values())
        means = sum(sum(v * v for v in one[kind][2]) / one[kind][0] for one in persons.values())
        figures += [squares / n, (squares - means) / n]
    return count, figures


def left(file, folders):
    with open(file) as stream:
        made = json.load(stream)
    print("| people | frames | error, mm rms | without each person's mean | with the table | without each person's mean |")
    print("|---|---|---|---|---|---|")
    for folder in folders:
        count, figures = remaining(made["x"] + made["y"], folder)
        print(f"| {os.path.basename(folder)} | {count} | " + " | ".join(f"{math.sqrt(v):.2f}" for v in figures) + " |")


def written(made):
    """JSON with a point a line."""
    lines = []
    for key, value in made.items():
        if key in ("x", "y"):
            body = ",\n".join("  " + json.dumps(row) for row in value)
            lines.append(f" {json.dumps(key)}: [\n{body}\n ]")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}"


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in ("cohort", "table", "left"):
        print(__doc__.strip())
        sys.exit(0 if arguments and arguments[0] in ("-h", "--help") else 2)
    command, rest = arguments[0], arguments[1:]
    if command == "cohort":
        known = validity.columns(rest[1]) if len(rest) > 1 else None
        print(json.dumps(cohort(int(rest[0]), known), indent=1))
    elif command == "table":
        print(written(table(rest)))
    else:
        left(rest[0], rest[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
