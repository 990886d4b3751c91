#include "runtime/terminal/signals.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

#include "autodiff/error.hpp"

namespace gandsl::terminal {

namespace {

// A handler can reach nothing but globals; these are the only ones.
std::atomic<int> received = 0;
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

struct sigaction install(int signal, const struct sigaction& action) {
    struct sigaction before {};
    if (::sigaction(signal, &action, &before) != 0) {
        throw Error(ErrorCode::internal, "no handler could be set for signal " + std::to_string(signal));
    }
    return before;
}

}  // namespace

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
}

StopRequest::~StopRequest() {
    ::sigaction(SIGINT, &before_interrupt_, nullptr);
    ::sigaction(SIGTERM, &before_terminate_, nullptr);
    active = false;
}

int StopRequest::signal() const {
    return received;
}

}  // namespace gandsl::terminal
