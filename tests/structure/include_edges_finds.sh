#!/bin/sh
# include_edges_finds.sh CHECK: each broken edge, planted alone in a tree that is in order, must be reported by CHECK.
set -eu
check=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

plant() {  # FILE INCLUDE
    mkdir -p "$tree/$(dirname "$1")"
    echo "#include $2" >>"$tree/$1"
}
sound() {
    rm -rf "${tree:?}"/*
    plant autodiff/tape.hpp '<vector>'
    plant autodiff/tape.hpp '"shape.hpp"'
    plant autodiff/products.cpp '<cblas.h>'
    plant autodiff/random.cpp '<Random123/philox.h>'
    plant dsl/parser.cpp '<tao/pegtl.hpp>'
    plant dsl/parser.cpp '"dsl/span.hpp"'
    plant models/dense.cpp '"autodiff/operations.hpp"  // dense is a matmul'
    plant models/dense.cpp '"dsl/catalogue.hpp"'
    plant runtime/program/main.cpp '<CLI/CLI.hpp>'
    plant runtime/program/main.cpp '"models/catalogue.hpp"'
    plant runtime/program/main.cpp '"runtime/runs/record.hpp"'
    plant runtime/runs/record.cpp '"runtime/files/atomic_file.hpp"'
}
# FILE INCLUDE: planted, it must be reported with its place and text.
breaks() {
    sound
    plant "$1" "$2"
    if output=$("$check" "$tree"); then
        echo "not reported: $1 includes $2"
        failures=$((failures + 1))
    elif ! echo "$output" | grep -qF "$1"; then
        echo "reported without its file: $1 includes $2: $output"
        failures=$((failures + 1))
    fi
}

sound
"$check" "$tree" || { echo "a tree in order was reported"; failures=$((failures + 1)); }

breaks autodiff/tape.hpp '"dsl/span.hpp"'
breaks autodiff/tape.cpp '"models/dense.hpp"'
breaks autodiff/tape.cpp '"runtime/build.hpp"'
breaks autodiff/tape.cpp '<fmt/core.h>'
breaks autodiff/tape.hpp '<nlohmann/json.hpp>'
breaks autodiff/tape.hpp '<tao/pegtl.hpp>'
breaks autodiff/products.hpp '<cblas.h>'
breaks autodiff/linear.cpp '<xtensor-blas/xlinalg.hpp>'
breaks autodiff/tape.cpp '"../dsl/span.hpp"'
breaks dsl/checker.cpp '"autodiff/shape.hpp"'
breaks dsl/checker.cpp '"models/dense.hpp"'
breaks dsl/checker.cpp '<xtensor/xarray.hpp>'
breaks dsl/checker.cpp '"span.hpp"'
breaks dsl/operations/checker.cpp '<fmt/format.h>'
breaks models/dense.cpp '"runtime/build.hpp"'
breaks models/dense.cpp '<tao/pegtl.hpp>'
breaks models/dense.cpp '  <cblas.h>'
breaks models/dense.cpp '<png.h>'
breaks runtime/build.cpp '<tao/pegtl.hpp>'
breaks runtime/build.cpp '<cblas.h>'
breaks runtime/training/session.cpp '"runtime/program/options.hpp"'
breaks runtime/runs/record.cpp '"runtime/loading/load.hpp"'
breaks runtime/data/dataset.hpp '"runtime/build/graph.hpp"'
breaks runtime/files/atomic_file.cpp '"runtime/render/grid.hpp"'
breaks runtime/training/session.cpp '"runtime/somewhere/else.hpp"'
breaks runtime/somewhere/else.cpp '"runtime/files/atomic_file.hpp"'

if "$check" "$tree/dsl" >/dev/null; then
    echo "a folder without sources passed"
    failures=$((failures + 1))
fi
[ "$failures" = 0 ]
