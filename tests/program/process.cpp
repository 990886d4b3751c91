#include "tests/program/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>
#include <stdexcept>

namespace gandsl::test {

namespace {

constexpr auto longest = std::chrono::minutes(10);

struct Pipe {
    int reader = -1;
    int writer = -1;
};

Pipe make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error("no pipe");
    }
    return {ends[0], ends[1]};
}

// The first to write to it waits for ever.
Pipe make_full_pipe() {
    const Pipe pipe = make_pipe();
    ::fcntl(pipe.writer, F_SETFL, O_NONBLOCK);
    const std::array<char, 4096> block{};
    for (const std::size_t size : {block.size(), std::size_t{1}}) {
        while (::write(pipe.writer, block.data(), size) > 0) {
        }
    }
    ::fcntl(pipe.writer, F_SETFL, 0);
    return pipe;
}

Pipe make_terminal(unsigned short columns) {
    Pipe terminal;
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    if (::openpty(&terminal.reader, &terminal.writer, nullptr, nullptr, &size) != 0) {
        throw std::runtime_error("no pseudo-terminal");
    }
    ::fcntl(terminal.reader, F_SETFD, FD_CLOEXEC);
    ::fcntl(terminal.writer, F_SETFD, FD_CLOEXEC);
    return terminal;
}

// Appends what is there; false at the end.
bool read_some(int descriptor, std::string& text) {
    std::array<char, 1 << 14> buffer{};
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    // A terminal whose other side is closed gives EIO.
    return count > 0 || (count < 0 && errno == EINTR);
}

int code_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

Outcome start(const std::string& path, std::vector<std::string> words, const Command& command,
              const std::function<void(const std::string&, pid_t)>& watch) {
    words.insert(words.begin(), path);
    std::vector<std::string> environment = environment_of(command);
    const std::vector<char*> word_pointers = pointers(words);
    const std::vector<char*> environment_pointers = pointers(environment);
    const Pipe out = command.blocked       ? make_full_pipe()
                     : command.columns > 0 ? make_terminal(command.columns)
                                           : make_pipe();
    const Pipe err = make_pipe();
    const pid_t process = ::fork();
    if (process < 0) {
        throw std::runtime_error("no process");
    }
    if (process == 0) {
        const int nothing = ::open("/dev/null", O_RDONLY);
        ::dup2(nothing, STDIN_FILENO);
        ::dup2(out.writer, STDOUT_FILENO);
        ::dup2(command.columns > 0 ? out.writer : err.writer, STDERR_FILENO);
        if (::chdir(command.folder.c_str()) == 0) {
            ::execve(path.c_str(), word_pointers.data(), environment_pointers.data());
        }
        ::_exit(127);
    }
    ::close(out.writer);
    ::close(err.writer);
    Outcome outcome;
    std::array<pollfd, 2> sources{pollfd{command.blocked ? -1 : out.reader, POLLIN, 0},
                                  pollfd{err.reader, POLLIN, 0}};
    const auto end = std::chrono::steady_clock::now() + longest;
    while (sources[0].fd >= 0 || sources[1].fd >= 0) {
        if (std::chrono::steady_clock::now() > end) {
            ::kill(process, SIGKILL);
            break;
        }
        ::poll(sources.data(), sources.size(), 100);
        for (std::size_t i = 0; i < 2; ++i) {
            if (sources[i].fd >= 0 && sources[i].revents != 0 &&
                !read_some(sources[i].fd, i == 0 ? outcome.out : outcome.err)) {
                sources[i].fd = -1;
            }
        }
        if (watch) {
            watch(outcome.out, process);
        }
    }
    int status = 0;
    ::waitpid(process, &status, 0);
    ::close(out.reader);
    ::close(err.reader);
    outcome.code = code_of(status);
    return outcome;
}

}  // namespace

std::vector<std::string> environment_of(const Command& command) {
    std::map<std::string, std::string> variables{{"HOME", command.folder.string()}, {"TERM", "xterm"}};
    // Not the user's settings, but those of a sanitizer are needed.
    for (const char* name : {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"}) {
        if (const char* value = std::getenv(name)) {
            variables[name] = value;
        }
    }
    for (const auto& [name, value] : command.environment) {
        variables[name] = value;
    }
    std::vector<std::string> list;
    for (const auto& [name, value] : variables) {
        list.push_back(name + "=" + value);
    }
    return list;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    for (std::string& word : words) {
        list.push_back(word.data());
    }
    list.push_back(nullptr);
    return list;
}

std::string program_path() {
    const char* path = std::getenv("GANDSL_PROGRAM");
    if (path == nullptr) {
        throw std::runtime_error("$GANDSL_PROGRAM must name the program to test");
    }
    return path;
}

Outcome run(const Command& command, const std::function<void(const std::string&, pid_t)>& watch) {
    return start(program_path(), command.words, command, watch);
}

Outcome run_shell(const std::string& line, const std::filesystem::path& folder) {
    return start("/bin/sh", {"-c", line}, {{}, folder}, {});
}

}  // namespace gandsl::test
