#include "dsl/diagnostics.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/sinks/sink.hpp"

namespace gandsl::sinks {

namespace {

std::vector<dsl::Type> symbols(dsl::TypeCall& call) {
    if (!call.inputs.front().classes) {
        throw dsl::diagnostics::needs_labels("text", "x", call.inputs.front());
    }
    return {call.inputs.front()};
}

}  // namespace

Sink text_sink() {
    return {.entry = record("text", "A text file.", "", {count_argument("texts to write", 1)}, symbols,
                            "sample verse = continue(model, \"The \") as text every epoch"),
            .extension = "txt",
            .for_the_terminal = true,
            .write = [](const std::filesystem::path& path, const Shown& shown) {
                files::write_atomically(path, shown.text());
            }};
}

}  // namespace gandsl::sinks
