#!/usr/bin/env bash
# Depression, stress and personality from a bag of facial words (paper 002, section 5, tables 4 to 6), on your
# own data or on a simulated stand-in.
#
#   tools/experiments/psychology.sh [-o OUT] [-t TASKS] [DATA_FOLDER]
#
# DATA_FOLDER is laid out as tools/experiments/common.sh says; labels.csv has name, subject, and of these the
# columns that your data has; a task whose columns are missing is left out:
#   depression   phq8 (number) and depressed (0/1); split (train, dev, test) where the challenge gives one
#   stress       stress2 and stress3 (classes)
#   personality  openness, conscientiousness, extraversion, agreeableness, neuroticism (0 to 1)
# How the restricted data sets fit in: AVEC 2019 (DAIC-WOZ): one video per subject, split as its CSVs say; StressID: a
# video per task of a subject; ChaLearn First Impressions: a video per segment, subject = its YouTube id. Videos that may
# not leave a server need only their landmarks or expression vectors (fits/) here.
#
# Without DATA_FOLDER a cohort is simulated whose blinks, smiles and frowns follow a score (psychology_cohort.json).
# Systems: the DFE codebook (DFE, default: that which facelex ships), Facial Basis (learnt here, without labels), and
# action units where aus/ is there. Tokens are counted (features bow); continuous codes are summarised.
#
# PERMUTATIONS (100), DFE (built-in), FACELEX. Writes OUT/tables.md and everything it comes from.
source "$(dirname "$0")/common.sh"

out=psychology-out tasks=depression,stress,personality
while getopts "o:t:" option; do
  case $option in o) out="$OPTARG" ;; t) tasks="$OPTARG" ;; *) exit 2 ;; esac
done
shift $((OPTIND - 1))
permutations="${PERMUTATIONS:-100}" dfe="${DFE:-built-in}"
mkdir -p "$out"
data="${1:-}"
planted=
if [ -z "$data" ]; then
  step "No data given: simulating a cohort"
  planted=yes data="$out/data"
  stand_in "$here/psychology_cohort.json" "$data"
  # The score is the group's level and what a questionnaire adds to it; traits that nothing carries are noise.
  awk -F, -v OFS=, '
    function noise() { return (rand() + rand() + rand() - 1.5) / 1.5 }
    BEGIN { srand(3) }
    NR == 1 { print $1, $2, "phq8", "depressed", "stress2", "stress3", "openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"; next }
    { level = substr($4, 6, 1); score = 6 * level + 2 * noise()
      print $1, $2, score, (score >= 10 ? 1 : 0), (level >= 2 ? "stress" : "calm"), (level == 0 ? "low" : level < 3 ? "middle" : "high"),
        0.5 + 0.3 * noise(), 0.5 + 0.3 * noise(), 0.9 - 0.2 * level + 0.1 * noise(), 0.5 + 0.3 * noise(), 0.2 + 0.2 * level + 0.1 * noise() }
  ' "$data/labels.csv" >"$out/scores.csv"
  labels="$out/scores.csv"
else
  labels="$data/labels.csv"
fi

step "Fits"
fits=$(make_fits "$data" "$out")
step "Codes and features"
encode "$dfe" "$fits" "$out/dfe"
"$facelex" features bow "$out/dfe" -o "$out/dfe.csv" --quiet || [ $? -eq 1 ]
"$facelex" learn facial-basis "$fits" --every "${EVERY:-5}" -o "$out/facial-basis.safetensors" --quiet
encode "$out/facial-basis.safetensors" "$fits" "$out/facial-basis"
"$facelex" features summary "$out/facial-basis" --groups statistics,activations -o "$out/facial-basis.csv" --quiet || [ $? -eq 1 ]
systems=(dfe facial-basis)
if [ -d "$data/aus" ]; then
  "$facelex" import "$data/aus" -o "$out/action-units" --quiet || [ $? -eq 1 ]
  "$facelex" features summary "$out/action-units" --groups statistics,activations -o "$out/action-units.csv" --quiet || [ $? -eq 1 ]
  systems+=(action-units)
fi

has() { head -1 "$labels" | tr -d '\r' | tr , '\n' | grep -qx "$1"; }
folds=(--protocol k-fold)
has split && folds=(--fold-column split)

# judge TASK LABEL SYSTEM OPTION...: evaluates once.
judge() {
  local kind="$1" label="$2" system="$3"; shift 3
  "$facelex" evaluate "$kind" --features "$out/$system.csv" --labels "$labels" --label "$label" --missing impute \
    --permutations "$permutations" "${folds[@]}" -o "$out/$label/$system" --quiet "$@"
}
# figure LABEL SYSTEM METRIC: "12.3 (p .010)"; 100 times the value, but errors in their own unit.
figure() {
  IFS=, read -r value _ _ p <<<"$(metric "$out/$1/$2" "$3")"
  if [ "$3" = rmse ]; then printf '%.2f' "$value"; else percent "$value"; fi
  [ -z "$p" ] || printf ' (p %.3f)' "$p"
}
row() {  # LABEL SYSTEM METRIC...
  local label="$1" system="$2"; shift 2
  for name in "$@"; do printf ' %s |' "$(figure "$label" "$system" "$name")"; done
}

{
  echo "Values are multiplied by 100, but RMSE; p of $permutations permutations of the whole nested protocol. Intervals: OUT/<label>/<system>/report.md."
  for task in ${tasks//,/ }; do
    case $task in
      depression)
        has phq8 && has depressed || continue
        step depression
        printf '\n## Depression (table 5)\n\n| Model | RMSE | CCC | Acc | AUC |\n|---|---|---|---|---|\n'
        for system in "${systems[@]}"; do
          judge regress phq8 "$system" --learner rbf-svr
          judge classify depressed "$system" --learner rbf-svm --class-weights balanced
          echo "| $system |$(row phq8 "$system" rmse ccc)$(row depressed "$system" accuracy auc)"
        done ;;
      stress)
        has stress2 && has stress3 || continue
        step stress
        printf '\n## Stress (table 6)\n\n| Model | F1, two classes | balanced accuracy | F1, three classes | balanced accuracy |\n|---|---|---|---|---|\n'
        for system in "${systems[@]}"; do
          judge classify stress2 "$system" --learner rbf-svm --per-video
          judge classify stress3 "$system" --learner rbf-svm --per-video
          echo "| $system |$(row stress2 "$system" f1_weighted balanced_accuracy)$(row stress3 "$system" f1_weighted balanced_accuracy)"
        done ;;
      personality)
        has openness || continue
        step personality
        printf '\n## Personality (table 4)\n\n| Model | trait | Acc (1 − MAE) | CCC |\n|---|---|---|---|\n'
        for system in "${systems[@]}"; do
          for trait in openness conscientiousness extraversion agreeableness neuroticism; do
            has "$trait" || continue
            judge regress "$trait" "$system" --learner svr
            echo "| $system | $trait |$(row "$trait" "$system" one_minus_mae ccc)"
          done
        done ;;
      *) die "unknown task: $task (depression, stress, personality)" ;;
    esac
  done
  if [ -n "$planted" ]; then
    printf '\nPlanted: blinks, smiles and frowns follow the score; so do extraversion (fewer) and neuroticism (more). Openness, conscientiousness and agreeableness are noise: nothing should be found of them.\n'
  fi
} | tee "$out/tables.md"
