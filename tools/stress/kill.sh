# shellcheck shell=bash disable=SC2154
# kill -9 at a random moment, then the same command again: nothing torn between, nothing missing after, nothing left over.
reference
start=$SECONDS kills=0 crashes=0 wrong=0 lost=0 leftovers=0
RANDOM=7
total="${FACELEX_STRESS_KILLS:-200}"
mapfile -t lines < <(commands "$work/killed")
each=$(((total + ${#lines[@]} - 1) / ${#lines[@]}))
for line in "${lines[@]}"; do
  IFS=$'\t' read -r -a words <<<"$line"
  for ((w = 0; w < ${#words[@]}; ++w)); do
    [ "${words[w]}" != -o ] || output="${words[w + 1]#"$work/killed/"}"
  done
  output="${output%%.*}"
  rm -rf "$work/killed"
  began=$(date +%s%N)
  "$FACELEX" "${words[@]}" --quiet >/dev/null 2>&1 </dev/null || true
  took_ms=$((($(date +%s%N) - began) / 1000000 + 1))
  for ((k = 0; k < each; ++k)); do
    rm -rf "$work/killed"
    "$FACELEX" "${words[@]}" --quiet >/dev/null 2>&1 </dev/null &
    pid=$!
    ms=$((RANDOM % took_ms))
    sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    kills=$((kills + 1))
    wrong=$((wrong + $(wrong_files "$work/killed")))
    status="$(bounded 300 "$FACELEX" "${words[@]}" --quiet)"
    [ "$status" -eq 0 ] || { crashes=$((crashes + 1)); echo "after a kill, status $status: ${words[*]}: $(tail -n 1 "$work/last")" >&2; }
    wrong=$((wrong + $(wrong_files "$work/killed")))
    # Everything that this command writes without a kill must be there now.
    digests "$work/killed" | sort >"$work/sums.now"
    lost=$((lost + $(grep -F "  ./$output" "$work/reference.sums" | sort | comm -23 - "$work/sums.now" | wc -l)))
    leftovers=$((leftovers + $(find "$work/killed" -name '.*' -type f | wc -l) + $(find "$work/killed" -name '*.checkpoint.safetensors' | wc -l)))
  done
done
rm -rf "$work/killed"
row "kill -9" "$kills" "$crashes" 0 $((wrong + lost)) "$leftovers" $((SECONDS - start)) "silent: temporary files left after the next run"
