# shellcheck shell=bash disable=SC2154
# The same command again, with other thread counts and from a path of another length: the same bytes.
reference
start=$SECONDS runs=0 crashes=0 wrong=0
for threads in 1 2 3 8; do
  for name in again "a folder with a longer name and spaces $threads"; do
    out="$work/bytes/$name"
    rm -rf "$work/bytes"
    while IFS=$'\t' read -r -a words; do
      runs=$((runs + 1))
      status="$(bounded 300 "$FACELEX" "${words[@]}" --quiet -j "$threads")"
      [ "$status" -eq 0 ] || { crashes=$((crashes + 1)); echo "status $status: ${words[*]}" >&2; }
    done < <(commands "$out")
    wrong=$((wrong + $(lost_files "$out")))
  done
done
rm -rf "$work/bytes"
row bytes "$runs" "$crashes" 0 "$wrong" 0 $((SECONDS - start)) "1, 2, 3, 8 threads, two paths"
