#!/usr/bin/env bash
# The generated header as strict C99 and as C++, by the system's compilers; the program must return 0.
#   check_register_header.sh FOLDER_OF_HEADER SCRATCH CXX
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$2"
cc=$(command -v gcc || command -v cc || command -v clang) || {
  echo "no C compiler is installed"
  exit 77
}
"$cc" -std=c99 -Wall -Wextra -Wpedantic -Wconversion -Werror -I "$1" "$here/registers_in_c.c" -o "$2/registers_in_c"
"$2/registers_in_c"
"$3" -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c++ "$1/kirchhoff_registers.h" 2>"$2/cxx.txt" || {
  cat "$2/cxx.txt"
  exit 1
}
