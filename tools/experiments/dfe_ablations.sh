#!/usr/bin/env bash
# The ablations of paper 002 (one stage, codebooks of 16 and 256, no orthogonality, no L1, a deeper decoder) and what
# is beyond the paper, on people of whom the truth is known: a simulated cohort of the built-in face. Learns a codebook
# for each, measures it on subjects that it has not seen, and prints a line for each, as tables 7 and 8 do.
#
#   tools/experiments/dfe_ablations.sh OUT [option of facelex learn dfe ...]
#
# OUT is made and kept: a second run goes on where the first ended. Options given (not those that the variants change)
# replace these defaults, which end in minutes: --encoder mlp --epochs 150 --batch 128 --standardize (the paper's vectors vary by about 1, those
# of the built-in face by 0.05: an L1 weight of 0.1 means something else). The paper's own training:
#   tools/experiments/dfe_ablations.sh OUT --encoder transformer --epochs 500 --batch 512
# Environment:
#   FACELEX   program (default build/release/bin/facelex, else facelex of the PATH)
#   COHORT    description of the people (default data/sample_cohort.json)
#   SUBJECTS  of each group (default 0: as the description says)
#   SEEDS     seeds of learning, one line of the table for each (default "1907")
#   VARIANTS  names of the lines wanted, default all: VARIANTS="default one-stage"
source "$(dirname "$0")/common.sh"

if [ $# -lt 1 ] || [[ "$1" == -* ]]; then usage >&2; exit 2; fi
out=$1 root=$here/../..
shift
mkdir -p "$out"
"$facelex" simulate "${COHORT:-$root/data/sample_cohort.json}" -o "$out/people" --landmarks-only --quiet \
  --subjects "${SUBJECTS:-0}"

printf '{"encoder": "mlp", "epochs": 150, "batch": 128, "standardize": true}\n' >"$out/quick.json"

# Every fifth person is met by no codebook before it is measured.
: >"$out/seen.txt"
: >"$out/new.txt"
awk -F, -v out="$out" 'NR > 1 {
  if (!($2 in person)) person[$2] = ++people
  print out "/people/truth/" $1 ".csv" >> (out (person[$2] % 5 ? "/seen.txt" : "/new.txt"))
}' "$out/people/labels.csv"
[ -s "$out/new.txt" ] || die "the cohort has fewer than five people; raise SUBJECTS"


variants=(
  "default"
  "one-stage --stages 1"
  "codebook-16 --codes 16"
  "codebook-256 --codes 256"
  "no-orthogonality --orthogonality 0"
  "no-l1 --sparsity 0"
  "displacement-0.1 --sparsity-on displacement"
  "displacement-1 --sparsity-on displacement --sparsity 1"
  "deeper-decoder --decoder-layers 3"
  "no-revival --revive-after 0"
  "kmeans-start --kmeans-start"
  "kmeans-start-no-revival --kmeans-start --revive-after 0"
)
# Of new people. used … NMI: measure diversity; VE, RMSE: measure reconstruction, VE-1 by the first code alone (- where
# there is one only); cosines between templates, of how far vertices go and of where: measure orthogonality.
header="variant                  seed   used  entropy  perplexity  NMI    VE     RMSE   VE-1   cosine |d|  cosine d"
echo "$header"
for line in "${variants[@]}"; do
  read -r name options <<<"$line"
  if [ -n "${VARIANTS:-}" ] && [[ " $VARIANTS " != *" $name "* ]]; then continue; fi
  for seed in ${SEEDS:-1907}; do
    folder=$out/$name-$seed
    mkdir -p "$folder"
    # shellcheck disable=SC2086  # a variant's options are words
    "$facelex" learn dfe --list "$out/seen.txt" -o "$folder/model.safetensors" --config "$out/quick.json" --device cpu \
      --quiet --seed "$seed" "$@" $options 2>"$folder/learn.log" || {
      cat "$folder/learn.log" >&2
      exit 1
    }
    for measure in diversity reconstruction; do
      "$facelex" measure $measure --list "$out/new.txt" -m "$folder/model.safetensors" -o "$folder/$measure.csv" --quiet
    done
    "$facelex" measure orthogonality -m "$folder/model.safetensors" --face built-in -o "$folder/orthogonality.csv" --quiet
    printf '%-24s %-6s %-5.0f %-8s %-11s %-6s %-6s %-6s %-6s %-11s %s\n' "$name" "$seed" \
      "$(figure "$folder/diversity.csv" units_used)" "$(figure "$folder/diversity.csv" normalized_entropy)" \
      "$(figure "$folder/diversity.csv" perplexity)" "$(figure "$folder/diversity.csv" mean_nmi)" \
      "$(figure "$folder/reconstruction.csv" variance_explained_about_mean)" \
      "$(figure "$folder/reconstruction.csv" rmse)" \
      "$(figure "$folder/reconstruction.csv" variance_explained_about_mean_stage_1)" \
      "$(figure "$folder/orthogonality.csv" magnitude_cosine)" "$(figure "$folder/orthogonality.csv" signed_cosine)"
  done
done
