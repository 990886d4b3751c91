#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "autodiff/error.hpp"
#include "dsl/parse.hpp"
#include "runtime/program/commands.hpp"
#include "runtime/program/load.hpp"
#include "runtime/terminal/signals.hpp"
#include "runtime/training/session.hpp"

namespace gandsl::program {

namespace {

std::string spell(const dsl::Value& value) {
    if (const auto* number = std::get_if<double>(&value.data)) {
        return dsl::spell(*number);
    }
    if (const auto* flag = std::get_if<bool>(&value.data)) {
        return *flag ? "true" : "false";
    }
    const auto* text = std::get_if<std::string>(&value.data);
    return text != nullptr ? fmt::format("\"{}\"", *text) : "";
}

void print_options(const dsl::Program& program, const std::filesystem::path& path) {
    if (program.options.empty()) {
        fmt::print("\n{} has no options of its own.\n", path.string());
        return;
    }
    fmt::print("\nOptions of {}, for --set NAME=VALUE:\n", path.string());
    std::vector<std::string> settings;
    std::size_t widest = 0;
    for (const dsl::Option& option : program.options) {
        settings.push_back(fmt::format("{} = {}", option.name, spell(option.initial)));
        widest = std::max(widest, option.comment.empty() ? 0 : settings.back().size());
    }
    for (std::size_t place = 0; place < settings.size(); ++place) {
        const std::string& comment = program.options[place].comment;
        fmt::print("  {}\n", comment.empty() ? settings[place]
                                             : fmt::format("{:<{}}    {}", settings[place], widest, comment));
    }
}

}  // namespace

int run(const RunRequest& request) {
    if (!request.help) {
        terminal::outlive_readers();
    }
    std::optional<std::filesystem::path> run = request.resume;
    std::error_code ignored;
    if (run && std::filesystem::is_regular_file(*run, ignored)) {
        run = std::filesystem::absolute(*run).parent_path().parent_path();
    }
    const std::optional<Loaded> loaded = load(request.file, run);
    if (!loaded) {
        return 1;
    }
    if (request.help) {
        print_options(loaded->program, request.file.file);
        return 0;
    }
    if (!loaded->program.train) {
        throw Error(ErrorCode::invalid_argument,
                    request.file.file.string() +
                        " has no `train` block, so there is nothing to run; `gandsl check` "
                        "shows what it declares");
    }
    return training::train(*loaded, request);
}

}  // namespace gandsl::program
