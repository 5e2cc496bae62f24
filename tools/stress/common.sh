# shellcheck shell=bash disable=SC2154
# What the campaigns share: a small study, every command over it, and the judge of what a run has left.
# The campaigns are sourced by tools/stress.sh, which sets work, table and FACELEX.

# prepare: inputs of all commands, made once.
prepare() {
  study="$work/study"
  mkdir -p "$study"
  cat >"$work/cohort.json" <<'JSON'
{"seed": 3, "fps": 25, "seconds": 4, "noise_percent": 1, "groups": [
  {"name": "a", "subjects": 6, "behaviour": {"blink": {"rate_per_minute": 20}, "head": {"yaw_sd_deg": 5},
   "units": [{"unit": "AU12", "rate_per_minute": 30}, {"unit": "AU04", "rate_per_minute": 20}]}},
  {"name": "b", "subjects": 6, "behaviour": {"blink": {"rate_per_minute": 40}, "head": {"yaw_sd_deg": 5},
   "units": [{"unit": "AU01", "rate_per_minute": 30}, {"unit": "AU26", "rate_per_minute": 20}]}}]}
JSON
  "$FACELEX" simulate "$work/cohort.json" -o "$study" --landmarks-only --quiet
  "$FACELEX" fit "$study/landmarks" -o "$study/fits" --quiet
  "$FACELEX" standardize "$study/landmarks" -o "$study/motion" --quiet
  "$FACELEX" learn facial-basis "$study/fits" -o "$study/model.safetensors" --quiet
  "$FACELEX" encode "$study/fits" --model "$study/model.safetensors" -o "$study/codes" --quiet
  "$FACELEX" encode "$study/fits" --model built-in -o "$study/tokens" --quiet
  "$FACELEX" features summary "$study/codes" -o "$study/features.csv" --quiet
}

# commands OUT: one line for each command that writes, its words separated by tabs; everything goes below OUT.
commands() {
  local out="$1"
  printf '%s\t' fit "$study/landmarks" -o "$out/fits"; echo
  printf '%s\t' standardize "$study/landmarks" -o "$out/motion"; echo
  printf '%s\t' learn facial-basis "$study/fits" -o "$out/model.safetensors"; echo
  printf '%s\t' learn pca "$study/fits" -o "$out/pca.safetensors"; echo
  printf '%s\t' encode "$study/fits" --model "$study/model.safetensors" -o "$out/codes"; echo
  printf '%s\t' encode "$study/fits" --model built-in -o "$out/tokens"; echo
  printf '%s\t' decode "$study/codes" --model "$study/model.safetensors" -o "$out/decoded"; echo
  printf '%s\t' features summary "$study/codes" -o "$out/summary.csv"; echo
  printf '%s\t' features wcc "$study/codes" --window 1 --step 0.5 --lag 0.2 -o "$out/wcc.csv"; echo
  printf '%s\t' features bow "$study/tokens" -o "$out/bow.csv"; echo
  printf '%s\t' evaluate classify --features "$study/features.csv" --labels "$study/labels.csv" --folds 3 --missing impute --permutations 20 -o "$out/result"; echo
  printf '%s\t' simulate "$work/cohort.json" -o "$out/cohort" --landmarks-only; echo
}

# digests FOLDER: every file that a run has left, but for manifests (times), curves and checkpoints, with its SHA-256.
digests() {
  (cd "$1" 2>/dev/null && find . -type f ! -name 'manifest*' ! -name '*.curve.csv' ! -name '*.checkpoint.safetensors' ! -name '.*' -print0 |
    sort -z | xargs -0 -r sha256sum)
}

# reference: what every command writes when nothing goes wrong, in $work/reference; once.
reference() {
  [ -d "$work/reference" ] && return
  commands "$work/reference" | while IFS=$'\t' read -r -a words; do
    "$FACELEX" "${words[@]}" --quiet -j 2 >/dev/null </dev/null || { echo "stress: failed without a fault: ${words[*]}" >&2; exit 1; }
  done
  digests "$work/reference" >"$work/reference.sums"
}

# wrong_files FOLDER: how many complete-looking files differ from the reference (a file that is not there is not wrong).
wrong_files() {
  digests "$1" | sort >"$work/sums.now"
  sort "$work/reference.sums" | comm -13 - "$work/sums.now" | wc -l
}
# lost_files FOLDER: how many files of the reference are missing or differ.
lost_files() {
  digests "$1" | sort >"$work/sums.now"
  sort "$work/reference.sums" | comm -23 - "$work/sums.now" | wc -l
}

# bounded SECONDS COMMAND…: its exit status, 124 when it did not end in time (it is killed then); output in $work/last.
bounded() {
  local seconds="$1"
  shift
  local status=0
  timeout -s KILL "$seconds" "$@" >"$work/last" 2>&1 </dev/null || status=$?
  [ "$status" -eq 137 ] && status=124
  echo "$status"
}

# row CAMPAIGN RUNS CRASHES HANGS WRONG SILENT SECONDS NOTE
row() {
  (IFS=$'\t'; echo "$*") >>"$table"
}
