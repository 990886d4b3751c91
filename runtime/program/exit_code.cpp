#include "runtime/program/exit_code.hpp"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <system_error>

#include "autodiff/error.hpp"
#include "dsl/diagnostics.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::program {

namespace {

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

// Where it is thrown nobody knows the file that it stands in.
std::string in_one_line(const dsl::Diagnostic& diagnostic) {
    std::string text = diagnostic.message;
    text += diagnostic.found.empty() ? "" : "; found " + diagnostic.found;
    text += diagnostic.expected.empty() ? "" : ", expected " + diagnostic.expected;
    for (const std::string& help : diagnostic.help) {
        text += "; " + help;
    }
    return text;
}

}  // namespace

int exit_code(const std::function<int()>& command) {
    try {
        const int code = command();
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
            throw std::system_error(errno, std::generic_category(), "standard output cannot be written");
        }
        return code;
    } catch (const Error& error) {
        if (error.code() == ErrorCode::internal) {
            return report_bug(error.what());
        }
        return report(error.message(), error.location() ? &*error.location() : nullptr);
    } catch (const dsl::Diagnostic& diagnostic) {
        return report(in_one_line(diagnostic));
    } catch (const std::bad_alloc&) {
        return report("out of memory; a smaller --batch needs less");
    } catch (const std::system_error& error) {  // fmt throws these for standard output, the system for files
        return report(error.what());
    } catch (const std::exception& error) {
        return report_bug(error.what());
    } catch (...) {
        return report_bug("something that is no exception was thrown");
    }
}

}  // namespace gandsl::program
