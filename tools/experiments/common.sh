# What the experiments share; sourced by them. Says what a data folder looks like and finds the program.
#
# A data folder holds one of
#   videos/       video files                                  (extracted and fitted first)
#   landmarks/    CSVs of facelex extract or of OpenFace       (fitted first)
#   fits/         CSVs of facelex fit, or of `facelex fit --vectors` for EMOCA's, SMIRK's or DECA's vectors
# and labels.csv: name (the file's, without extension), subject, and the columns that the experiment names.
# aus/ is optional: OpenFace's or py-feat's CSVs with the same names, whose action units are compared.

set -euo pipefail
# usage: the comment at the top of the calling script.
usage() { awk 'NR > 1 && !/^#/ { exit } NR > 1 { sub(/^# ?/, ""); print }' "$0"; }
[ "${1:-}" != -h ] && [ "${1:-}" != --help ] || { usage; exit 0; }

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
facelex="${FACELEX:-}"
if [ -z "$facelex" ]; then
  facelex="$here/../../build/release/bin/facelex"
  [ -x "$facelex" ] || facelex=$(command -v facelex) || true
fi
[ -x "$facelex" ] || { echo "no facelex found: run tools/quickstart.sh, or set FACELEX to the program" >&2; exit 3; }

step() { printf '\n== %s\n' "$*" >&2; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 2; }

# make_fits DATA WORK: prints the folder of fits of a data folder; makes them under WORK where there are none.
make_fits() {
  local data="$1" work="$2"
  [ -d "$data" ] || die "no such folder: $data"
  [ -f "$data/labels.csv" ] || die "$data has no labels.csv (name,subject,...)"
  if [ -d "$data/fits" ]; then echo "$data/fits"; return; fi
  local landmarks="$data/landmarks"
  if [ ! -d "$landmarks" ]; then
    [ -d "$data/videos" ] || die "$data has neither videos/, landmarks/ nor fits/"
    landmarks="$work/landmarks"
    "$facelex" extract "$data/videos" -o "$landmarks" --quiet >&2 || [ $? -eq 1 ]  # failed videos stand in its manifest
  fi
  "$facelex" fit "$landmarks" -o "$work/fits" --quiet >&2 || [ $? -eq 1 ]
  echo "$work/fits"
}

# stand_in COHORT OUT [OPTION...]: a simulated cohort, unless it stands there already.
stand_in() {
  local cohort="$1" out="$2"; shift 2
  "$facelex" simulate "$cohort" -o "$out" --landmarks-only --quiet "$@" >&2
}

# encode MODEL FITS OUT: codes of the fits.
encode() { "$facelex" encode "$2" --model "$1" -o "$3" --quiet >&2 || [ $? -eq 1 ]; }

# units_by_activation CODES: names of units by decreasing mean modulus over all frames (paper 000, IV-B), a line each.
units_by_activation() {
  local files=() file
  for file in "$1"/*.csv; do [[ "$file" == */manifest* ]] || files+=("$file"); done
  awk -F, '
    FNR == 1 { delete is; for (i = 1; i <= NF; ++i) if ($i !~ /^(frame|face_id|timestamp|confidence|success|reconstruction_error|pose_.*)$/) is[i] = $i; next }
    { for (i in is) if ($i != "") sum[is[i]] += $i < 0 ? -$i : $i }
    END { for (u in sum) printf "%.17g %s\n", sum[u], u }' "${files[@]}" | LC_ALL=C sort -k1,1gr -k2,2 | cut -d' ' -f2
}

# metric FOLDER NAME: "value,low,high,p" of a figure of facelex evaluate.
metric() { awk -F, -v m="$2" '$1 == m { print $2 "," $3 "," $4 "," $5 }' "$1/metrics.csv"; }

# percent NUMBER, rounded NUMBER: for tables.
percent() { awk -v x="$1" 'BEGIN { printf x == "" ? "-" : "%.1f", 100 * x }'; }

# figure FILE NAME: a value of a table of figures (facelex measure); - where it is not there.
figure() { awk -F, -v name="$2" '$1 == name { printf "%.3f", $2; found = 1 } END { if (!found) printf "-" }' "$1"; }
