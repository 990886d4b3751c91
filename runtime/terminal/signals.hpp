#pragma once

#include <csignal>

namespace gandsl::terminal {

/// Turns Ctrl-C (SIGINT) and SIGTERM into a request to stop, and SIGHUP into one to write a checkpoint, for
/// as long as it lives. A second one to stop leaves the process at once, with the line of the terminal ended.
/// A terminal that has gone with SIGHUP is written to no more: output goes to /dev/null from then on. What
/// the process did with these signals before is restored at the end. Only one at a time: a second one throws
/// Error (internal).
class StopRequest {
  public:
    StopRequest();
    ~StopRequest();
    StopRequest(const StopRequest&) = delete;
    StopRequest& operator=(const StopRequest&) = delete;

    bool requested() const { return signal() != 0; }
    int signal() const;  ///< SIGINT or SIGTERM, or 0

    /// Whether SIGHUP has come since this was last asked.
    bool take_checkpoint_request() const;

  private:
    struct sigaction before_interrupt_ {};
    struct sigaction before_terminate_ {};
    struct sigaction before_hang_up_ {};
};

/// From now on neither a terminal that goes away nor a reader of standard output that does ends the process:
/// a signal of the first is kept for `StopRequest`, and writes to the second fail.
void ignore_broken_pipes();

}  // namespace gandsl::terminal
