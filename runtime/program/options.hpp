#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>

#include "runtime/loading/file_request.hpp"

namespace CLI {
class App;
}

/// How a command declares its options, and where what is read goes. The library that reads command lines is
/// known to options.cpp and command_line.cpp alone: its header takes seconds to compile.
namespace gandsl::program {

// Far above what any machine has memory or time for, and far below what overflows.
inline constexpr std::uint64_t max_examples = 1'000'000'000;
inline constexpr std::uint64_t max_count = 1'000'000'000'000;

/// Throws Error(invalid_argument).
[[noreturn]] void refuse(const std::string& text);

struct WholeNumbers {
    std::uint64_t min = 0;
    std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
};

/// What each function of this class takes: the option's name ("--seed", or "RUN" for a word without a flag),
/// the variable that it sets, and its line of help. A value that does not fit is an Error(invalid_argument)
/// that names the option.
class Options {
  public:
    explicit Options(CLI::App& command) : command_(command) {}

    void flag(const std::string& name, bool& value, const std::string& doc);
    void whole_number(const std::string& name, std::optional<std::uint64_t>& value, WholeNumbers range,
                      const std::string& doc);
    void whole_number(const std::string& name, std::uint64_t& value, WholeNumbers range,
                      const std::string& doc);
    /// `kind` is what the help shows for the value: "N", "T".
    void number(const std::string& name, std::function<void(double)> set, const std::string& kind,
                const std::string& doc);
    void text(const std::string& name, std::optional<std::string>& value, const std::string& kind,
              const std::string& doc);
    void path(const std::string& name, std::optional<std::filesystem::path>& value, const std::string& kind,
              const std::string& doc);
    /// A path that is written to or gone on with: an empty one is refused, and a flag in its position is one
    /// whose value was forgotten. `allowed` is such a word that the command itself has something to say of.
    void name(const std::string& name, std::optional<std::filesystem::path>& value, const std::string& kind,
              const std::string& doc, const std::string& allowed = {});

    /// Words without a flag, in this order.
    void word(const std::string& name, std::optional<std::string>& value, const std::string& doc);
    void word(const std::string& name, std::optional<std::filesystem::path>& value, const std::string& doc);
    void required(const std::string& name, std::filesystem::path& value, const std::string& doc);

    /// What several commands have in common.
    void file(loading::FileRequest& request, const std::string& batch_doc = "examples in a batch");
    void file_unless_help(loading::FileRequest& request);
    void settings(loading::Settings& set);
    void threads(std::size_t& threads);

    /// The command prints its own help, where `asked` is set.
    void own_help(bool& asked, const std::string& doc);
    void needs(const std::string& name, const std::string& other);
    void excludes(const std::string& name, const std::string& other);
    /// Below the options.
    void footer(const std::string& text);

  private:
    void file_options(loading::FileRequest& request, bool is_required, const std::string& batch_doc);

    CLI::App& command_;
};

}  // namespace gandsl::program
