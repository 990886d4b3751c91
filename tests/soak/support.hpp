#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/program/files.hpp"

/// What every part of the soak needs: processes to be disturbed, and runs to be compared.
namespace gandsl::test {

/// How much is done.
struct Amount {
    bool whole = false;  ///< as `./dev soak` does it, not as `./dev test`
    std::uint64_t seed = 0;
    std::optional<std::size_t> kills = {};
    std::optional<std::size_t> graphs = {};
};

/// A part: returns what was found wrong, one line each, and prints what it did.
using Findings = std::vector<std::string>;
Findings soak_kills(const Amount& amount);
Findings soak_damage(const Amount& amount);
Findings soak_disk(const Amount& amount);
Findings soak_memory(const Amount& amount);
Findings soak_graphs(const Amount& amount);

/// A program that runs beside this one. Output goes to NAME.out and NAME.err in its folder.
class Process {
  public:
    /// `user`: whom it runs as, where that is not us.
    Process(std::vector<std::string> words, const std::filesystem::path& folder, const std::string& name,
            std::optional<uid_t> user = std::nullopt);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    void signal(int number) const;
    bool ended();
    /// The exit code; 1000 + the signal that killed it.
    int wait();
    /// The most memory it had, in KiB, after wait().
    long peak() const { return peak_; }
    std::string out() const;
    std::string err() const;

  private:
    void take(int status);

    std::filesystem::path out_;
    std::filesystem::path err_;
    pid_t process_ = -1;
    int code_ = -1;
    long peak_ = 0;
};

/// A few milliseconds.
void pause_briefly();

/// Waits until `condition` holds. False if the process ended before.
template <typename Condition>
bool wait_until(Process& process, const Condition& condition) {
    while (!condition()) {
        if (process.ended()) {
            return condition();
        }
        pause_briefly();
    }
    return true;
}
/// A model with all that a run remembers: running statistics, dropout, two optimizers, a schedule, several
/// turns, an average, a measure, a stop rule. Two steps an epoch, so checkpoints come every two steps.
std::string model_for(const Amount& amount);

/// Numbered checkpoints of a run that can be read, as they are there now.
std::vector<std::filesystem::path> checkpoints_of(const std::filesystem::path& run);

/// What differs between two runs of the same steps: names of files.
Findings differences_of(const std::filesystem::path& left, const std::filesystem::path& right);

/// What is in a file, or nothing if it is not there.
std::string content_of(const std::filesystem::path& file);

}  // namespace gandsl::test
