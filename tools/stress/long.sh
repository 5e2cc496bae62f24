# shellcheck shell=bash disable=SC2154
# One recording of a million frames through fit, coding and features, in flat memory.
start=$SECONDS runs=0 crashes=0 silent=0 wrong=0 note=""
cat >"$work/long.json" <<'JSON'
{"seed": 5, "fps": 30, "seconds": 33334, "noise_percent": 1, "groups": [{"name": "a", "subjects": 1,
 "behaviour": {"blink": {"rate_per_minute": 20}, "units": [{"unit": "AU12", "rate_per_minute": 10}]}}]}
JSON
# measured NAME WORDS…
measured() {
  local name="$1" status=0
  shift
  runs=$((runs + 1))
  /usr/bin/time -f '%e %M' -o "$work/time" timeout 1800 "$FACELEX" "$@" --quiet >/dev/null 2>"$work/last" </dev/null || status=$?
  [ "$status" -eq 0 ] || { crashes=$((crashes + 1)); echo "status $status: $*: $(tail -n 1 "$work/last")" >&2; }
  read -r seconds kilobytes < <(tail -n 1 "$work/time")
  [ "$kilobytes" -le 204800 ] || { silent=$((silent + 1)); echo "$* took $((kilobytes / 1024)) MB" >&2; }
  note="$note${note:+, }$name ${seconds} s, $((kilobytes / 1024)) MB"
}
measured simulate simulate "$work/long.json" -o "$work/long" --landmarks-only
measured fit fit "$work/long/landmarks" -o "$work/long/fits"
measured encode encode "$work/long/fits" --model "$study/model.safetensors" -o "$work/long/codes"
measured summary features summary "$work/long/codes" -o "$work/long/summary.csv"
measured bow encode "$work/long/fits" --model built-in -o "$work/long/tokens"
for file in "$work"/long/{landmarks,fits,codes}/S01_1.csv; do
  [ "$(wc -l <"$file")" -eq 1000021 ] || { wrong=$((wrong + 1)); echo "$file lost frames" >&2; }
done
rm -rf "$work/long"
row long "$runs" "$crashes" 0 "$wrong" "$silent" $((SECONDS - start)) "a million frames; silent: more than 200 MB; $note"
