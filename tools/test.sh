#!/usr/bin/env bash
# Installs what is missing, builds with warnings as errors, and runs all tests.
#   tools/test.sh [PRESET]     dev (default), asan, tsan or node
# Tests on real data run when FACELEX_SHARED_DATA names the folder that holds it (../shared/data is found by itself).
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
ctest --test-dir "build/$preset" --output-on-failure -j "$(nproc)"
