#!/usr/bin/env bash
# From nothing to codes in one command: installs what is missing, builds, and runs the whole pipeline on the given
# video(s) or folder(s).
#   tools/quickstart.sh VIDEO|FOLDER...        writes to ./facelex-out (or $FACELEX_OUT)
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "usage: tools/quickstart.sh VIDEO|FOLDER..." >&2
  echo "Name a video of a face, or a folder of such videos." >&2
  exit 2
fi
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

status=0
"$facelex" run "${inputs[@]}" -o "$out" || status=$?

echo
echo "What lies where:"
echo "  $out/landmarks/   a CSV per video: time stamp, confidence, head pose, 68 landmarks"
echo "  $out/motion/      keypoint motion: how each point moves from the face's own neutral"
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
exit $status
