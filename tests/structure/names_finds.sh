#!/bin/sh
# names_finds.sh CHECK: a comparison of a name, planted in a tree that has none, is reported by CHECK.
set -eu
check=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

sound() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/dsl/elaborate" "$tree/runtime/program"
    echo 'if (name == "grad") {' >"$tree/dsl/elaborate/built_ins.cpp"
    echo 'if (argument.name == "range" || text == "true") {' >"$tree/runtime/program/run.cpp"
}
breaks() {
    sound
    echo "$1" >>"$tree/runtime/program/run.cpp"
    if output=$("$check" "$tree"); then
        echo "not reported: $1"
        failures=1
    elif ! echo "$output" | grep -qF "$1"; then
        echo "reported without the line: $1: $output"
        failures=1
    fi
}

sound
"$check" "$tree" || { echo "a tree in order was reported"; failures=1; }
breaks 'if (sample.sink->name == "grid") {'
breaks 'if (node.operation->name != "sum") {'
breaks 'return entry.name == "batch_norm";'
breaks 'if (name == "multiply") {'
breaks 'if (code.entry->name != "continue") {'
sound
rm "$tree/dsl/elaborate/built_ins.cpp"
! "$check" "$tree" >/dev/null || { echo "an exception that is not needed passed"; failures=1; }
[ "$failures" = 0 ]
