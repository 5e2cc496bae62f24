#!/usr/bin/env bash
# From nothing to codes in one command: installs what is missing, builds, and runs the whole pipeline.
#   tools/quickstart.sh                    on a simulated cohort (data/sample_cohort.json), which it makes first
#   tools/quickstart.sh VIDEO|FOLDER...    on your own videos
# Writes to ./facelex-out (or $FACELEX_OUT).
set -euo pipefail

inputs=()
for input in "$@"; do
  [ -e "$input" ] || { echo "quickstart: no such file or folder: $input" >&2; exit 2; }
  inputs+=("$(realpath "$input")")
done
out="$(realpath -m "${FACELEX_OUT:-facelex-out}")"
cd "$(dirname "$0")/.."

tools/setup.sh
cmake --preset release -DFACELEX_TESTS=OFF -DFACELEX_BENCH=OFF >/dev/null
cmake --build --preset release --target facelex
facelex="$PWD/build/release/bin/facelex"
built=$SECONDS

status=0
if [ ${#inputs[@]} -eq 0 ]; then
  echo
  echo "No videos given: simulating the cohort of data/sample_cohort.json."
  "$facelex" simulate data/sample_cohort.json -o "$out/cohort"
  inputs=("$out/cohort/videos")
fi
"$facelex" run "${inputs[@]}" -o "$out" || status=$?

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
