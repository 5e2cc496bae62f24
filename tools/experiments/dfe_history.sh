#!/usr/bin/env bash
# Whether an encoder that sees the frames before the present one (facelex learn dfe --history) codes it better, or more
# steadily: learns codebooks with 0, 2 and 5 frames of history, measures them on people that they have not seen, and
# prints a line for each.
#
#   tools/experiments/dfe_history.sh OUT [option of facelex learn dfe ...]
#
# Without RECORDINGS the people are simulated and their true activations are coded, as in dfe_ablations.sh, whose options
# are the default here too: --encoder mlp --epochs 150 --batch 128 --standardize. OUT is made and kept: a second run goes
# on where the first ended.
# Environment:
#   FACELEX     program (default build/release/bin/facelex, else facelex of the PATH)
#   RECORDINGS  folder of recordings to learn from instead; every third, by name, is measured and not learnt from
#   COHORT, SUBJECTS, SEEDS (default "1907 1908")   as in dfe_ablations.sh
#   HISTORY     frames of history wanted (default "0 2 5")
source "$(dirname "$0")/common.sh"

if [ $# -lt 1 ] || [[ "$1" == -* ]]; then usage >&2; exit 2; fi
out=$1 root=$here/../..
shift
mkdir -p "$out"
printf '{"encoder": "mlp", "epochs": 150, "batch": 128, "standardize": true}\n' >"$out/quick.json"
: >"$out/seen.txt"
: >"$out/new.txt"
if [ -n "${RECORDINGS:-}" ]; then
  n=0
  for file in "$RECORDINGS"/[0-9]*.csv; do
    n=$((n + 1))
    if ((n % 3)); then echo "$file" >>"$out/seen.txt"; else echo "$file" >>"$out/new.txt"; fi
  done
else
  "$facelex" simulate "${COHORT:-$root/data/sample_cohort.json}" -o "$out/people" --landmarks-only --quiet \
    --subjects "${SUBJECTS:-0}"
  awk -F, -v out="$out" 'NR > 1 {
    if (!($2 in person)) person[$2] = ++people
    print out "/people/truth/" $1 ".csv" >> (out (person[$2] % 5 ? "/seen.txt" : "/new.txt"))
  }' "$out/people/labels.csv"
fi
[ -s "$out/new.txt" ] || die "too few people or recordings to set some aside"


# Share of the tokens of a stage that are not those of the frame before it (of the row before, with a face in both), then
# the share of frames whose first token is another, then of frames whose set of tokens is.
changes() {
  awk -F, 'FNR == 1 { split("", at); stages = 0; ok = 0
      for (i = 1; i <= NF; ++i) { if ($i ~ /^q[0-9]+$/) at[++stages] = i; if ($i == "success") ok = i }
      before = 0; next }
    stages == 0 { next }  # not of codes
    { whole = $ok == 1
      if (whole && before) {
        ++frames; split("", count)
        for (s = 1; s <= stages; ++s) {
          ++all; changed += $at[s] != last[s]; if (s == 1) first += $at[s] != last[s]
          ++count[$at[s]]; --count[last[s]]
        }
        other = 0; for (token in count) if (count[token] != 0) other = 1
        sets += other
      }
      for (s = 1; s <= stages; ++s) last[s] = $at[s]
      before = whole }
    END { printf "%.3f %.3f %.3f", changed / all, first / frames, sets / frames }' "$1"/*.csv
}

# Of new people: used … VE-1 as in dfe_ablations.sh; changes, first and sets: tokens that are others than one frame before.
echo "history seed   used  entropy  NMI    VE     RMSE   VE-1   changes  first  sets"
for history in ${HISTORY:-0 2 5}; do
  for seed in ${SEEDS:-1907 1908}; do
    folder=$out/history-$history-$seed
    mkdir -p "$folder"
    "$facelex" learn dfe --list "$out/seen.txt" -o "$folder/model.safetensors" --config "$out/quick.json" --device cpu \
      --quiet --seed "$seed" --history "$history" "$@" 2>"$folder/learn.log" || {
      cat "$folder/learn.log" >&2
      exit 1
    }
    for measure in diversity reconstruction; do
      "$facelex" measure $measure --list "$out/new.txt" -m "$folder/model.safetensors" -o "$folder/$measure.csv" --quiet
    done
    "$facelex" encode --list "$out/new.txt" -m "$folder/model.safetensors" -o "$folder/codes" --quiet
    read -r changed first sets <<<"$(changes "$folder/codes")"
    printf '%-7s %-6s %-5.0f %-8s %-6s %-6s %-6s %-6s %-8s %-6s %s\n' "$history" "$seed" \
      "$(figure "$folder/diversity.csv" units_used)" "$(figure "$folder/diversity.csv" normalized_entropy)" \
      "$(figure "$folder/diversity.csv" mean_nmi)" \
      "$(figure "$folder/reconstruction.csv" variance_explained_about_mean)" \
      "$(figure "$folder/reconstruction.csv" rmse)" \
      "$(figure "$folder/reconstruction.csv" variance_explained_about_mean_stage_1)" "$changed" "$first" "$sets"
  done
done
