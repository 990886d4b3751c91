#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dsl/check.hpp"

/// `net F from "RUN"`: the net, and those it calls, are copied from the run's checked program.
namespace gandsl::dsl {

struct NetImport {
    std::size_t net = 0;  ///< in Program::nets, where it has its name alone
    std::string run;
    Span span;  ///< of the run's name; what is copied stands there
};

struct ImportedNets {
    std::vector<NetImport> found;  ///< those that are in the program now, and behind it those that they call
    std::vector<Diagnostic> diagnostics;
};

/// Copies nets of runs into `program`. Nets that these call are added behind its nets, where they are not
/// among the imports themselves.
ImportedNets import_nets(Program& program, const std::vector<NetImport>& imports,
                         const FindTrained& find_trained);

}  // namespace gandsl::dsl
