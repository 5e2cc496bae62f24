#!/usr/bin/env bash
# Coverage-guided fuzzing of every reader of files, under AddressSanitizer and UndefinedBehaviorSanitizer.
#   tools/fuzz.sh [SECONDS [READER...]]   SECONDS for each reader (12: two minutes in all); all readers
# What it finds lies in build/fuzz/found, and its corpora, which grow from run to run, in build/fuzz/corpus. An input
# that ends a reader becomes a test beside that reader's; its cure is checked with build/fuzz/bin/fuzz_READER FILE.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-12}"
readers=("${@:2}")
[ ${#readers[@]} -gt 0 ] || mapfile -t readers < <(sed -n 's/^\([a-z][a-z0-9_]*\) .*/\1/p' tools/fuzz/readers.txt)

tools/setup.sh --fuzz
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz >/dev/null
mkdir -p build/fuzz/found
failed=0
printf '%-12s %10s %9s  %s\n' reader inputs 'a second' outcome
for reader in "${readers[@]}"; do
  corpus="build/fuzz/corpus/$reader"
  read -r -a others < <(sed -n "s/^$reader [0-9]* *//p" tools/fuzz/readers.txt)
  seeds=("tools/fuzz/corpus/$reader" "${others[@]}")
  # The HDF5 library asks for what a damaged superblock says, 4 GB at most, and then finds the file too short.
  most_at_once=1024
  [ "$reader" = hdf5 ] && most_at_once=8192
  mkdir -p "$corpus" "${seeds[0]}"
  log="build/fuzz/$reader.log"
  outcome=fine
  "build/fuzz/bin/fuzz_$reader" -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb="$most_at_once" \
    -artifact_prefix="build/fuzz/found/$reader-" -print_final_stats=1 "$corpus" "${seeds[@]}" >"$log" 2>&1 ||
    { outcome="see $log"; failed=1; }
  printf '%-12s %10s %9s  %s\n' "$reader" "$(sed -n 's/stat::number_of_executed_units: *//p' "$log")" \
    "$(sed -n 's/stat::average_exec_per_sec: *//p' "$log")" "$outcome"
done
exit "$failed"
