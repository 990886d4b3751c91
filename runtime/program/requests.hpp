#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What the command line asks for: one struct a command.
namespace gandsl::program {

/// A .gan file and what is said about it on the command line.
struct FileRequest {
    std::filesystem::path file;
    std::vector<std::pair<std::string, std::string>> set;  ///< --set NAME=VALUE
    std::optional<std::size_t> epochs;
    std::optional<std::size_t> steps;
    std::optional<std::size_t> batch;
    std::optional<std::uint64_t> seed;
    std::optional<std::filesystem::path> data;
    std::size_t threads = 0;  ///< 0: as many as there are processors
};

struct RunRequest {
    FileRequest file;
    std::filesystem::path out = "runs";
    std::optional<std::filesystem::path> resume;
    bool help = false;               ///< list the file's options instead
    std::string program = "gandsl";  ///< as it was called, for the command that goes on with a run
};
struct CheckRequest {
    FileRequest file;
};
struct TimeRequest {
    FileRequest file;
    double seconds = 3;
};
struct FormatRequest {
    std::filesystem::path file;
    bool write = false;
};
struct HelpRequest {
    std::optional<std::string> name;
    bool reference = false;  ///< everything, in Markdown
};
/// Something to print as it is: the program's help or version.
struct TextRequest {
    std::string text;
};

using Request = std::variant<RunRequest, CheckRequest, TimeRequest, FormatRequest, HelpRequest, TextRequest>;

/// Reads the command line. Throws Error(invalid_argument) that names the word at fault and what would do.
Request read_command_line(const std::vector<std::string>& words);

}  // namespace gandsl::program
