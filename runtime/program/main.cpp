#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "autodiff/machine.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/exit_code.hpp"

namespace {

using namespace gandsl;

int run(int count, char** words) {
    return program::exit_code([&] {
        return program::run_command_line(words[0], {words + 1, words + count});
    });
}

}  // namespace

int main(int count, char** words) {
    // A file that `ulimit -f` lets grow no further is an error of that file, as on a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
    const int code = run(count, words);
    if (address_space_is_limited()) {
        // OpenBLAS starts threads when it is loaded. One that finds no room for its buffer looks for it for
        // ever, and an orderly end would wait for it.
        std::fflush(nullptr);
        std::_Exit(code);
    }
    return code;
}
