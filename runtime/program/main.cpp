#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"
#include "runtime/program/command.hpp"
#include "runtime/terminal/format.hpp"

namespace {

using namespace gandsl;

constexpr int mistake = 1;
constexpr int bug = 70;  // EX_SOFTWARE of sysexits.h: told apart from a user's mistake

int report(const std::string& what, const SourceLocation* location = nullptr) {
    std::fflush(stdout);
    const std::string shown = terminal::printable_lines(what);
    if (location == nullptr) {
        std::fprintf(stderr, "gandsl: error: %s\n", shown.c_str());
    } else {
        std::fprintf(stderr, "%s:%zu:%zu: error: %s\n", terminal::printable_lines(location->file).c_str(),
                     location->line, location->column, shown.c_str());
    }
    return mistake;
}

int report_bug(const char* what) {
    std::fflush(stdout);
    std::fprintf(
        stderr,
        "gandsl: internal error: %s\n  This is a bug of gandsl, not of your file. Please report it with the "
        "file and the command.\n",
        what);
    return bug;
}

int run(int count, char** words) {
    try {
        const int code = program::run_command_line(words[0], {words + 1, words + count});
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
            throw std::system_error(errno, std::generic_category(), "standard output cannot be written");
        }
        return code;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::internal) {
            return report_bug(error.what());
        }
        return report(error.message(), error.location() ? &*error.location() : nullptr);
    } catch (const std::bad_alloc&) {
        return report("out of memory; a smaller --batch needs less");
    } catch (const std::system_error& error) {  // fmt throws these for standard output, the system for files
        return report(error.what());
    } catch (const std::exception& error) {
        return report_bug(error.what());
    }
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
