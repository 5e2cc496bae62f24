# shellcheck shell=bash disable=SC2154
# Address space from 350 MB to 1 GB in steps of 20, few open files, small files: exit status 0, 1 or 3 within a minute, and
# what is marked ok is what an unlimited run writes.
reference
start=$SECONDS runs=0 crashes=0 hangs=0 wrong=0 silent=0
# limited WHAT VALUE WORDS…
limited() {
  local what="$1" value="$2" status=0
  shift 2
  (
    ulimit "$what" "$value"
    exec timeout -s KILL 60 "$FACELEX" "$@" --quiet -j 8
  ) >"$work/last" 2>&1 </dev/null || status=$?
  runs=$((runs + 1))
  case "$status" in
    0 | 1 | 3) [ "$status" -eq 0 ] || [ -s "$work/last" ] || silent=$((silent + 1)) ;;
    137) hangs=$((hangs + 1)); echo "ulimit $what $value, no end: $*" >&2 ;;
    *) crashes=$((crashes + 1)); echo "ulimit $what $value, status $status: $*: $(tail -n 1 "$work/last")" >&2 ;;
  esac
  if [ -d "$work/limited" ]; then
    # Only what a manifest calls ok counts: a failed item may have no file.
    wrong=$((wrong + $(wrong_files "$work/limited")))
  fi
  rm -rf "$work/limited"
}
for ((megabytes = 350; megabytes <= 1000; megabytes += 20)); do
  limited -v $((megabytes * 1024)) fit "$study/landmarks" -o "$work/limited/fits"
  limited -v $((megabytes * 1024)) features summary "$study/codes" -o "$work/limited/summary.csv"
done
for megabytes in 300 400 450 500 600; do
  status=0
  (ulimit -v $((megabytes * 1024)); exec timeout -s KILL 60 "$FACELEX" --version) >"$work/last" 2>&1 || status=$?
  runs=$((runs + 1))
  case "$status" in
    0 | 3) ;;
    # The system's loader cannot map the libraries: the program has not begun.
    127) grep -q 'error while loading shared libraries' "$work/last" || crashes=$((crashes + 1)) ;;
    137) hangs=$((hangs + 1)); echo "ulimit -v ${megabytes} MB, no end: --version" >&2 ;;
    *) crashes=$((crashes + 1)); echo "ulimit -v ${megabytes} MB, status $status: --version: $(tail -n 1 "$work/last")" >&2 ;;
  esac
done
while IFS=$'\t' read -r -a words; do
  limited -n 16 "${words[@]}"
  limited -f 40 "${words[@]}"
done < <(commands "$work/limited")
row limits "$runs" "$crashes" "$hangs" "$wrong" "$silent" $((SECONDS - start)) "350 … 1000 MB of address space, 16 open files, files of 40 kB"
