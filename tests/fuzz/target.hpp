#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

/// What is fed to a reader of the project to see whether it can be made to fail. A target is one file here
/// and one row in targets.cpp; its inputs lie in corpus/NAME.
namespace gandsl::fuzz {

struct Target {
    std::string_view name;
    /// Ends the process where the input breaks what must hold of it; returns otherwise, however broken the
    /// input is.
    void (*run)(std::string_view input);
};

/// All of them.
std::span<const Target> targets();

/// A folder that goes away with the process, on a file system in memory where there is one.
const std::filesystem::path& scratch();
/// Writes the input to a file there, and returns its path.
std::filesystem::path put(std::string_view input, const char* name = "input");

/// Ends the process with a message.
[[noreturn]] void broken(std::string_view what);

/// Runs `body`, which may throw an Error that tells its reader what is wrong: not a bug of gandsl, not
/// nothing, and no bytes that a terminal would take for a command.
void survives(const std::function<void()>& body);

}  // namespace gandsl::fuzz
