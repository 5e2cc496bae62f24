# shellcheck shell=bash disable=SC2154
# A video of two hours at one frame a second: every frame a row, with its time stamp.
start=$SECONDS wrong=0 crashes=0
if ! command -v ffmpeg >/dev/null; then
  row slow 0 0 0 0 0 0 "skipped: no ffmpeg"
else
  cat >"$work/slow.json" <<'JSON'
{"seed": 9, "fps": 1, "seconds": 60, "width": 320, "height": 240, "groups": [{"name": "a", "subjects": 1, "behaviour": {"blink": {"rate_per_minute": 10}}}]}
JSON
  "$FACELEX" simulate "$work/slow.json" -o "$work/slow" --quiet
  ffmpeg -v error -stream_loop 119 -i "$work"/slow/videos/*.mp4 -c copy "$work/slow/long.mp4" </dev/null
  status="$(bounded 1800 "$FACELEX" extract "$work/slow/long.mp4" -o "$work/slow/landmarks" --quiet)"
  [ "$status" -eq 0 ] || { crashes=1; tail -n 1 "$work/last" >&2; }
  rows=$(($(wc -l <"$work/slow/landmarks/long.csv") - 1))
  frames=$(ffprobe -v error -count_packets -select_streams v:0 -show_entries stream=nb_read_packets -of csv=p=0 "$work/slow/long.mp4")
  last=$(tail -n 1 "$work/slow/landmarks/long.csv" | cut -d, -f3)
  [ "$rows" -eq "${frames%%,*}" ] || wrong=1
  row slow 1 "$crashes" 0 "$wrong" 0 $((SECONDS - start)) "two hours at 1 f/s: $rows rows, $frames frames, last at $last s"
  rm -rf "$work/slow"
fi
