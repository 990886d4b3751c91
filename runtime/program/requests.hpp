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
    bool exact = false;       ///< convolutions as plain sums of products (Tape::set_exact)
};

struct RunRequest {
    FileRequest file;
    std::filesystem::path out = "runs";
    std::optional<std::filesystem::path> resume;  ///< a run; with `fork`, or a checkpoint's file
    bool fork = false;                            ///< go on in a run of its own, whatever differs
    std::optional<std::uint64_t> stop_at;         ///< a step after which to stop as if asked to
    bool help = false;                            ///< list the file's options instead
    std::string program = "gandsl";  ///< as it was called, for the command that goes on with a run
};
struct CheckRequest {
    FileRequest file;
};
struct TimeRequest {
    FileRequest file;  ///< its steps are how many to measure, instead of `seconds`
    double seconds = 3;
    bool profile = true;  ///< false: whole steps alone
    bool json = false;
};
struct FormatRequest {
    std::filesystem::path file;
    bool write = false;
};
struct HelpRequest {
    std::optional<std::string> name;
    bool reference = false;  ///< everything, in Markdown
};
struct NewRequest {
    std::optional<std::string> name;  ///< none: list the templates
    std::optional<std::filesystem::path> file;
};
struct SampleRequest {
    std::filesystem::path run;          ///< its folder, runs/mnist/latest, or a checkpoint file
    std::optional<std::string> sample;  ///< none: every sample of the file
    std::optional<std::size_t> count;
    std::optional<std::uint64_t> seed;
    std::vector<std::pair<std::string, std::string>> set;
    std::optional<std::string> prompt;
    std::optional<double> temperature;
    std::optional<std::filesystem::path> out;
    std::optional<std::filesystem::path> data;
    bool best = false;
    std::size_t threads = 0;
};
struct GradcheckRequest {
    FileRequest file;
    std::size_t entries = 5;  ///< looked at in each weight
};
struct VerifyRequest {
    FileRequest file;  ///< its steps are those of the whole run
    std::optional<std::uint64_t> at;
    std::string program = "gandsl";
};
/// Something to print as it is: the program's help or version.
struct TextRequest {
    std::string text;
};

using Request = std::variant<RunRequest, CheckRequest, TimeRequest, FormatRequest, HelpRequest, NewRequest,
                             SampleRequest, GradcheckRequest, VerifyRequest, TextRequest>;

/// Reads the command line. Throws Error(invalid_argument) that names the word at fault and what would do.
Request read_command_line(const std::vector<std::string>& words);

/// The words that say the same again on a command line, from the file on.
std::vector<std::string> words_of(const FileRequest& request);

}  // namespace gandsl::program
