# shellcheck shell=bash disable=SC2154
# No HOME, no TMPDIR, nothing at all, a locale with decimal commas, closed descriptors, output that nobody can take.
reference
mkdir -p "$work/locales"
start=$SECONDS runs=0 crashes=0 wrong=0 silent=0
comma="$(locale -a 2>/dev/null | grep -iE '^(de|fr)_..\.utf-?8$' | head -n 1 || true)"
if [ -z "$comma" ] && localedef -i de_DE -f UTF-8 "$work/locales/de_DE.UTF-8" 2>/dev/null; then
  export LOCPATH="$work/locales"
  comma=de_DE.UTF-8
fi
for kind in no-home no-tmpdir nothing comma stdin-closed stdout-closed stderr-closed; do
  [ "$kind" != comma ] || [ -n "$comma" ] || { note="; no locale with decimal commas here"; continue; }
  rm -rf "$work/odd"
  while IFS=$'\t' read -r -a words; do
    status=0
    runs=$((runs + 1))
    run=("$FACELEX" "${words[@]}" --quiet)
    case "$kind" in
      no-home) env -u HOME timeout 300 "${run[@]}" >/dev/null 2>&1 </dev/null || status=$? ;;
      no-tmpdir) TMPDIR=/nonexistent timeout 300 "${run[@]}" >/dev/null 2>&1 </dev/null || status=$? ;;
      nothing) env -i "$(command -v timeout)" 300 "${run[@]}" >/dev/null 2>&1 </dev/null || status=$? ;;
      comma) LC_ALL="$comma" timeout 300 "${run[@]}" >/dev/null 2>&1 </dev/null || status=$? ;;
      stdin-closed) timeout 300 "${run[@]}" >/dev/null 2>&1 <&- || status=$? ;;
      stdout-closed) timeout 300 "${run[@]}" >&- 2>/dev/null </dev/null || status=$? ;;
      stderr-closed) timeout 300 "${run[@]}" >/dev/null 2>&- </dev/null || status=$? ;;
    esac
    if [ "$status" -ne 0 ] && { [ "$kind" != stdout-closed ] || [ "$status" -ne 3 ]; }; then
      crashes=$((crashes + 1))
      echo "$kind, status $status: ${words[*]}" >&2
    fi
  done < <(commands "$work/odd")
  wrong=$((wrong + $(wrong_files "$work/odd")))
done
# What writes data to stdout must not end well when nobody takes it. --retry - writes only what failed.
mkdir -p "$work/broken"
echo 'no table' >"$work/broken/a.csv"
"$FACELEX" fit "$work/broken" -o "$work/failed" --quiet >/dev/null 2>&1 || true
for words in "status $study/fits" "model info $study/model.safetensors" "fit $study/landmarks -o $work/never --dry-run" "status $work/failed --retry -"; do
  runs=$((runs + 1))
  status=0
  # shellcheck disable=SC2086
  "$FACELEX" $words >/dev/full 2>/dev/null </dev/null || status=$?
  [ "$status" -eq 3 ] || { silent=$((silent + 1)); echo "full stdout, status $status: $words" >&2; }
done
row environment "$runs" "$crashes" 0 "$wrong" "$silent" $((SECONDS - start)) "HOME, TMPDIR, env -i, decimal commas, closed and full descriptors${note:-}"
