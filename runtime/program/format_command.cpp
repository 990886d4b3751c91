#include <cstdio>

#include "autodiff/error.hpp"
#include "dsl/parse.hpp"
#include "dsl/print.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/program/commands.hpp"
#include "runtime/program/load.hpp"

namespace gandsl::program {

int format(const FormatRequest& request) {
    const std::string text = read_source(request.file);
    const dsl::ParseResult parsed = dsl::parse(text);
    if (report(parsed.diagnostics, request.file, text)) {
        return 1;
    }
    const std::string printed = dsl::print(parsed.tree);
    if (!request.write) {
        std::fwrite(printed.data(), 1, printed.size(), stdout);
    } else if (printed != text) {
        files::write_atomically(request.file, printed);
    }
    return 0;
}

}  // namespace gandsl::program
