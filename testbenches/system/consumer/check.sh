#!/usr/bin/env bash
# Installs a build into a scratch prefix, then configures, builds and runs the consumer against it.
#   check.sh BUILD_FOLDER SCRATCH_FOLDER WITH_MODEL(ON|OFF) COMPILER [CXX_FLAGS]
set -euo pipefail

build=$1 scratch=$2 with_model=$3 compiler=$4 flags=${5:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

expect() {
  local output
  output=$("$1")
  echo "$1: $output"
  if [[ $output != "$2" ]]; then
    echo "expected: $2"
    exit 1
  fi
}

rm -rf "$scratch"
trap 'rm -rf "$scratch"' EXIT
cmake --install "$build" --prefix "$scratch/prefix" >/dev/null
# Not beside our sources: nothing but the installed package may be found.
cp -r "$here" "$scratch/project"
cmake -G Ninja -S "$scratch/project" -B "$scratch/build" -DCMAKE_PREFIX_PATH="$scratch/prefix" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_C_FLAGS="$flags" -DWITH_MODEL="$with_model" \
  -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
cmake --build "$scratch/build"
expect "$scratch/build/use_core" "cells 209600"
if [[ $with_model == ON ]]; then
  expect "$scratch/build/use_model" "tiles 32, chip elaborated"
  expect "$scratch/build/use_library" "chip of 4 x 8 tiles"

  # Without CMake, as a Makefile would.
  library=$(dirname "$(find "$scratch/prefix" -name libkirchhoff.so)")
  export PKG_CONFIG_PATH=$library/pkgconfig LD_LIBRARY_PATH=$library
  # shellcheck disable=SC2046,SC2086
  cc -std=c99 -pedantic -Wall -Wextra -Werror $flags "$scratch/project/use_library.c" \
    $(pkg-config --cflags --libs kirchhoff) -o "$scratch/use_pkg_config"
  expect "$scratch/use_pkg_config" "chip of 4 x 8 tiles"

  # Python finds the library beside its module; a sanitized one needs more than this.
  if [[ -z $flags ]] && command -v python3 >/dev/null; then
    printf '#!%s\nfrom kirchhoff import Chip\nprint("chip", Chip().read("HOST_MESH_SHAPE"))\n' "$(command -v python3)" \
      >"$scratch/use_python"
    chmod +x "$scratch/use_python"
    export PYTHONPATH=$library/kirchhoff/python
    expect "$scratch/use_python" "chip 262152"
  fi
fi
