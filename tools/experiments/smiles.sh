#!/usr/bin/env bash
# Three kinds of smiles told from facial words (paper 002, table 3 and figure 6), on your own data or on a
# simulated stand-in.
#
#   tools/experiments/smiles.sh [-o OUT] [DATA_FOLDER]
#
# DATA_FOLDER is laid out as tools/experiments/common.sh says; labels.csv has name, subject and smile. SmileStimuli, when
# unpacked, is a video for each of three smiles of fifteen actors: subject is the actor, so that no actor is on both
# sides of a split. Without a folder 45 people are simulated, fifteen for each kind (smiles_cohort.json).
#
# A logistic regression on the counts of tokens, leaving a subject out; action units beside it where aus/ is there. Prints
# accuracy, F1 and AUC, and for each kind the four tokens with the largest |coefficient|.
#
# PERMUTATIONS (100), DFE (built-in), FACELEX. Writes OUT/table.md and OUT/<system>/report.md.
source "$(dirname "$0")/common.sh"

out=smiles-out
while getopts "o:" option; do
  case $option in o) out="$OPTARG" ;; *) exit 2 ;; esac
done
shift $((OPTIND - 1))
permutations="${PERMUTATIONS:-100}" dfe="${DFE:-built-in}"
mkdir -p "$out"
data="${1:-}" label=smile
planted=
if [ -z "$data" ]; then
  step "No data given: simulating three kinds of smiles"
  planted=yes label=group data="$out/data"
  stand_in "$here/smiles_cohort.json" "$data"
fi

step "Fits, tokens, counts"
fits=$(make_fits "$data" "$out")
encode "$dfe" "$fits" "$out/tokens"
"$facelex" features bow "$out/tokens" -o "$out/dfe.csv" --quiet || [ $? -eq 1 ]
systems=(dfe)
if [ -d "$data/aus" ]; then
  "$facelex" import "$data/aus" -o "$out/aus" --quiet || [ $? -eq 1 ]
  "$facelex" features summary "$out/aus" --groups statistics -o "$out/action-units.csv" --quiet || [ $? -eq 1 ]
  systems+=(action-units)
fi

step "Logistic regression"
{
  echo "| Model | Acc | F1 | AUC | p of accuracy |"
  echo "|---|---|---|---|---|"
  for system in "${systems[@]}"; do
    "$facelex" evaluate classify --features "$out/$system.csv" --labels "$data/labels.csv" --label "$label" --per-video --protocol leave-one-out \
      --learner logistic --missing impute --permutations "$permutations" -o "$out/$system" --quiet
    IFS=, read -r accuracy _ _ p <<<"$(metric "$out/$system" accuracy)"
    f1=$(metric "$out/$system" f1_macro | cut -d, -f1) auc=$(metric "$out/$system" auc | cut -d, -f1)
    echo "| $system | $(percent "$accuracy") | $(percent "$f1") | $(percent "$auc") | $(printf %.3f "$p") |"
  done
  echo
  echo "Tokens that weigh most for each kind (figure 6):"
  echo
  awk -F, 'NR > 1 && n[$1]++ < 4 { printf "- %s: %s (%.3f)\n", $1, $2, $4 }' "$out/dfe/weights.csv"
  if [ -n "$planted" ]; then
    echo
    echo "Planted: affiliation presses the lips (AU24, AU14), dominance is one-sided with a raised lip (AU10, AU09), reward lifts cheeks and brows (AU06, AU01). See a token's face with facelex model picture."
  fi
} | tee "$out/table.md"
