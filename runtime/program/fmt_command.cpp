#include <cstdio>

#include "autodiff/error.hpp"
#include "dsl/parse.hpp"
#include "dsl/print.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"

namespace gandsl::program {

namespace {

struct FormatRequest {
    std::filesystem::path file;
    bool write = false;
};

int format(const FormatRequest& request) {
    const std::string text = loading::read_source(request.file);
    const dsl::ParseResult parsed = dsl::parse(text);
    if (loading::report(parsed.diagnostics, request.file, text)) {
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

}  // namespace

Command fmt_command() {
    return {"fmt", "prints a file in the standard form", [](Options& options) -> Command::Action {
                const auto request = std::make_shared<FormatRequest>();
                options.required("FILE", request->file, "the .gan file");
                options.flag("--write", request->write, "rewrites the file instead");
                return [request](const Invocation&) { return format(*request); };
            }};
}

}  // namespace gandsl::program
