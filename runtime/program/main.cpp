#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/program/commands.hpp"

namespace {

using namespace gandsl;

constexpr int mistake = 1;
constexpr int bug = 70;  // EX_SOFTWARE of sysexits.h: told apart from a user's mistake

int report(const char* what) {
    std::fflush(stdout);
    std::fprintf(stderr, "gandsl: error: %s\n", what);
    return mistake;
}

int report_bug(const char* what) {
    std::fflush(stdout);
    std::fprintf(stderr,
                 "gandsl: internal error: %s\n  This is a bug of gandsl, not of your file. Please report it with the "
                 "file and the command.\n",
                 what);
    return bug;
}

struct Dispatch {
    int operator()(const program::RunRequest& request) const { return program::run(request); }
    int operator()(const program::CheckRequest& request) const { return program::check(request); }
    int operator()(const program::TimeRequest& request) const { return program::time(request); }
    int operator()(const program::FormatRequest& request) const { return program::format(request); }
    int operator()(const program::HelpRequest& request) const { return program::help(request); }
    int operator()(const program::TextRequest& request) const {
        std::fputs(request.text.c_str(), stdout);
        return 0;
    }
};

}  // namespace

int main(int count, char** words) {
    try {
        return std::visit(Dispatch{}, program::read_command_line({words + 1, words + count}));
    } catch (const Error& error) {
        return error.code() == ErrorCode::internal ? report_bug(error.what()) : report(error.what());
    } catch (const std::bad_alloc&) {
        return report("out of memory; a smaller --batch needs less");
    } catch (const std::exception& error) {
        return report_bug(error.what());
    }
}
