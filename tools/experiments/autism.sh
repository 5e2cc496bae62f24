#!/usr/bin/env bash
# The autism experiment of paper 000 (IV-B, figures 4 and 5) on your own data, or on a simulated stand-in.
#
#   tools/experiments/autism.sh [-o OUT] [CONTEXT_FOLDER...]
#
# Each CONTEXT_FOLDER is a recording context (the paper's face-to-face and remote conversations), laid out as
# tools/experiments/common.sh says; labels.csv has name, subject and group, two groups. Without folders two
# contexts are simulated (autism_cohort.json): the brows of one group follow a smile later and less often,
# everything else is alike, and the head of that group turns less in the first context only.
#
# For every context and system (Facial Basis, PCA, local PCA, action units where aus/ is there) it writes
# the accuracy of a linear SVM on windowed cross-correlations against the number of units, the same of head
# movements alone, and which components the classifier weighs. Systems are learnt from all contexts together,
# without labels, and units are ordered by their activation in the data that is classified, as in the paper:
# neither sees a label.
#
# PERMUTATIONS (100), STEP (10), LAST (50): permutations for p, step and last number of units.
# FACELEX: the program. Writes OUT/accuracy.csv, OUT/<context>/<system>/<k>/report.md and OUT/summary.md.
source "$(dirname "$0")/common.sh"

out=autism-out
while getopts "o:" option; do
  case $option in o) out="$OPTARG" ;; *) exit 2 ;; esac
done
shift $((OPTIND - 1))
permutations="${PERMUTATIONS:-100}" step_k="${STEP:-10}" last="${LAST:-50}"
mkdir -p "$out"

contexts=("$@")
planted=
if [ ${#contexts[@]} -eq 0 ]; then
  step "No data given: simulating two contexts"
  planted="$here/autism_cohort.json"
  stand_in "$planted" "$out/data/f2f"
  # The same study over a remote link: other people, and heads that move alike in both groups.
  sed 's/"yaw_sd_deg": 3\b/"yaw_sd_deg": 5/' "$planted" >"$out/data/r2r.json"
  stand_in "$out/data/r2r.json" "$out/data/r2r" --seed 12
  contexts=("$out/data/f2f" "$out/data/r2r")
fi

all_fits=()
declare -A fits_of
for context in "${contexts[@]}"; do
  name=$(basename "$context")
  step "Fits of $name"
  fits_of[$name]=$(make_fits "$context" "$out/$name")
  all_fits+=("${fits_of[$name]}")
done

step "Learning from all contexts, without labels"
# One folder: recordings of two contexts may share their names.
pool="$out/pool"
mkdir -p "$pool"
for name in "${!fits_of[@]}"; do
  ln -sfn "$(realpath "${fits_of[$name]}")" "$pool/$name"
done
every="${EVERY:-5}"
for system in facial-basis pca local-pca; do
  "$facelex" learn "$system" "$pool" --every "$every" -o "$out/$system.safetensors" --quiet
done

echo "context,system,units,accuracy,low,high,p" >"$out/accuracy.csv"
judge() {  # CONTEXT SYSTEM UNITS FEATURES LABELS
  local result="$out/$1/$2/$3"
  "$facelex" evaluate classify --features "$4" --labels "$5" --missing impute --protocol leave-one-out --permutations "$permutations" -o "$result" --quiet
  echo "$1,$2,$3,$(metric "$result" accuracy)" >>"$out/accuracy.csv"
}

for context in "${contexts[@]}"; do
  name=$(basename "$context") labels="$context/labels.csv" fits="${fits_of[$(basename "$context")]}"
  step "$name: head movements alone"
  mkdir -p "$out/$name/head"
  "$facelex" features wcc "$fits" --columns 'pose_R*' --head none -o "$out/$name/head/features.csv" --quiet || [ $? -eq 1 ]
  judge "$name" head 0 "$out/$name/head/features.csv" "$labels"
  systems=(facial-basis pca local-pca)
  [ -d "$context/aus" ] && systems+=(action-units)
  for system in "${systems[@]}"; do
    step "$name: $system"
    codes="$out/$name/$system/codes"
    if [ "$system" = action-units ]; then
      "$facelex" import "$context/aus" -o "$codes" --quiet || [ $? -eq 1 ]
    else
      encode "$out/$system.safetensors" "$fits" "$codes"
    fi
    units_by_activation "$codes" >"$out/$name/$system/units.txt"
    total=$(wc -l <"$out/$name/$system/units.txt")
    for ((k = step_k; ; k += step_k)); do
      [ "$k" -gt "$total" ] && k=$total
      columns=$(head -n "$k" "$out/$name/$system/units.txt" | paste -sd,)
      features="$out/$name/$system/features-$k.csv"
      "$facelex" features wcc "$codes" --columns "$columns" --head "$fits" -o "$features" --quiet || [ $? -eq 1 ]
      judge "$name" "$system" "$k" "$features" "$labels"
      if [ "$k" -ge "$total" ] || [ "$k" -ge "$last" ]; then break; fi
    done
  done
done

step "Summary"
{
  echo "# Accuracy (%) with 95 % interval, and p of $permutations permutations"
  echo
  echo "| context | system | units | accuracy | interval | p |"
  echo "|---|---|---|---|---|---|"
  tail -n +2 "$out/accuracy.csv" | while IFS=, read -r c s k a l h p; do
    echo "| $c | $s | $k | $(percent "$a") | $(percent "$l")–$(percent "$h") | $(printf %.3f "$p") |"
  done
  echo
  echo "With k tried from $step_k to $last the best of a column is chosen after the fact: report the curve, not its top."
  for context in "${contexts[@]}"; do
    name=$(basename "$context")
    weights=$(find "$out/$name/facial-basis" -name component_weights.csv | sort -V | tail -1)
    [ -n "$weights" ] || continue
    echo
    echo "Components that the classifier weighs most in $name (figure 5; median over subsamples of the mean |weight|):"
    echo
    awk -F, 'NR > 1 && NR <= 9 { printf "- %s: %.5f\n", $2, $10 }' "$weights"
  done
  if [ -n "$planted" ]; then
    echo
    echo "Planted: in the group AUT the brows (LB, RB) follow a smile (MO) later and less often, in both contexts; the head turns less in f2f alone."
  fi
} | tee "$out/summary.md"
