#!/usr/bin/env bash
# The C driver as a kernel or boot loader would compile it: strict C11 without a library, and nothing is left to be
# linked but the four functions that every compiler may call.
#   check_driver_is_portable.sh FOLDER_OF_DRIVER FOLDER_OF_REGISTER_HEADER SCRATCH
set -euo pipefail

mkdir -p "$3"
cc=$(command -v gcc || command -v cc || command -v clang) || {
  echo "no C compiler is installed"
  exit 77
}
objects=()
for source in "$1"/*.c; do
  object=$3/$(basename "$source").o
  "$cc" -std=c11 -ffreestanding -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I "$1" -I "$2" -c "$source" -o "$object"
  objects+=("$object")
done
defined=$(nm --defined-only "${objects[@]}" | awk 'NF == 3 {print $3}' | sort -u)
wanted=$(nm --undefined-only "${objects[@]}" | awk '$1 == "U" {print $2}' | sort -u)
left=$(comm -13 <(printf '%s\n' "$defined") <(printf '%s\n' "$wanted") |
  grep -vE '^(memcpy|memset|memmove|memcmp|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_)$' || true)
if [[ -n $left ]]; then
  printf 'the driver needs functions that it should not:\n%s\n' "$left"
  exit 1
fi
outside=$(nm --defined-only "${objects[@]}" | awk '$2 ~ /^[TDBRC]$/ && $3 !~ /^kirchhoff_/ {print $3}')
if [[ -n $outside ]]; then
  printf 'the driver defines names that are not kirchhoff_...:\n%s\n' "$outside"
  exit 1
fi
state=$(nm --defined-only "${objects[@]}" | awk '$2 ~ /^[DdBbC]$/ && $3 !~ /^(causes|groups)$/ {print $3}')
if [[ -n $state ]]; then
  printf 'the driver has state of its own:\n%s\n' "$state"
  exit 1
fi
