#!/bin/bash
# Where the neutral of a person comes from, and what of a held movement is left: docs/benchmarks has the figures.
#
#   tools/experiments/neutral.sh [--face MODEL]... [--people N] [OUT]
#
# N (6) people a group, of the built-in face and of every MODEL, smile and frown for 20, 41, 85 or 96 % of the time. Prints, as Markdown,
# the true share and mean, the fitted mean and share and r of AU12 and AU04 in each person's first recording, with
#   file      the recording's own estimate (the default)
#   model     --neutral model
#   others    --subjects: two other recordings of the person, in which they rarely smile or frown
#   alike     --subjects: two other recordings in which they do so as often
#   frame     --neutral frame, the first one (which some people do not begin at rest)
# and how the credibility of these neutrals is distributed.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

faces=() out=neutral people=6
while [ $# -gt 0 ]; do
  case "$1" in
    --face) [ $# -ge 2 ] || die "--face needs a model"; [ -f "$2" ] || die "no such model: $2"; faces+=("$2"); shift ;;
    --people) [ $# -ge 2 ] || die "--people needs a number"; people="$2"; shift ;;
    -*) die "unknown option $1" ;;
    *) out="$1" ;;
  esac
  shift
done
command -v python3 > /dev/null || { echo "python3 is needed" >&2; exit 3; }
mkdir -p "$out"

neutrals_of() {  # NAME MODEL
  local name="$1" folder="$out/$1" face=() kind
  [ -z "$2" ] || face=(--face "$2")
  mkdir -p "$folder/mixed"
  for kind in tonic tonic-thrice same-people-phasic; do
    python3 "$here/validity.py" cohort $kind | sed "s/\"subjects\": 6/\"subjects\": $people/g" > "$folder/$kind.json"
    "$facelex" simulate "$folder/$kind.json" "${face[@]}" --landmarks-only -o "$folder/$kind" --quiet >&2
  done
  cp "$folder"/tonic/landmarks/S*_1.* "$folder"/same-people-phasic/landmarks/S*_[23].* "$folder/mixed"
  { cat "$folder/tonic/labels.csv"; grep -E '_[23],' "$folder/same-people-phasic/labels.csv"; } > "$folder/mixed.csv"
  fit() { "$facelex" fit "$@" --quiet >&2 || [ $? -eq 1 ]; }
  fit "$folder/tonic/landmarks" -o "$folder/file"
  fit "$folder/tonic/landmarks" -o "$folder/model" --neutral model
  fit "$folder/mixed" -o "$folder/others" --subjects "$folder/mixed.csv"
  fit "$folder/tonic-thrice/landmarks" -o "$folder/alike" --subjects "$folder/tonic-thrice/labels.csv"
  fit "$folder/tonic/landmarks" -o "$folder/frame" --neutral frame --neutral-frame 1
  for kind in file model others alike frame; do
    echo "$name, $kind"
    python3 "$here/validity.py" tonic "$folder/$kind" "$folder/tonic/truth" "$folder/tonic/labels.csv"
    python3 "$here/validity.py" credibility "$folder/$kind" "$folder/tonic/labels.csv"
  done
}

neutrals_of built-in ""
for model in "${faces[@]}"; do neutrals_of "$(basename "$model" .safetensors)" "$model"; done
