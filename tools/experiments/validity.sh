#!/bin/bash
# What the codes mean, measured on people whose movements are known: docs/benchmarks has the figures of this script.
#
#   tools/experiments/validity.sh [--face MODEL]... [--videos] [--fit 'OPTIONS'] [OUT]
#
# Prints, as Markdown, for people of the built-in face and of every MODEL (a face of another program, see
# facelex model import; ICT-FaceKit is the one that counts, because nothing here was made from it):
#   1  codes of faces that keep still while the head turns: how many go with the head, and how often one is above .2
#   2  a smile and a frown that are held for most of the time
#   3  one action unit at a time: slope on truth, and what else answers
#   4  twenty action units at once: the code that tells most of each, chosen on other people
# --videos adds table 1 and 4 through pictures and the detector of `extract` (some minutes more).
# --fit gives options to every `facelex fit`, to compare: --fit '--offsets 0 --noise 1 --identity-frames 24'.
# OUT (validity) keeps cohorts, fits and codes; a second run goes on where the first ended.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

faces=() videos=0 fit_options=() out=validity
while [ $# -gt 0 ]; do
  case "$1" in
    --face) [ $# -ge 2 ] || die "--face needs a model"; [ -f "$2" ] || die "no such model: $2"; faces+=("$2"); shift ;;
    --videos) videos=1 ;;
    --fit) [ $# -ge 2 ] || die "--fit needs options"; read -r -a fit_options <<< "$2"; shift ;;
    -*) die "unknown option $1" ;;
    *) out="$1" ;;
  esac
  shift
done
command -v python3 > /dev/null || { echo "python3 is needed" >&2; exit 3; }
mkdir -p "$out"
figures() { python3 "$here/validity.py" "$@"; }

# people NAME MODEL KIND [OPTION...]: simulates a cohort of that face under OUT/NAME/KIND.
people() {
  local name="$1" model="$2" kind="$3"; shift 3
  local folder="$out/$name" face=()
  [ -z "$model" ] || face=(--face "$model")
  mkdir -p "$folder"
  if [ ! -f "$folder/units.csv" ]; then  # which units this face has
    figures cohort still5 > "$folder/one.json"
    "$facelex" simulate "$folder/one.json" "${face[@]}" --subjects 1 --landmarks-only -o "$folder/one" --quiet >&2
    head -1 "$folder/one/truth/S01_1.csv" > "$folder/units.csv"
  fi
  figures cohort "$kind" "$folder/units.csv" > "$folder/$kind.json"
  "$facelex" simulate "$folder/$kind.json" "${face[@]}" -o "$folder/$kind" --quiet "$@" >&2
}

# fits NAME KIND LANDMARKS: fits them with the built-in face into OUT/NAME/KIND/fits.
fits() { "$facelex" fit "$3" -o "$out/$1/$2/fits" --quiet "${fit_options[@]}" >&2 || [ $? -eq 1 ]; }

# A system of each kind, learnt from 24 people of the built-in face.
declare -A systems=([facial-basis]="learn facial-basis" [dfecs]="learn dfecs")
codes() {  # NAME KIND SYSTEM: prints the folder of codes
  if [ "$3" = fit ]; then echo "$out/$1/$2/fits"; return; fi
  encode "$out/$3.safetensors" "$out/$1/$2/fits" "$out/$1/$2/$3"
  echo "$out/$1/$2/$3"
}

names=(built-in) models=("")
for model in "${faces[@]}"; do names+=("$(basename "$model" .safetensors)"); models+=("$model"); done

step "people of ${names[*]}"
kinds=(still15 still5 moving turning)
for i in "${!names[@]}"; do
  for kind in "${kinds[@]}"; do
    people "${names[i]}" "${models[i]}" "$kind" --landmarks-only
    fits "${names[i]}" "$kind" "$out/${names[i]}/$kind/landmarks"
  done
done
for kind in train single tonic; do
  people built-in "" "$kind" --landmarks-only
  fits built-in "$kind" "$out/built-in/$kind/landmarks"
done
step "systems"
for system in facial-basis dfecs; do
  # shellcheck disable=SC2086
  "$facelex" ${systems[$system]} "$out/built-in/train/fits" -o "$out/$system.safetensors" --quiet >&2
done
for i in "${!names[@]}"; do
  [ "$i" -gt 0 ] || continue
  people "${names[i]}" "${models[i]}" train --landmarks-only
  fits "${names[i]}" train "$out/${names[i]}/train/landmarks"
done
if [ "$videos" = 1 ]; then
  step "videos"
  for i in "${!names[@]}"; do
    for kind in still15 moving; do
      people "${names[i]}-filmed" "${models[i]}" "$kind"
      "$facelex" extract "$out/${names[i]}-filmed/$kind/videos" -o "$out/${names[i]}-filmed/$kind/landmarks" --quiet >&2 || [ $? -eq 1 ]
      fits "${names[i]}-filmed" "$kind" "$out/${names[i]}-filmed/$kind/landmarks"
    done
  done
fi

step "figures"
rows=("${names[@]}")
[ "$videos" = 0 ] || for name in "${names[@]}"; do rows+=("$name-filmed"); done
cat <<EOF
## 1 Faces that keep still while the head turns
Share of codes with |r| > .5 with yaw or pitch: median over people [95 %], worst person; share of frames with a code above .2.

| people | yaw sd | codes | share | worst | above .2 |
|---|---|---|---|---|---|
EOF
for name in "${rows[@]}"; do
  for kind in still15 still5; do
    [ -d "$out/$name/$kind/fits" ] || continue
    for system in fit facial-basis dfecs; do
      echo "| $name | ${kind#still}° | $system $(figures head "$(codes "$name" "$kind" "$system")" "$out/$name/$kind/truth")"
    done
  done
done
cat <<EOF

Windowed cross-correlation of each code with the head, yaw sd 5°: share of pairs with |r| > .3, the largest, pairs.

| people | share | largest | pairs |
|---|---|---|---|
EOF
for name in "${names[@]}"; do
  "$facelex" features wcc "$out/$name/still5/fits" --columns 'e_*' -o "$out/$name/wcc.csv" --quiet >&2 || [ $? -eq 1 ]
  echo "| $name $(figures wcc "$out/$name/wcc.csv")"
done
cat <<EOF

## 2 Held movements
| unit, group | truly active | true mean | fitted mean | fitted active | r |
|---|---|---|---|---|---|
EOF
figures tonic "$out/built-in/tonic/fits" "$out/built-in/tonic/truth" "$out/built-in/tonic/labels.csv"
cat <<EOF

## 3 One unit at a time
| unit | slope on truth | largest slope of another |
|---|---|---|
EOF
figures single "$out/built-in/single/fits" "$out/built-in/single/truth" "$out/built-in/single/labels.csv"
cat <<EOF

## 4 Twenty units at once
Mean r over units [95 % over units]; shares of units with r ≥ .9 / .8 / .6; slope of the chosen code; mean r of the unit's own name.

| people | yaw sd | codes | r | shares | slope | own name | units |
|---|---|---|---|---|---|---|---|
EOF
for name in "${rows[@]}"; do
  for kind in moving turning; do
    [ -d "$out/$name/$kind/fits" ] || continue
    yaw=5; [ "$kind" = moving ] || yaw=15
    for system in fit facial-basis dfecs; do
      train="${name%-filmed}"
      echo "| $name | $yaw° | $system $(figures match "$(codes "$name" "$kind" "$system")" "$out/$name/$kind/truth" \
        "$(codes "$train" train "$system")" "$out/$train/train/truth")"
    done
  done
done
