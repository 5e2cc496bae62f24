#!/usr/bin/env bash
# What happens when everything goes wrong: kills, full and read-only disks, closed descriptors, limits of memory and files, odd
# environments, folders of 10,000 recordings, a million frames. About an hour on two cores; a table stands at the end, which
# docs/reliability.md holds of the last run.
#   tools/stress.sh                   all campaigns
#   tools/stress.sh kill limits …     some of them
# FACELEX names another binary than build/release/bin/facelex; FACELEX_STRESS_KILLS (200) how often processes are killed;
# FACELEX_STRESS_OUT a folder to keep (else a temporary one, removed at the end). Needs root for the disk campaign's tmpfs.
set -euo pipefail
cd "$(dirname "$0")/.."
FACELEX="$(realpath "${FACELEX:-build/release/bin/facelex}")"
export FACELEX
[ -x "$FACELEX" ] || { echo "stress: no program at $FACELEX; build it first: tools/quickstart.sh, or name it in FACELEX" >&2; exit 2; }
here="$PWD/tools/stress"
if [ -n "${FACELEX_STRESS_OUT:-}" ]; then
  mkdir -p "$FACELEX_STRESS_OUT"
  work="$(realpath "$FACELEX_STRESS_OUT")"
else
  work="$(mktemp -d)"
  trap 'rm -rf "$work"' EXIT
fi
export work
table="$work/table.tsv"
: >"$table"
export table

# shellcheck source=tools/stress/common.sh
. "$here/common.sh"
prepare

campaigns=("$@")
[ ${#campaigns[@]} -gt 0 ] || campaigns=(bytes training kill disk limits environment many long slow)
for campaign in "${campaigns[@]}"; do
  [ -f "$here/$campaign.sh" ] || { echo "stress: no campaign '$campaign'; there are: bytes training kill disk limits environment many long slow" >&2; exit 2; }
  echo "== $campaign" >&2
  # shellcheck source=/dev/null
  . "$here/$campaign.sh"
done

echo
echo "$("$FACELEX" --version), $(uname -m), $(nproc) cores, $(date -u +%Y-%m-%d)"
echo
echo "| campaign | runs | crashes | hangs | wrong or lost files | silent failures | seconds | |"
echo "|---|---|---|---|---|---|---|---|"
awk -F'\t' '{ printf "|"; for (i = 1; i <= 8; ++i) printf " %s |", $i; print "" }' "$table"
awk -F'\t' '{ bad += $3 + $4 + $5 + $6 } END { exit bad > 0 }' "$table"
