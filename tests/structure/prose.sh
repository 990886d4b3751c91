#!/bin/sh
# prose.sh ROOT: the text of messages stands in dsl/diagnostics. Prints each call of a constructor of diagnostics or
# terms, from anywhere else under ROOT, that hands in a text with a blank and a letter in it, and exits with 1. Names and
# signs have no blanks; what more is to be said is a form of dsl/diagnostics/terms.hpp.
set -eu
cd "$1"

# FILE: how many of its calls may, and why. Each has to be needed.
exceptions='
'

[ -n "$(find dsl models runtime -name '*.[ch]pp' 2>/dev/null | head -1)" ] || { echo "no sources in $1"; exit 1; }

find autodiff dsl models runtime -name '*.[ch]pp' ! -path 'dsl/diagnostics/*' 2>/dev/null | sort |
    EXCEPTIONS=$exceptions xargs awk '
# From behind the opening parenthesis to the one that closes it, over as many lines as it takes.
function text_of_call(file, number, rest,    depth, quote, c, i, literal, line) {
    depth = 1
    literal = ""
    quote = ""
    for (;;) {
        for (i = 1; i <= length(rest); i++) {
            c = substr(rest, i, 1)
            if (quote != "") {
                if (c == "\\") { i++; continue }
                if (c == quote) {
                    if (quote == "\"" && literal ~ /[A-Za-z]/ && literal ~ / /) return literal
                    quote = ""
                } else literal = literal c
            } else if (c == "\"" || (c == SINGLE && substr(rest, i - 1, 1) !~ /[0-9]/)) {
                quote = c
                literal = ""
            } else if (c == "/" && substr(rest, i + 1, 1) == "/") break
            else if (c == "(") depth++
            else if (c == ")" && --depth == 0) return ""
        }
        if (!((file, ++number) in source)) return ""
        rest = source[file, number]
    }
}

BEGIN {
    SINGLE = sprintf("%c", 39)
    count = split(ENVIRON["EXCEPTIONS"], rows, "\n")
    for (i = 1; i <= count; i++)
        if (split(rows[i], parts, /: /) >= 2) allowed[parts[1]] = parts[2] + 0
}

{ source[FILENAME, FNR] = $0 }
FNR == 1 { files[++file_count] = FILENAME }
{ lines[FILENAME] = FNR }

END {
    for (f = 1; f <= file_count; f++) {
        file = files[f]
        calls = 0
        found = ""
        for (number = 1; number <= lines[file]; number++) {
            rest = source[file, number]
            if (rest ~ /^ *\/\//) continue
            while (match(rest, /(diagnostics::[A-Za-z_]+|(^|[^A-Za-z_])(Term|Found))\(/)) {
                name = substr(rest, RSTART, RLENGTH - 1)
                rest = substr(rest, RSTART + RLENGTH)
                text = text_of_call(file, number, rest)
                if (text != "") {
                    calls++
                    found = found file ":" number ": " name ": \"" text "\"\n"
                }
            }
        }
        if (calls > allowed[file]) {
            printf "%s", found
            failures++
        } else if (calls < allowed[file]) {
            print "no longer needed: the exception of " allowed[file] " calls for " file ", which has " calls
            failures++
        }
        seen[file] = 1
    }
    for (file in allowed) if (!(file in seen)) { print "no longer needed: the exception for " file; failures++ }
    if (failures) print "hand in facts: the words are a form of dsl/diagnostics/terms.hpp"
    exit failures != 0
}'
