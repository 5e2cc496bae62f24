# shellcheck shell=bash disable=SC2154
# 10,000 recordings: features stay flat in memory (at most 200 MB). Folders of 1,000, 10,000 and 50,000 outputs: status is
# linear in time and ends at a signal.
start=$SECONDS runs=0 crashes=0 hangs=0 silent=0 note=""
mkdir -p "$work/many"
for ((i = 0; i < 10000; ++i)); do
  name="$(printf 'R%05d' "$i")"
  from="$(printf 'S%02d_1' $((i % 12 + 1)))"
  ln "$study/codes/$from.csv" "$work/many/$name.csv"
  ln "$study/codes/$from.json" "$work/many/$name.json"
done
# measured WORDS…: runs and adds "words: seconds, MB" to the note.
measured() {
  local status=0
  runs=$((runs + 1))
  /usr/bin/time -f '%e %M' -o "$work/time" timeout 900 "$FACELEX" "$@" >/dev/null 2>"$work/last" </dev/null || status=$?
  [ "$status" -eq 0 ] || { crashes=$((crashes + 1)); echo "status $status: $*: $(tail -n 1 "$work/last")" >&2; }
  read -r seconds kilobytes < <(tail -n 1 "$work/time")
  [ "$kilobytes" -le 204800 ] || { silent=$((silent + 1)); echo "$* took $((kilobytes / 1024)) MB" >&2; }
  note="$note${note:+, }$1 ${2##*/}: ${seconds} s, $((kilobytes / 1024)) MB"
}
measured features summary "$work/many" -o "$work/many.csv" --quiet
measured encode "$study/fits" --model "$study/model.safetensors" -o "$work/many.codes" --quiet
for count in 1000 10000 50000; do
  folder="$work/many.$count"
  mkdir -p "$folder"
  head -n 1 "$work/many.codes/manifest.csv" >"$folder/manifest.csv"
  row="$(sed -n 's/^[^,]*,[^,]*,ok,/,ok,/p;T;q' "$work/many.codes/manifest.csv")"
  for ((i = 0; i < count; ++i)); do printf 'in/R%05d.csv,R%05d%s\n' "$i" "$i" "$row"; done >>"$folder/manifest.csv"
  (cd "$folder" && seq -f 'R%05.0f.csv' 0 $((count - 1)) | xargs touch && seq -f 'R%05.0f.json' 0 $((count - 1)) | xargs touch)
  measured status "$folder"
done
status=0
timeout -k 5 -s INT 0.3 "$FACELEX" status "$folder" >/dev/null 2>&1 || status=$?
runs=$((runs + 1))
case "$status" in
  124) ;;
  137) hangs=$((hangs + 1)); echo "status goes on for 5 s after SIGINT" >&2 ;;
  *) note="$note, status ended before it could be stopped" ;;
esac
rm -rf "$work/many" "$work"/many.*
row many "$runs" "$crashes" "$hangs" 0 "$silent" $((SECONDS - start)) "silent: more than 200 MB; $note"
