#include "runtime/terminal/signals.hpp"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "autodiff/error.hpp"

namespace gandsl::terminal {

namespace {

// A handler can reach nothing but globals; these are the only ones.
std::atomic<int> received = 0;
std::atomic<bool> hung_up = false;
std::atomic<bool> active = false;
std::atomic<bool> on_terminal = false;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<bool>::is_always_lock_free,
              "a handler may use lock-free atomics only");

extern "C" void gandsl_stop_requested(int signal) {
    int none = 0;
    if (received.compare_exchange_strong(none, signal)) {
        return;
    }
    if (on_terminal) {
        const ssize_t ignored = ::write(STDOUT_FILENO, "\n", 1);
        static_cast<void>(ignored);
    }
    ::_exit(128 + signal);
}

// As with a closed window: every write to it would fail, and end a run that is to go on.
void leave_terminal_that_is_gone(int descriptor) {
    termios settings{};
    if (::tcgetattr(descriptor, &settings) == 0 || errno != EIO) {
        return;
    }
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) {
        ::dup2(nowhere, descriptor);
        ::close(nowhere);
    }
}

extern "C" void gandsl_hung_up(int) {
    const int before = errno;
    hung_up = true;
    leave_terminal_that_is_gone(STDOUT_FILENO);
    leave_terminal_that_is_gone(STDERR_FILENO);
    errno = before;
}

struct sigaction install(int signal, const struct sigaction& action) {
    struct sigaction before {};
    if (::sigaction(signal, &action, &before) != 0) {
        throw Error(ErrorCode::internal, "no handler could be set for signal " + std::to_string(signal));
    }
    return before;
}

}  // namespace

void ignore_broken_pipes() {
    struct sigaction action {};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    action.sa_handler = gandsl_hung_up;
    install(SIGHUP, action);
    action.sa_handler = SIG_IGN;
    install(SIGPIPE, action);
}

StopRequest::StopRequest() {
    if (active.exchange(true)) {
        throw Error(ErrorCode::internal, "two places wait for Ctrl-C at once");
    }
    received = 0;
    on_terminal = ::isatty(STDOUT_FILENO) == 1;
    struct sigaction action {};
    action.sa_handler = gandsl_stop_requested;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    before_interrupt_ = install(SIGINT, action);
    before_terminate_ = install(SIGTERM, action);
    action.sa_handler = gandsl_hung_up;
    before_hang_up_ = install(SIGHUP, action);
}

StopRequest::~StopRequest() {
    ::sigaction(SIGINT, &before_interrupt_, nullptr);
    ::sigaction(SIGTERM, &before_terminate_, nullptr);
    ::sigaction(SIGHUP, &before_hang_up_, nullptr);
    active = false;
}

int StopRequest::signal() const {
    return received;
}

bool StopRequest::take_checkpoint_request() const {
    return hung_up.exchange(false);
}

}  // namespace gandsl::terminal
