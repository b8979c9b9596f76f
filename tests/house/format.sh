#!/bin/sh
# clang-format's verdict on every C++ file; exit 77 (skipped) where it is not installed.
cd "$(dirname "$0")/../.." || exit 1
command -v clang-format >/dev/null || { echo "skipped: clang-format is not installed"; exit 77; }
find src tests include bench examples -name '*.cpp' -print0 -o -name '*.h' -print0 |
  xargs -0 clang-format --dry-run -Werror
