#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, and runs all tests.
#   tools/test.sh [PRESET]     dev (default), asan, tsan or node
# Ends with how many tests ran, how many were skipped, and why. Tests on real data run when FACELEX_SHARED_DATA names the folder that holds it (../shared/data is found by itself).
set -euo pipefail
cd "$(dirname "$0")/.."
preset="${1:-dev}"

tools/setup.sh --tests
if [ -z "${FACELEX_SHARED_DATA:-}" ] && [ -d ../shared/data ]; then
  FACELEX_SHARED_DATA="$(realpath ../shared/data)"
  export FACELEX_SHARED_DATA
fi
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset"
status=0
ctest --preset "$preset" -j "$(nproc)" || status=$?

# GoogleTest says "<file>:<line>: Skipped", and on the next line why.
reasons=$(awk '/: Skipped$/ { getline; print }' "build/$preset/Testing/Temporary/LastTest.log" | sort | uniq -c | sort -rn)
if [ -n "$reasons" ]; then
  echo "Skipped tests, and why:"
  echo "$reasons"
fi
awk -v skipped="$(echo "$reasons" | awk '{ n += $1 } END { print n + 0 }')" '
  /^Test Passed\.$/ { passed++ } /^Test Failed\.$/ { failed++ }
  END { printf "%d tests passed, %d failed, %d skipped\n", passed, failed, skipped }' "build/$preset/Testing/Temporary/LastTest.log"
exit $status
