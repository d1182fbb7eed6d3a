#!/usr/bin/env bash
# The library shows what its headers declare, sc_main, and nothing else.
#   check_exports.sh LIBRARY HEADER...
set -euo pipefail

library=$1
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
nm -D --defined-only "$library" | awk '{print $3}' | sort >"$scratch/shown"
# Declarations of functions: a name before a bracket, outside of comments.
cat "$@" | awk 'BEGIN { RS = "\\*/"; } { sub(/\/\*.*/, ""); print }' | grep -v '^ *#' |
  grep -oE '\bkirchhoff_[a-z0-9_]+\(' | tr -d '(' | { cat; echo sc_main; } | sort -u >"$scratch/declared"
diff "$scratch/declared" "$scratch/shown" >"$scratch/difference" || {
  echo "declared in the headers (<) and shown by $library (>) differ:"
  cat "$scratch/difference"
  exit 1
}
echo "$(wc -l <"$scratch/shown") names, all declared"
