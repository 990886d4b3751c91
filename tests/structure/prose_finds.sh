#!/bin/sh
# prose_finds.sh CHECK: a text of several words, planted in a call of a tree that has none, is reported by CHECK.
set -eu
check=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

sound() {
    rm -rf "${tree:?}"/*
    mkdir -p "$tree/dsl/diagnostics" "$tree/models" "$tree/runtime"
    echo 'return helping(diagnostics::wrong_rank(entry, found, "a picture or a vector"), "crop it");' \
        >"$tree/dsl/diagnostics/types.cpp"
    cat >"$tree/models/conv.cpp" <<'CALLS'
throw dsl::diagnostics::refused_argument("conv", "causal", '"' + list + "\": ",
                                         dsl::diagnostics::Term(Form::at_most, {"lr", spell(1'000)}));
// As diagnostics::wrong_rank("of a comment with words") says.
std::string doc = "what stands outside of a call";
CALLS
}
# breaks LINES TEXT: the check names TEXT, of a file that ends with LINES.
breaks() {
    sound
    printf '%s\n' "$1" >>"$tree/models/conv.cpp"
    if output=$("$check" "$tree"); then
        echo "not reported: $1"
        failures=1
    elif ! echo "$output" | grep -qF "$2"; then
        echo "reported without the text: $2: $output"
        failures=1
    fi
}

sound
"$check" "$tree" || { echo "a tree in order was reported"; failures=1; }
breaks 'throw dsl::diagnostics::wrong_rank("conv", input, "a picture");' 'models/conv.cpp:5: diagnostics::wrong_rank: "a picture"'
breaks 'context.report(diagnostics::not_static(span, "a value"));' '"a value"'
breaks 'throw diagnostics::wrong_shape(
    "grid", input, fits(")") ? "" : // (
                  "crop it first");' '"crop it first"'
breaks 'f(diagnostics::not_yet(span, name)); f(diagnostics::not_yet(span, to + " of " + name));' '" of "'
breaks 'return Term(Form::value, {"the value of " + name});' '"the value of "'
breaks 'found = Found(std::string("a thing"));' '"a thing"'

# What is allowed is a number of calls of a file: one more is reported, and so is one fewer.
sound
sed "s|^exceptions='|&\nmodels/conv.cpp: 1, to mend|" "$check" >"$tree/check.sh"
! sh "$tree/check.sh" "$tree" >/dev/null || { echo "an exception that is not needed passed"; failures=1; }
one='f(diagnostics::not_static(span, "a value"));'
echo "$one" >>"$tree/models/conv.cpp"
sh "$tree/check.sh" "$tree" >/dev/null || { echo "a call that is allowed was reported"; failures=1; }
echo "$one" >>"$tree/models/conv.cpp"
! sh "$tree/check.sh" "$tree" >/dev/null || { echo "more calls than are allowed passed"; failures=1; }
rm "$tree/models/conv.cpp"
! sh "$tree/check.sh" "$tree" >/dev/null || { echo "an exception for a file that is gone passed"; failures=1; }
[ "$failures" = 0 ]
