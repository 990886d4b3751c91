#!/bin/sh
# programs.sh BUILD SOURCE COMPILER...: installs BUILD into an empty folder, then compiles and runs each program of
# SOURCE, those of the guide docs/library.md, against what was installed. A program ends with 0 where it has reached what
# it is for, and with 77 where data that it needs is not on this machine.
set -eu
build=$1
source=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
meson install -C "$build" --no-rebuild --quiet --destdir "$work/root"
libraries=$(dirname "$(dirname "$(find "$work/root" -name gandsl.pc)")")
export PKG_CONFIG_PATH="$libraries/pkgconfig" LD_LIBRARY_PATH="$libraries"
flags=$(pkg-config --cflags --libs gandsl)

failures=0
run=0
for program in "$source"/*.cpp; do
    name=$(basename "$program" .cpp)
    # shellcheck disable=SC2086
    if ! "$@" -std=c++20 -Wall -Wextra -Werror "$program" $flags -pthread -o "$work/$name"; then
        echo "FAILED: $name does not compile"
        failures=$((failures + 1))
        continue
    fi
    code=0
    "$work/$name" || code=$?
    [ "$code" = 77 ] || run=$((run + 1))
    [ "$code" = 0 ] || [ "$code" = 77 ] || { echo "FAILED: $name stopped with $code"; failures=$((failures + 1)); }
done
[ "$run" -ge 8 ] || { echo "FAILED: only $run programs ran"; exit 1; }
[ "$failures" = 0 ]
