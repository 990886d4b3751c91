#include "runtime/program/options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>

#include "autodiff/error.hpp"

namespace gandsl::program {

namespace {

constexpr std::uint64_t max_threads = 1024;

// CLI11's own checks speak of ranges of doubles, and take -1 for a large number.
void add_whole_number(CLI::App& command, const std::string& name, std::function<void(std::uint64_t)> set,
                      WholeNumbers range, const std::string& doc) {
    const auto read = [name, set = std::move(set), range](const std::string& text) {
        std::uint64_t number = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (problem != std::errc() || end != text.data() + text.size() || number < range.min ||
            number > range.max) {
            refuse(fmt::format("{} wants a whole number from {} to {}, not '{}'", name, range.min, range.max,
                               text));
        }
        set(number);
    };
    command.add_option_function<std::string>(name, read, doc)->type_name("N");
}

CLI::Validator is_name(const std::string& allowed) {
    return {[allowed](const std::string& text) {
                return text.empty() ? std::string("wants a name, not ''")
                       : text[0] == '-' && text != allowed
                           ? fmt::format(
                                 "wants a name, not the flag '{}'; a file or folder of that name is ./{}",
                                 text, text)
                           : "";
            },
            ""};
}

}  // namespace

void refuse(const std::string& text) {
    throw Error(ErrorCode::invalid_argument, text);
}

void Options::flag(const std::string& name, bool& value, const std::string& doc) {
    command_.add_flag(name, value, doc);
}

void Options::whole_number(const std::string& name, std::optional<std::uint64_t>& value, WholeNumbers range,
                           const std::string& doc) {
    add_whole_number(
        command_, name, [&value](std::uint64_t number) { value = number; }, range, doc);
}

void Options::whole_number(const std::string& name, std::uint64_t& value, WholeNumbers range,
                           const std::string& doc) {
    add_whole_number(
        command_, name, [&value](std::uint64_t number) { value = number; }, range, doc);
}

void Options::number(const std::string& name, std::function<void(double)> set, const std::string& kind,
                     const std::string& doc) {
    const auto read = [name, set = std::move(set)](const std::string& text) {
        double number = 0;
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) {
            refuse(fmt::format("{} wants a number, not '{}'", name, text));
        }
        set(number);
    };
    command_.add_option_function<std::string>(name, read, doc)->type_name(kind);
}

void Options::text(const std::string& name, std::optional<std::string>& value, const std::string& kind,
                   const std::string& doc) {
    command_.add_option(name, value, doc)->type_name(kind);
}

void Options::path(const std::string& name, std::optional<std::filesystem::path>& value,
                   const std::string& kind, const std::string& doc) {
    command_.add_option(name, value, doc)->type_name(kind);
}

void Options::name(const std::string& name, std::optional<std::filesystem::path>& value,
                   const std::string& kind, const std::string& doc, const std::string& allowed) {
    command_.add_option(name, value, doc)->type_name(kind)->check(is_name(allowed));
}

void Options::word(const std::string& name, std::optional<std::string>& value, const std::string& doc) {
    command_.add_option(name, value, doc);
}

void Options::word(const std::string& name, std::optional<std::filesystem::path>& value,
                   const std::string& doc) {
    command_.add_option(name, value, doc)->check(is_name({}));
}

void Options::required(const std::string& name, std::filesystem::path& value, const std::string& doc) {
    command_.add_option(name, value, doc)->required();
}

void Options::file(loading::FileRequest& request, const std::string& batch_doc) {
    file_options(request, true, batch_doc);
}

void Options::file_unless_help(loading::FileRequest& request) {
    file_options(request, false, "examples in a batch");
}

void Options::file_options(loading::FileRequest& request, bool is_required, const std::string& batch_doc) {
    command_.add_option("FILE", request.file, "the .gan file")->required(is_required);
    settings(request.set);
    whole_number("--batch", request.batch, {1, max_examples}, batch_doc);
    whole_number("--seed", request.seed, {}, "where all random numbers start");
    path("--data", request.data, "DIR", "folder in which data sets are looked for first");
    flag("--exact", request.exact,
         "computes convolutions as plain sums of products: slower, and closer to the last digit");
}

void Options::settings(loading::Settings& set) {
    const auto read = [&set](const std::vector<std::string>& given) {
        for (const std::string& setting : given) {
            const std::size_t sign = setting.find('=');
            if (sign == std::string::npos || sign == 0) {
                refuse("--set wants NAME=VALUE, not '" + setting + "'; for example --set penalty=5");
            }
            set.emplace_back(setting.substr(0, sign), setting.substr(sign + 1));
        }
    };
    command_
        .add_option_function<std::vector<std::string>>(
            "--set", read, "sets an option of the file: NAME=VALUE; may be given again")
        ->type_name("NAME=VALUE")
        ->allow_extra_args(false);
}

void Options::threads(std::size_t& threads) {
    whole_number("--threads", threads, {1, max_threads},
                 "threads to compute with; as many as processors unless said");
}

void Options::own_help(bool& asked, const std::string& doc) {
    command_.set_help_flag("");
    command_.add_flag("-h,--help", asked, doc);
}

void Options::needs(const std::string& name, const std::string& other) {
    command_.get_option(name)->needs(command_.get_option(other));
}

void Options::excludes(const std::string& name, const std::string& other) {
    command_.get_option(name)->excludes(command_.get_option(other));
}

void Options::footer(const std::string& text) {
    command_.footer(text);
}

}  // namespace gandsl::program
