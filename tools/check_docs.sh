#!/usr/bin/env bash
# Every link and every file that a page of Markdown names exists: links relative to the page, folders from the top, files
# as the end of some file's path: `fit/fit.hpp`.
set -euo pipefail
cd "$(dirname "$0")/.."

files=$(mktemp)
git ls-files --cached --others --exclude-standard >"$files"
wrong=$(git ls-files --cached --others --exclude-standard '*.md' | while read -r page; do
  grep -oE '\]\([^)#: ]+' "$page" | cut -c3- | sort -u | while read -r link; do
    [ -e "$(dirname "$page")/$link" ] || echo "$page: the link $link leads nowhere"
  done
  grep -oE '`(src|include|tests|tools|docs|data|\.ci)/[A-Za-z0-9_/-]*`' "$page" | tr -d '`' | sort -u | while read -r path; do
    [ -e "$path" ] || echo "$page: there is no $path"
  done
  grep -oE '`[A-Za-z0-9_/-]+\.(cpp|hpp|sh|py)`' "$page" | tr -d '`' | sort -u | while read -r name; do
    grep -qE "(^|/)${name//./\\.}$" "$files" || echo "$page: no file is called $name"
  done
done || true)
rm "$files"
if [ -n "$wrong" ]; then
  echo "$wrong" >&2
  exit 1
fi
