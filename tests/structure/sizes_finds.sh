#!/bin/sh
# sizes_finds.sh CHECK: what is too long, planted alone in a tree that is in order, must be reported by CHECK.
set -eu
check=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
# The exceptions are of the sources; none of them is in this tree.
sed "/^exceptions='/,/^'/{/^exceptions='/!{/^'/!d}}" "$check" >"$tree/check.sh"
chmod +x "$tree/check.sh"
check=$tree/check.sh
failures=0

# COUNT TEXT: the line so often.
repeated() {
    awk -v count="$1" -v line="$2" 'BEGIN { for (i = 0; i < count; i++) print line }'
}
# LINES INDENT [HEADER]: a function of so many lines.
function_of() {
    echo "$2${3:-int add(int a, int b) {}"
    repeated $(($1 - 2)) "$2    a += b;"
    echo "$2}"
}
# MEMBERS: a class of so many.
class_of() {
    echo "class Large {"
    echo "  public:"
    repeated $(($1 - 1)) "    int member = 0;  ///< each on its line"
    function_of 5 "    "
    echo "};"
}
sound() {
    rm -rf "$tree/dsl"
    mkdir -p "$tree/dsl"
    { function_of 80 ""; echo; class_of 30; } >"$tree/dsl/good.cpp"
    repeated 600 "int x = 0;" >"$tree/dsl/long.hpp"
}
# WHAT: dsl/bad.cpp was planted, and must be reported by the name of what is too long in it.
reported() {
    if output=$("$check" "$tree"); then
        echo "not reported: $1"
        failures=$((failures + 1))
    elif ! echo "$output" | grep "^dsl/bad.cpp: " | grep -qF "$1"; then
        echo "reported otherwise: $1: $output"
        failures=$((failures + 1))
    fi
    sound
}

sound
"$check" "$tree" >/dev/null || { echo "a tree in order was reported"; "$check" "$tree"; failures=$((failures + 1)); }

repeated 601 "int x = 0;" >"$tree/dsl/bad.cpp"
reported "file: 601 lines"
function_of 81 "" >"$tree/dsl/bad.cpp"
reported "function add: 81 lines"
{ echo "class Small {"; function_of 90 "    "; echo "};"; } >"$tree/dsl/bad.cpp"
reported "function add: 90 lines"
{ echo "template <typename T>"; function_of 80 "" "T Number<T>::times(const T& factor) const {"; } >"$tree/dsl/bad.cpp"
reported "function Number<T>::times: 81 lines"
{ echo "int add(int a,"; function_of 80 "" "        int b) {"; } >"$tree/dsl/bad.cpp"
reported "function add: 81 lines"
class_of 31 >"$tree/dsl/bad.cpp"
reported "class Large: 31 members"

# An exception that nothing needs is reported too.
sed "s|^exceptions='|&\ndsl/good.cpp add: to split|" "$check" >"$tree/unneeded.sh"
chmod +x "$tree/unneeded.sh"
if "$tree/unneeded.sh" "$tree" | grep -qF "no longer needed: the exception for dsl/good.cpp add"; then :; else
    echo "an exception that nothing needs passed"
    failures=$((failures + 1))
fi
if "$check" "$tree/dsl" >/dev/null; then
    echo "a folder without sources passed"
    failures=$((failures + 1))
fi
[ "$failures" = 0 ]
