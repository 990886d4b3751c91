#!/bin/sh
# embed.sh BUILD SOURCE COMPILER...: installs BUILD into an empty folder and embeds it from another, as a user would:
# through pkg-config, in double, and through CMake. SOURCE holds the programs, the lines that must not compile and what the
# compiler says, and CMakeLists.txt.
set -eu
build=$1
source=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

meson install -C "$build" --no-rebuild --quiet --destdir "$work/root"
package=$(find "$work/root" -name gandsl.pc)
[ -n "$package" ] || { echo "no gandsl.pc was installed"; exit 1; }
libraries=$(dirname "$(dirname "$package")")
prefix=$(dirname "$(find "$work/root" -type d -path '*/include' -prune)")
headers=$prefix/include
export PKG_CONFIG_PATH="$libraries/pkgconfig" LD_LIBRARY_PATH="$libraries"
mkdir "$work/user"
cp "$source/linear_regression.cpp" "$source/CMakeLists.txt" "$work/user"
cd "$work/user"

recovers() {  # HOW PROGRAM
    found=$("$2") || fail "$1: the program stopped with $?"
    if [ "$found" = "2.000 -1.000 0.500 0.250" ]; then
        echo "$1: recovered the weights $found"
    else
        fail "$1: the weights are 2 -1 0.5 0.25, found '$found'"
    fi
}

flags=$(pkg-config --cflags --libs gandsl)
# shellcheck disable=SC2086
"$@" -std=c++20 -O2 linear_regression.cpp $flags -o single
recovers "pkg-config" ./single
# shellcheck disable=SC2086
"$@" -std=c++20 -O2 -DGANDSL_DOUBLE linear_regression.cpp $flags -o double
recovers "pkg-config, in double" ./double

# What is written first compiles and gives what is right, or is refused with what to write instead.
cp "$source/first_lines.cpp" .
# shellcheck disable=SC2086
for precision in '' -DGANDSL_DOUBLE; do
    "$@" -std=c++20 $precision first_lines.cpp $flags -o first_lines && ./first_lines ||
        fail "first lines $precision"
done
# One compilation of them all: each is a function, and each message is in as many errors as lines have it.
{
    echo '#include <gandsl/autodiff.hpp>'
    awk -F' *[|] *' '{ printf "void f%d(gandsl::Var x, gandsl::Var y) { %s (void)y; }\n", NR, $1 }' "$source/refused_lines.txt"
} >refused.cpp
# shellcheck disable=SC2086
"$@" -std=c++20 -fsyntax-only $flags refused.cpp 2>refused.txt && fail "lines that are to be refused compile"
[ "$(wc -l <"$source/refused_lines.txt")" -gt 10 ] || fail "the lines that are to be refused are missing"
while IFS='|' read -r line message; do
    message=${message# }
    wanted=$(grep -cF "| $message" "$source/refused_lines.txt")
    found=$(grep error refused.txt | grep -cF "$message" || true)
    [ "$found" = "$wanted" ] || fail "'$line' and its like: $found of $wanted errors say '$message'"
done <"$source/refused_lines.txt"

# An older C++ is told which one it takes.
# shellcheck disable=SC2086
"$@" -std=c++17 -fsyntax-only $flags linear_regression.cpp 2>errors.txt && fail "C++17 is accepted"
grep -q "compile with -std=c++20" errors.txt || fail "C++17 is not told what to write: $(head -3 errors.txt)"

# Each header stands alone, and none brings a library that its user did not ask for.
for header in "$headers"/gandsl/*.hpp; do
    name=gandsl/$(basename "$header")
    echo "#include <$name>" >alone.cpp
    # shellcheck disable=SC2086
    "$@" -std=c++20 -fsyntax-only $flags alone.cpp 2>errors.txt || fail "<$name> does not compile alone: $(head -3 errors.txt)"
    # shellcheck disable=SC2086
    brought=$("$@" -std=c++20 -M $flags alone.cpp 2>/dev/null |
        grep -oE '[^ ]*(tao/pegtl|nlohmann|cblas|xtensor-blas|CLI/|boost/)[^ ]*' || true)
    [ -z "$brought" ] || fail "<$name> brings $brought"
done

# CMake takes the compiler as one word and its arguments as flags; Meson may have put a compiler cache before it.
[ "$(basename "$1")" != ccache ] || shift
compiler=$1
shift
mkdir cmake
(cd cmake && cmake -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_CXX_FLAGS="$*" .. && ninja) >cmake.log 2>&1 || { cat cmake.log; fail "CMake did not build the program"; }
[ ! -x cmake/linear_regression ] || recovers "CMake" cmake/linear_regression

[ "$failures" = 0 ]
