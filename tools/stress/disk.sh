# shellcheck shell=bash disable=SC2154
# A disk of 1 MB that fills up, and one that cannot be written: exit status 1 or 3, a line that says so, no wrong file.
reference
start=$SECONDS runs=0 crashes=0 hangs=0 wrong=0 silent=0
if [ "$(id -u)" -ne 0 ]; then
  row disk 0 0 0 0 0 0 "skipped: a tmpfs needs root"
else
  mkdir -p "$work/disk"
  for kind in full read-only; do
    while IFS=$'\t' read -r -a words; do
      mount -t tmpfs -o size=1m tmpfs "$work/disk"
      [ "$kind" = full ] && head -c 700000 /dev/zero >"$work/disk/ballast"
      mkdir -p "$work/disk/out"
      [ "$kind" = read-only ] && mount -o remount,ro "$work/disk"
      status="$(bounded 300 "$FACELEX" "${words[@]}" --quiet)"
      runs=$((runs + 1))
      case "$status" in
        0) [ "$kind" = full ] || { silent=$((silent + 1)); echo "$kind disk, status 0: ${words[*]}" >&2; } ;;
        1 | 3) [ -s "$work/last" ] || { silent=$((silent + 1)); echo "$kind disk, no word: ${words[*]}" >&2; } ;;
        124) hangs=$((hangs + 1)) ;;
        *) crashes=$((crashes + 1)); echo "$kind disk, status $status: ${words[*]}: $(tail -n 1 "$work/last")" >&2 ;;
      esac
      wrong=$((wrong + $(wrong_files "$work/disk/out")))
      umount "$work/disk"
    done < <(commands "$work/disk/out")
  done
  row disk "$runs" "$crashes" "$hangs" "$wrong" "$silent" $((SECONDS - start)) "full (300 kB left) and read-only"
fi
