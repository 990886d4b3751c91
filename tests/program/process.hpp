#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

/// Runs the program under test as a user does.
namespace gandsl::test {

/// How a process ended, and what it wrote.
struct Outcome {
    int code = -1;  ///< the exit code; 1000 + the signal that killed it
    std::string out;
    std::string err;
};

/// What a process is started with.
struct Command {
    std::vector<std::string> words;                                  ///< without the program's name
    std::filesystem::path folder;                                    ///< in which it starts
    std::vector<std::pair<std::string, std::string>> environment{};  ///< in addition; HOME is `folder`
    unsigned short columns = 0;  ///< standard output is a terminal of this width; 0: a pipe
    bool blocked = false;        ///< standard output is a pipe that is full, and stays so
};

/// "NAME=VALUE" of all that a process started with this finds. Of the machine's own there are the search path
/// and the sanitizers' options, and nothing on which depends where data sets are looked for and which kernels
/// OpenBLAS uses.
std::vector<std::string> environment_of(const Command& command);

/// What `exec` takes: where each word is, and null at the end.
std::vector<char*> pointers(std::vector<std::string>& words);

/// The path of gandsl, from $GANDSL_PROGRAM.
std::string program_path();

/// Starts the program, hands `watch` what it has written so far to standard output (and its process), until
/// it ends. One that takes longer than ten minutes is killed. On a terminal `err` is empty: both go there.
Outcome run(const Command& command,
            const std::function<void(const std::string& out, pid_t process)>& watch = {});

/// Runs a line of shell in a folder.
Outcome run_shell(const std::string& line, const std::filesystem::path& folder);

}  // namespace gandsl::test
