#!/usr/bin/env bash
# clang-tidy over the whole program, a module at once; about eight minutes on two cores, twice that with the static
# analyzer. Run it before a change is called finished; CI does not have the time.
#   tools/tidy.sh               the checks of .clang-tidy but the static analyzer's
#   tools/tidy.sh --analyzer    these too
set -euo pipefail
cd "$(dirname "$0")/.."
checks=(--checks='-clang-analyzer-*')
[ "${1:-}" = "--analyzer" ] && checks=()

tools/setup.sh --tests
cmake --preset tidy >/dev/null
grep -o '"file": "[^"]*/Unity/[^"]*"' build/tidy/compile_commands.json | cut -d'"' -f4 | grep -v /tests/ |
  xargs -P "$(nproc)" -n 1 clang-tidy --quiet -p build/tidy "${checks[@]}" 2>/dev/null
