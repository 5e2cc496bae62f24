#!/usr/bin/env python3
"""What the codes mean: figures of tools/experiments/validity.sh, which calls this. Standard library alone.

  validity.py cohort KIND [FACE_UNITS]     prints a cohort (JSON): still15, still5, moving, train, single, sided, tonic,
                                           tonic-thrice, same-people-phasic;
                                           FACE_UNITS: a truth table of the face, whose units are the only ones used
  validity.py head CODES TRUTH             table 1: codes of people whose faces do not move, against their head pose
  validity.py wcc TABLE                    table 1: pairs of code and head (features wcc --head): share with |r| above .3, largest, number
  validity.py tonic CODES TRUTH LABELS     table 2: a movement that is held for a long time
  validity.py credibility FITS LABELS      what their sidecars say of the neutrals, by group
  validity.py single CODES TRUTH LABELS    table 3: one unit at a time
  validity.py match CODES TRUTH TRAIN_CODES TRAIN_TRUTH   table 4: the code that tells most of each unit
Folders hold recordings of the same names. Prints one line of Markdown, or several.
"""
import csv
import json
import os
import random
import sys

TWENTY = ["AU01", "AU02", "AU04", "AU05", "AU06", "AU07", "AU09", "AU10", "AU12", "AU14", "AU15", "AU17", "AU20",
          "AU22", "AU23", "AU24", "AU25", "AU26", "AU27", "AU43"]
SINGLE = TWENTY + ["AU28", "AU16", "AU18", "AU13", "AU11", "AU30_L", "AU30_R"]
SIDED = ["AU01_L", "AU01_R", "AU02_L", "AU02_R", "AU04_L", "AU04_R", "AU06_L", "AU07_L", "AU12_L", "AU12_R",
         "AU14_L", "AU15_L", "AU20_L", "AU43_L"]
ACTIVE = 0.2        # a code above this counts as activity
RELATED = 0.5       # |r| of a code and the head above this counts as related
ACTIVE_TRUTH = 0.1


# Tables

def columns(file):
    with open(file, newline="") as stream:
        return next(csv.reader(stream))


def is_code(name):
    return not name.startswith(("pose_", "dX_", "dY_", "dZ_", "o_")) and name not in (
        "frame", "face_id", "timestamp", "confidence", "success", "reprojection_error", "reconstruction_error")


def read(file, wanted):
    """Columns of a recording by name, as lists; None where a value is missing."""
    with open(file, newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows)
        taken = [(name, i) for i, name in enumerate(header) if wanted(name)]
        values = {name: [] for name, _ in taken}
        for row in rows:
            for name, i in taken:
                values[name].append(float(row[i]) if row[i] else None)
    return values


def recordings(folder):
    files = sorted(f for f in os.listdir(folder) if f.endswith(".csv") and not f.startswith("manifest"))
    if not files:
        sys.exit(f"validity.py: {folder} has no recordings (.csv)")
    return files


def both_sides(values):
    """AU12_L and AU12_R become AU12, their mean."""
    joined = {}
    for name, series in values.items():
        if name.endswith("_R") and name[:-2] + "_L" in values:
            continue
        other = values.get(name[:-2] + "_R") if name.endswith("_L") else None
        if other is None:
            joined[name] = series
        else:
            joined[name[:-2]] = [None if a is None or b is None else (a + b) / 2 for a, b in zip(series, other)]
    return joined


# Statistics

def pairs(x, y):
    return [(a, b) for a, b in zip(x, y) if a is not None and b is not None]


def moments(x, y):
    both = pairs(x, y)
    n = len(both)
    if n < 3:
        return 0, 0, 0
    mx, my = sum(a for a, _ in both) / n, sum(b for _, b in both) / n
    return (sum((a - mx) ** 2 for a, _ in both), sum((b - my) ** 2 for _, b in both),
            sum((a - mx) * (b - my) for a, b in both))


def correlation(x, y):
    xx, yy, xy = moments(x, y)
    return xy / (xx * yy) ** 0.5 if xx > 1e-20 and yy > 1e-20 else 0.0


def slope(x, on):
    xx, _, xy = moments(on, x)
    return xy / xx if xx > 1e-20 else 0.0


def median(values):
    ordered = sorted(values)
    n = len(ordered)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2 if n else float("nan")


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else float("nan")


def interval(values, of):
    """The middle 95 % of `of` over 2,000 draws of as many people."""
    draw = random.Random(1)
    drawn = sorted(of([draw.choice(values) for _ in values]) for _ in range(2000))
    return drawn[49], drawn[1949]


def figure(value):
    text = f"{value:.3f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def with_interval(values, of):
    low, high = interval(values, of)
    return f"{figure(of(values))} [{figure(low)}, {figure(high)}]"


# Cohorts

def unit(name, rate, amplitude=0.6, sd=0.12, rise=0.4, hold=0.6, fall=0.5):
    return {"unit": name, "rate_per_minute": rate, "amplitude": amplitude, "amplitude_sd": sd, "rise_s": rise,
            "hold_s": hold, "fall_s": fall}


def group(name, subjects, units, head, blinks):
    yaw, pitch, roll = head
    return {"name": name, "subjects": subjects,
            "behaviour": {"blink": {"rate_per_minute": blinks},
                          "head": {"yaw_sd_deg": yaw, "pitch_sd_deg": pitch, "roll_sd_deg": roll}, "units": units}}


def cohort(kind, known):
    def there(name):
        return known is None or any("e_" + name + side in known for side in ("", "_L"))

    calm, turning = (5, 3, 2), (15, 6, 4)
    blinks = 14 if there("AU43") else 0
    study = {"fps": 25, "width": 480, "height": 360, "distance_mm": 430, "noise_percent": 1}
    moved = [unit(name, 6) for name in TWENTY if name != "AU43" and there(name)]
    if kind in ("still15", "still5"):
        study |= {"seed": 405, "seconds": 10,
                  "groups": [group("still", 10, [], turning if kind == "still15" else calm, 0)]}
    elif kind == "moving":
        study |= {"seed": 202, "seconds": 20, "groups": [group("base", 10, moved, calm, blinks)]}
    elif kind == "turning":
        study |= {"seed": 203, "seconds": 20, "groups": [group("base", 10, moved, turning, blinks)]}
    elif kind == "train":
        study |= {"seed": 101, "seconds": 40, "groups": [group("a", 24, moved, calm, blinks)]}
    elif kind == "single":
        study |= {"seed": 301, "seconds": 12,
                  "groups": [group(name, 3, [unit(name, 12)], calm, 0) for name in SINGLE if there(name)]}
    elif kind == "sided":
        study |= {"seed": 302, "seconds": 12,
                  "groups": [group(name, 3, [unit(name, 12)], calm, 0) for name in SIDED if there(name)]}
    elif kind in ("tonic", "tonic-thrice", "same-people-phasic"):
        # The seed and a person's number make their identity: the same people in all three.
        hold = (("phasic", 8, 1), ("half", 7, 4), ("tonic", 6, 8), ("always", 2.2, 25))
        if kind == "same-people-phasic":
            hold = tuple((name, 8, 1) for name, _, _ in hold)
        study |= {"seed": 501, "seconds": 40, "groups": [
            group(name, 6, [unit(au, rate, sd=0.05, hold=held) for au in ("AU12", "AU04")], calm, blinks)
            | ({} if kind == "tonic" else {"sessions": 3}) for name, rate, held in hold]}
    else:
        sys.exit(f"validity.py: no cohort {kind!r}")
    return study


# The figures

def head(codes, truth):
    """Of each person: the share of codes related to yaw or pitch, the share of frames with activity."""
    shares, active = [], []
    for file in recordings(codes):
        found = read(os.path.join(codes, file), is_code)
        pose = read(os.path.join(truth, file), lambda name: name in ("pose_Rx", "pose_Ry"))
        related = [max(abs(correlation(series, pose[axis])) for axis in pose) > RELATED for series in found.values()]
        shares.append(mean(related))
        if all(name.startswith("e_") for name in found):  # in parts of the E intensity
            rows = [row for row in zip(*found.values()) if row[0] is not None]
            active.append(mean(max(abs(v) for v in row if v is not None) > ACTIVE for row in rows))
    share = figure(mean(active)) if active else "-"
    return f"| {with_interval(shares, median)} | {figure(max(shares))} | {share} |"


def wcc(table):
    """Pairs of a code and the head in a table of features wcc --head."""
    values = []
    with open(table, newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows)
        angles = ("pitch", "yaw", "roll")
        taken = [i for i, name in enumerate(header) if sum(part in angles for part in name.split("~")) == 1]
        for row in rows:
            values += [abs(float(row[i])) for i in taken if row[i]]
    return f"| {figure(mean(v > 0.3 for v in values))} | {figure(max(values, default=float('nan')))} | {len(values)} |"


def groups_of(labels):
    with open(labels, newline="") as stream:
        return {row["name"] + ".csv": row["group"] for row in csv.DictReader(stream)}


def tonic(codes, truth, labels):
    lines = []
    of_group = groups_of(labels)
    for au in ("e_AU12", "e_AU04"):
        for name in dict.fromkeys(of_group.values()):
            figures = []
            for file in recordings(codes):
                if of_group.get(file) != name:
                    continue
                wanted = (au + "_L", au + "_R")
                true = both_sides(read(os.path.join(truth, file), lambda n: n in wanted))[au]
                found = both_sides(read(os.path.join(codes, file), lambda n: n in wanted))[au]
                both = pairs(true, found)
                figures.append((mean(t > ACTIVE_TRUTH for t, _ in both), mean(t for t, _ in both),
                                mean(f for _, f in both), mean(f > ACTIVE_TRUTH for _, f in both),
                                correlation(true, found)))
            lines.append(f"| {au[2:]} {name} | " + " | ".join(figure(mean(c)) for c in zip(*figures)) + " |")
    return "\n".join(lines)


def credibility(codes, labels):
    """Per group: median share of frames near the neutral, median largest unit mimicked, and held, share of incredible neutrals."""
    of_group, groups = groups_of(labels), {}
    for file in recordings(codes):
        if file not in of_group:
            continue
        with open(os.path.join(codes, file[:-4] + ".json")) as stream:
            found = json.load(stream)["details"]["identity"][0]["neutral_credibility"]
        groups.setdefault(of_group[file], []).append(
            (found["near"], max(found["mimicked"].values(), default=0),
             max(found["held"].values(), default=0), not found.get("credible", True)))
    return "\n".join(f"| credibility {name} | {figure(median([f[0] for f in all]))} | "
                     f"{figure(median([f[1] for f in all]))} | {figure(median([f[2] for f in all]))} | {figure(mean(f[3] for f in all))} |"
                     for name, all in groups.items())


def single(codes, truth, labels):
    of_group = groups_of(labels)
    lines, slopes, crossed = [], [], []
    by_group = {}
    for file in recordings(codes):
        by_group.setdefault(of_group[file], []).append(file)
    for name, files in by_group.items():
        own, other = [], {}
        for file in files:
            true_all = read(os.path.join(truth, file), is_code)
            found_all = read(os.path.join(codes, file), is_code)
            if "e_" + name not in true_all:
                true_all, found_all = both_sides(true_all), both_sides(found_all)
            true = true_all["e_" + name]
            for code, series in found_all.items():
                value = slope(series, true)
                if code == "e_" + name:
                    own.append(value)
                else:
                    other.setdefault(code, []).append(value)
        if not own:
            continue
        worst = max(other, key=lambda code: abs(mean(other[code])))
        own_slope, leak = mean(own), mean(other[worst])
        slopes.append(own_slope)
        crossed.append(abs(leak) / max(abs(own_slope), 1e-6))
        lines.append(f"| {name} | {figure(own_slope)} | {worst[2:]} {figure(leak)} |")
    lines.append(f"| **median / least** | {figure(median(slopes))} / {figure(min(slopes))} | cross-talk above 1: "
                 f"{sum(c > 1 for c in crossed)}, above .5: {sum(c > 0.5 for c in crossed)} of {len(crossed)} |")
    return "\n".join(lines)


def all_of(folder, wanted, joined):
    """All recordings one after the other."""
    series = {}
    for file in recordings(folder):
        values = read(os.path.join(folder, file), wanted)
        for name, column in (both_sides(values) if joined else values).items():
            series.setdefault(name, []).append(column)
    return series


def match(codes, truth, train_codes, train_truth):
    """For each true unit the code with the largest |r| in training, judged on the other people."""
    def joined(parts):
        return [value for part in parts for value in part]

    moved = ["e_" + name for name in TWENTY]
    true = {k: v for k, v in all_of(truth, is_code, True).items() if k in moved}
    true_train = {k: v for k, v in all_of(train_truth, is_code, True).items() if k in moved}
    is_fit = any(name.startswith("e_AU") for name in columns(os.path.join(codes, recordings(codes)[0])))
    found = all_of(codes, is_code, is_fit)
    found_train = all_of(train_codes, is_code, is_fit)
    rows, lines, slopes, named = [], [], [], []
    for name in [m for m in moved if m in true]:
        target = joined(true_train[name])
        if moments(target, target)[0] < 1e-9:
            continue
        fits = {code: correlation(joined(parts), target) for code, parts in found_train.items()}
        best = max(fits, key=lambda code: abs(fits[code]))
        sign = 1 if fits[best] >= 0 else -1
        per_person = [sign * correlation(c, t) for c, t in zip(found[best], true[name])]
        rows.append(mean(per_person))
        if is_fit:
            slopes.append(slope(joined(found[best]), joined(true[name])))
            own = name if name in found else None
            named.append(mean(correlation(c, t) for c, t in zip(found[own], true[name])) if own else 0)
        lines.append(f"{name[2:]} {best.removeprefix('e_')} {figure(rows[-1])}")
    people = len(next(iter(found.values())))
    line = (f"| {with_interval(rows, mean)} | {figure(mean(r >= 0.9 for r in rows))} / "
            f"{figure(mean(r >= 0.8 for r in rows))} / {figure(mean(r >= 0.6 for r in rows))} | ")
    line += f"{figure(mean(slopes))} | {figure(mean(named))} | " if is_fit else "- | - | "
    return line + f"{len(rows)} units, {people} people: " + ", ".join(lines) + " |"


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return
    command, rest = arguments[0], arguments[1:]
    if command == "cohort":
        if not rest:
            sys.exit("validity.py: name a cohort, see --help")
        print(json.dumps(cohort(rest[0], columns(rest[1]) if len(rest) > 1 else None), indent=1))
        return
    figures = {"head": (head, 2), "wcc": (wcc, 1), "tonic": (tonic, 3), "credibility": (credibility, 2), "single": (single, 3), "match": (match, 4)}
    if command not in figures:
        sys.exit(f"validity.py: no figure {command!r}; known: cohort, {', '.join(figures)}")
    function, count = figures[command]
    if len(rest) != count:
        sys.exit(f"validity.py: {command} takes {count} paths, see --help")
    try:
        print(function(*rest))
    except OSError as error:
        sys.exit(f"validity.py: {error.filename}: {error.strerror}")


if __name__ == "__main__":
    main(sys.argv[1:])
