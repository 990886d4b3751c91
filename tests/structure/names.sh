#!/bin/sh
# names.sh ROOT: what is true of a layer, function, operation, source or sink stands in its record. Prints each line
# under ROOT that compares one's name with a text, and exits with 1.
set -eu
cd "$1"

# Files that may, and why. Each has to be needed.
exceptions='
dsl/elaborate/built_ins.cpp: the checker itself has a rule for each of these words, as a type rule cannot see nets
'

found=$(find autodiff dsl models runtime -name '*.[ch]pp' 2>/dev/null | sort | xargs grep -nE \
    '(^|[^A-Za-z_])([a-z_]+(->|\.|\(\)))*(name|text)(\(\))? *(==|!=) *"[a-z_0-9]+"|(operation|entry|sink|source|layer|function|call)[a-z_]*(\(\))?(->|\.)(name|text)[a-z_.()]* *(==|!=) *"[a-z_0-9]+"' || true)
[ -n "$(find autodiff dsl models runtime -name '*.[ch]pp' 2>/dev/null | head -1)" ] || { echo "no sources in $1"; exit 1; }

# Names of arguments, of a file's own things and of keywords are no names of entries.
found=$(printf '%s\n' "$found" | grep -vE '"(true|false|row|column|step|epoch|seconds|test|train|prompt|range|eps|initializer|MemAvailable:)' || true)
failures=0
printf '%s\n' "$exceptions" | while IFS= read -r line; do
    file=${line%%:*}
    [ -z "$file" ] || printf '%s\n' "$found" | grep -q "^$file:" || { echo "not needed any more: the exception for $file"; exit 1; }
done || failures=1
for line in $(printf '%s\n' "$exceptions" | sed -n 's/^\([^:]*\):.*/\1/p'); do
    found=$(printf '%s\n' "$found" | grep -v "^$line:" || true)
done
if [ -n "$found" ]; then
    printf '%s\n' "$found"
    echo "a fact about an entry belongs into its record, which other code asks"
    failures=1
fi
[ "$failures" = 0 ]
