#!/bin/sh
# embed.sh OUTPUT FILE...: a C++ source with each FILE's name and text, for runtime/program/templates.hpp.
set -eu
output=$1
shift
{
    echo '#include "runtime/program/templates.hpp"'
    echo
    echo 'namespace gandsl::program {'
    echo
    echo 'std::span<const Template> templates() {'
    echo '    static constexpr Template all[] = {'
    for file in "$@"; do
        printf '        {"%s", R"gan(%s\n)gan"},\n' "$(basename "$file" .gan)" "$(cat "$file")"
    done
    echo '    };'
    echo '    return all;'
    echo '}'
    echo
    echo '}  // namespace gandsl::program'
} > "$output"
