#pragma once

#include <functional>

namespace gandsl::program {

/// Runs a command, and says on standard error what it throws, whatever that is. Returns the program's exit
/// code: the command's own, 1 for a mistake of the user's or of the system, 70 (EX_SOFTWARE of sysexits.h)
/// for a bug.
int exit_code(const std::function<int()>& command);

}  // namespace gandsl::program
