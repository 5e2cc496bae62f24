#!/usr/bin/env bash
# From nothing to a finding in one command: installs what is missing, builds, and runs the whole pipeline.
#   tools/quickstart.sh                    on a simulated cohort (data/sample_cohort.json), which it makes first
#   tools/quickstart.sh VIDEO|FOLDER...    on your own videos
# Writes to ./facelex-out (or $FACELEX_OUT). FACELEX_PRESET builds another preset than release.
set -euo pipefail

inputs=()
for input in "$@"; do
  [ -e "$input" ] || { echo "quickstart: no such file or folder: $input" >&2; exit 2; }
  inputs+=("$(realpath "$input")")
done
out="$(realpath -m "${FACELEX_OUT:-facelex-out}")"
cd "$(dirname "$0")/.."

tools/setup.sh
preset="${FACELEX_PRESET:-release}"
if [ "$preset" = release ]; then
  cmake --preset release -DFACELEX_TESTS=OFF -DFACELEX_BENCH=OFF >/dev/null
else
  cmake --preset "$preset" >/dev/null
fi
cmake --build --preset "$preset" --target facelex
facelex="$PWD/build/$preset/bin/facelex"
built=$SECONDS

status=0
cohort=
if [ ${#inputs[@]} -eq 0 ]; then
  echo
  echo "No videos given: simulating the cohort of data/sample_cohort.json."
  cohort="$out/cohort"
  "$facelex" simulate data/sample_cohort.json -o "$cohort"
  inputs=("$cohort/videos")
fi
"$facelex" run "${inputs[@]}" -o "$out" || status=$?

if [ -n "$cohort" ] && [ "$status" -eq 0 ]; then
  echo
  echo "Is there a difference between the two groups? How much every unit moves, how every pair moves together, and who can be told by it:"
  # finding FITS CODES LABELS OUT
  finding() {
    "$facelex" features wcc "$2" --head "$1" -o "$4/couplings.csv" --quiet
    "$facelex" features summary "$2" -o "$4/movements.csv" --quiet
    "$facelex" evaluate classify --features "$4/couplings.csv" --features "$4/movements.csv" --labels "$3" --missing impute --permutations 99 -o "$4/result"
  }
  mkdir -p "$out/finding" "$out/no-finding"
  finding "$out/fits" "$out/codes" "$cohort/labels.csv" "$out/finding"
  echo "What weighs most (planted: in one group the brows follow a smile late, smiles are one-sided, blinks more frequent):"
  # Columns: contrast, feature, rank, weight, …; a pair occurs twice (A~B, B~A) and is named once.
  awk -F, 'NR > 1 && NR <= 7 { printf "  %-20s %8.4f\n", $2, $4 }' "$out/finding/result/weights.csv"
  echo "and of the pairs that move together ($(awk -F, 'NR == 2 { print $1 }' "$out/finding/result/weights.csv"), so a weight above 0 speaks for the former):"
  awk -F, 'split($2, pair, "~") == 2 && !((pair[2] "~" pair[1]) in named) {
    named[$2]; printf "  %-20s %8.4f, %d. of all features\n", $2, $4, $3; if (++count == 5) exit }' "$out/finding/result/weights.csv"
  echo
  echo "The same people when no difference is true (simulate --null):"
  "$facelex" simulate data/sample_cohort.json -o "$out/no-finding/cohort" --landmarks-only --null --quiet
  "$facelex" fit "$out/no-finding/cohort/landmarks" -o "$out/no-finding/fits" --quiet
  "$facelex" encode "$out/no-finding/fits" --model "$out/model.safetensors" -o "$out/no-finding/codes" --quiet
  finding "$out/no-finding/fits" "$out/no-finding/codes" "$out/no-finding/cohort/labels.csv" "$out/no-finding"
fi

echo
echo "What lies where:"
if [ -d "$out/cohort" ]; then
  echo "  $out/cohort/videos/      the simulated videos"
  echo "  $out/cohort/truth/       what their faces really did; labels.csv says who is in which group"
fi
echo "  $out/landmarks/   a CSV per video: time stamp, confidence, head pose, 68 landmarks"
echo "  $out/fits/        the fitted 3-D face: expression, head pose, displacement from the neutral"
echo "  $out/codes/       one row per frame in the learnt dictionary"
echo "  $out/model.safetensors   the dictionary"
if [ -n "$cohort" ]; then
  echo "  $out/finding/result/report.md   what was found, with intervals and p; $out/no-finding/ the same without a true difference"
fi
echo "  $out/run.json     all options, as used: facelex run --config repeats the run"
first=$(find "$out/codes" -name '*.csv' ! -name 'manifest*' 2>/dev/null | sort | sed -n 1p) || true
if [ -n "$first" ]; then
  echo
  echo "$first, some rows and columns:"
  awk -F, 'NR == 1 || NR % 60 == 0 { print; if (++n == 6) exit }' "$first" | cut -d, -f1-12 || true
fi
echo
"$facelex" status "$out" || true
echo "Took $((SECONDS - built)) s after the build."
exit $status
