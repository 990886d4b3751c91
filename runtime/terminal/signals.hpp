#pragma once

#include <csignal>

namespace gandsl::terminal {

/// Turns Ctrl-C (SIGINT) and SIGTERM into a request to stop, for as long as it lives. A second one leaves the
/// process at once, with the line of the terminal ended. What the process did with these signals before is
/// restored at the end. Only one at a time: a second one throws Error (internal).
class StopRequest {
  public:
    StopRequest();
    ~StopRequest();
    StopRequest(const StopRequest&) = delete;
    StopRequest& operator=(const StopRequest&) = delete;

    bool requested() const { return signal() != 0; }
    int signal() const;  ///< SIGINT or SIGTERM, or 0

  private:
    struct sigaction before_interrupt_ {};
    struct sigaction before_terminate_ {};
};

}  // namespace gandsl::terminal
