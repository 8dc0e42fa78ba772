#!/bin/sh
# tests/arch/format.sh SOURCE - every C file is as clang-format 14 makes it (.clang-format; ./dev fmt).
set -eu
cd "$1"
find src tests fuzz -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run --Werror
