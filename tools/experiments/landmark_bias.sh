#!/bin/bash
# How the landmark detector of `facelex extract` errs with the head's pose: the table data/landmark_bias.json, which `facelex fit` takes off.
#
#   tools/experiments/landmark_bias.sh [--face MODEL]... [--judge MODEL]... [OUT]
#
# Films people of the built-in face and of every MODEL of --face while they turn, nod and move, extracts their landmarks, and fits the
# errors' dependence on yaw and pitch. Prints what is left of the errors of those people and of the people of --judge, whose face had no
# part in it. About 4 minutes for each face on two cores.
# OUT (landmark_bias) keeps videos, landmarks and landmark_bias.json; a second run goes on where the first ended.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

faces=("") judges=() out=landmark_bias
while [ $# -gt 0 ]; do
  case "$1" in
    --face | --judge)
      [ $# -ge 2 ] || die "$1 needs a model"; [ -f "$2" ] || die "no such model: $2"
      if [ "$1" = --face ]; then faces+=("$2"); else judges+=("$2"); fi
      shift ;;
    -*) die "unknown option $1" ;;
    *) out="$1" ;;
  esac
  shift
done
command -v python3 > /dev/null || { echo "python3 is needed" >&2; exit 3; }
mkdir -p "$out"

# filmed MODEL SEED: prints the folder of that face's people.
filmed() {
  local model="$1" name face=()
  if [ -z "$model" ]; then name=built-in; else name="$(basename "$model" .safetensors)"; face=(--face "$model"); fi
  local folder="$out/$name-$2"
  mkdir -p "$folder"
  if [ ! -f "$folder/units.csv" ]; then  # which units this face has
    python3 "$here/validity.py" cohort still5 > "$folder/one.json"
    "$facelex" simulate "$folder/one.json" "${face[@]}" --subjects 1 --landmarks-only -o "$folder/one" --quiet >&2
    head -1 "$folder/one/truth/S01_1.csv" > "$folder/units.csv"
  fi
  python3 "$here/landmark_bias.py" cohort "$2" "$folder/units.csv" > "$folder/described.json"
  "$facelex" simulate "$folder/described.json" "${face[@]}" -o "$folder" --quiet >&2
  "$facelex" extract "$folder/videos" -o "$folder/landmarks" --quiet >&2 || [ $? -eq 1 ]
  echo "$folder"
}

step "people whom the table is made of"
made=() judged=()
for model in "${faces[@]}"; do made+=("$(filmed "$model" 901)"); done
python3 "$here/landmark_bias.py" table "${made[@]}" > "$out/landmark_bias.json"
step "people whom it is judged on"
for model in "${faces[@]}" "${judges[@]}"; do judged+=("$(filmed "$model" 902)"); done
python3 "$here/landmark_bias.py" left "$out/landmark_bias.json" "${judged[@]}"
