#!/bin/sh
# include_edges.sh ROOT: holds every #include under ROOT to the layers of the architecture:
#
#   autodiff   the standard library, xtensor, BLAS, Random123
#   dsl        the standard library, PEGTL
#   models     dsl and autodiff, and their libraries except PEGTL and BLAS; fmt
#   runtime    everything; the grammar and BLAS stay behind dsl and autodiff
#
# Within runtime a folder includes only folders that stand below it:
#
#   program > training > loading, gradcheck > runs, sinks, sources > data, build > render > formats > files > terminal
#
# BLAS and xtensor-blas (slow to compile, and at odds with <cblas.h>) are included by one file alone. Prints each edge
# that breaks the picture and exits with 1.
set -eu
cd "$1"

# A folder comes with the next slice of work; none at all means a wrong ROOT.
folders=
for folder in autodiff dsl models runtime; do
    [ ! -d "$folder" ] || folder_found=$folder folders="$folders $folder"
done
[ -n "${folder_found:-}" ] || { echo "no source folders in $1"; exit 1; }

# shellcheck disable=SC2086
find $folders -name '*.[ch]pp' | sort | xargs awk '
function report(why) {
    printf "%s:%d: #include %s: %s\n", FILENAME, FNR, written, why
    failures++
}

# Which library an angle-bracket header belongs to.
function library(header) {
    if (header ~ /^(xtensor-blas\/|cblas|lapack|openblas)/) return "BLAS"
    if (header ~ /^(xtensor|xtl)\//) return "xtensor"
    if (header ~ /^Random123\//) return "Random123"
    if (header ~ /^tao\/pegtl/) return "PEGTL"
    if (header ~ /^fmt\//) return "fmt"
    # The standard library, and what the compiler and the C library bring.
    if (header ~ /^[a-z_]+$/) return "std"
    if (header ~ /^([a-z]*intrin|unistd|fcntl|signal|pthread|sched|termios)\.h$/ || header ~ /^sys\//) return "system"
    return header
}

BEGIN {
    allowed["autodiff"] = " std system xtensor BLAS Random123 autodiff "
    allowed["dsl"] = " std PEGTL dsl "
    allowed["models"] = " std xtensor fmt models dsl autodiff "
    allowed["runtime"] = " std system xtensor fmt runtime models dsl autodiff "
    height_of = "terminal 0 files 1 formats 2 render 3 data 4 build 4 runs 5 sinks 5 sources 5 loading 6 gradcheck 6 " \
                "training 7 program 8"
    count = split(height_of, words, " ")
    for (i = 1; i < count; i += 2) height[words[i]] = words[i + 1]
}

/^[ \t]*#[ \t]*include/ {
    files[FILENAME] = 1
    edges++
    split(FILENAME, path, "/")
    layer = path[1]
    written = $0
    sub(/^[ \t]*#[ \t]*include[ \t]*/, "", written)
    sub(/[ \t]*(\/\/.*|\/\*.*)?$/, "", written)
    target = substr(written, 2, length(written) - 2)

    if (written ~ /^"/) {
        if (target ~ /(^|\/)\.\.?\//) {
            report("a path is relative to the root of the project, or names a neighbour")
            next
        }
        if (split(target, parts, "/") > 1 && parts[1] in allowed) name = parts[1]
        else if (layer == "autodiff") name = layer   # public headers name their neighbours
        else {
            report("a path is relative to the root of the project: \"" layer "/...\"")
            next
        }
    } else if (written ~ /^</) {
        name = library(target)
    } else {
        report("neither <header> nor \"header\"")
        next
    }

    if (name == "BLAS") blas[FILENAME] = 1
    if (layer == "runtime" && name == "runtime") {
        from = path[2]
        to = parts[2]
        if (!(from in height)) report("the folder runtime/" from " has no height in this test")
        else if (!(to in height)) report("the folder runtime/" to " has no height in this test")
        else if (from != to && height[from] <= height[to]) report("runtime/" from " may not include runtime/" to ", which does not stand below it")
    }
    # The program itself may use any library that is not shut behind a lower layer.
    if (layer == "runtime" && name != "BLAS" && name != "PEGTL") next
    if (index(allowed[layer], " " name " ") == 0) report(layer " may include" allowed[layer] "and not " name)
    else if (name == "BLAS" && FILENAME ~ /\.hpp$/) report("BLAS belongs in a source file, not in a header")
}

END {
    for (file in blas) users = users " " file
    if (split(users, list, " ") > 1) {
        print "more than one file includes BLAS:" users
        failures++
    }
    if (edges == 0) {
        print "no #include found: nothing was checked"
        failures++
    }
    if (failures) exit 1
    print edges " includes, all within the layers"
}'
