#!/bin/sh
# sizes.sh ROOT: no file of the sources is longer than 600 lines, no function than 80, and no class or struct has more
# than 30 members. Prints the longest of each, and whatever is beyond; exits with 1 then.
#
# The sources are formatted: a function ends with a brace alone, as far to the right as it begins, which is nowhere or,
# in a class, four columns. A member begins at the fourth column of a class that begins nowhere.
set -eu
cd "$1"

# What may be longer: PATH, PATH FUNCTION or PATH CLASS, then why. Each line has to be needed.
exceptions='
'

folders=
for folder in autodiff dsl models runtime; do
    [ ! -d "$folder" ] || folders="$folders $folder"
done
[ -n "$folders" ] || { echo "no source folders in $1"; exit 1; }

# shellcheck disable=SC2086
find $folders -name '*.[ch]pp' | sort | EXCEPTIONS=$exceptions xargs awk '
function excused(what,    line) {
    for (line in excuse) if (line == what) { used[line] = 1; return 1 }
    return 0
}
function measure(kind, limit, size, what, where) {
    if (size > longest[kind]) { longest[kind] = size; longest_is[kind] = where " " what }
    if (size <= limit) return
    if (excused(where (what == "" ? "" : " " what))) return
    printf "%s: %s%s: %d %s, at most %d\n", where, kind, (what == "" ? "" : " " what), size, unit[kind], limit
    failures++
}
function end_of_file() {
    if (file != "") measure("file", 600, lines, "", file)
}
# The name before the first parenthesis of a header, or of the line itself.
function name_of(header,    name) {
    name = header
    if (match(name, /operator *[^ (]+\(/)) return substr(name, RSTART, RLENGTH - 1)
    sub(/\(.*/, "", name)
    sub(/.*[ *&]/, "", name)
    return name
}

BEGIN {
    unit["file"] = unit["function"] = "lines"
    unit["class"] = "members"
    count = split(ENVIRON["EXCEPTIONS"], rows, "\n")
    for (i = 1; i <= count; i++) {
        if (split(rows[i], parts, /: /) < 2) continue
        excuse[parts[1]] = 1
    }
}

FNR == 1 { end_of_file(); file = FILENAME; start[0] = start[4] = 0; class = "" }
{ lines = FNR }

# Functions.
/^}$/ || /^    }$/ {
    indent = /^}/ ? 0 : 4
    if (start[indent]) measure("function", 80, FNR - start[indent] + 1, header[indent], FILENAME)
    start[indent] = 0
}
/^[A-Za-z_~\[]/ || /^    [A-Za-z_~\[]/ {
    indent = /^ / ? 4 : 0
    # A header may go on in lines that begin at the same column: template <...>, [[nodiscard]].
    if (!(previous ~ /^ *(template|\[\[)/ && previous !~ /;$/)) start[indent] = FNR
    header[indent] = name_of($0)
}

# Classes.
/^(class|struct) [A-Za-z_]/ && !/;$/ { class = $2; members = 0 }
class != "" && /^    [A-Za-z_~\[]/ && !/^    (template|public:|private:|case )/ { members++ }
class != "" && /^};?/ { measure("class", 30, members, class, FILENAME); class = "" }

{ previous = $0 }

END {
    end_of_file()
    if (longest["file"] == 0) { print "no source: nothing was measured"; failures++ }
    for (line in excuse) if (!(line in used)) { print "no longer needed: the exception for " line; failures++ }
    print "longest file:    " longest["file"] " lines, " longest_is["file"]
    print "longest function: " longest["function"] " lines, " longest_is["function"]
    print "largest class:   " longest["class"] " members, " longest_is["class"]
    exit failures != 0
}'
