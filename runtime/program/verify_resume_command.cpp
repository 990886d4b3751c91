#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

#include "autodiff/error.hpp"
#include "runtime/data/order.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"
#include "runtime/runs/compare.hpp"
#include "runtime/terminal/format.hpp"
#include "runtime/terminal/signals.hpp"
#include "runtime/training/session.hpp"

namespace gandsl::program {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t usual_steps = 10;
constexpr std::uint64_t steps_after = 6;

[[noreturn]] void fail(const char* doing, int reason) {
    throw Error(ErrorCode::file, fmt::format("{}: {}", doing, std::generic_category().message(reason)));
}

// A folder that goes away with its owner.
class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::string name = (fs::temp_directory_path() / "gandsl-verify-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            fail("no temporary folder can be made", errno);
        }
        path_ = name;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

// This program, even where another has been installed over it meanwhile.
std::string own_path(const std::string& called) {
    const char* const self = "/proc/self/exe";
    return ::access(self, X_OK) == 0 ? self : called;
}

// Runs this program again, its errors to a file. A signal that asks this one to stop is passed on. Returns
// how it ended, as waitpid does.
int run_again(const std::string& program, std::vector<std::string> words, const fs::path& errors,
              const terminal::StopRequest& stop) {
    words.insert(words.begin(), program);
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    const int file = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0) {
        fail(errors.c_str(), errno);
    }
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    const pid_t process = ::fork();
    if (process < 0) {
        const int reason = errno;
        ::close(file);
        ::close(nowhere);
        fail("no process can be started", reason);
    }
    if (process == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        ::dup2(nowhere, STDOUT_FILENO);
        ::dup2(file, STDERR_FILENO);
        ::execv(program.c_str(), pointers.data());
        ::_exit(127);
    }
    ::close(file);
    ::close(nowhere);
    int status = 0;
    bool passed_on = false;
    while (::waitpid(process, &status, WNOHANG) == 0) {
        if (stop.requested() && !passed_on) {
            ::kill(process, stop.signal());
            passed_on = true;
        }
        constexpr int milliseconds = 20;
        ::poll(nullptr, 0, milliseconds);
    }
    return status;
}

// The middle of an epoch is where it is hardest to go on.
std::uint64_t usual_stop(std::uint64_t steps, const training::Length& length) {
    const std::uint64_t wanted = std::max<std::uint64_t>(1, steps * 2 / 5);
    const auto ends_epoch = [&](std::uint64_t step) {
        return length.epochs_after(step) != length.epochs_after(step - 1);
    };
    for (std::uint64_t step = wanted; step < steps; ++step) {
        if (!ends_epoch(step)) {
            return step;
        }
    }
    return wanted;
}

std::string counted(std::uint64_t number, const char* one, const char* many) {
    return fmt::format("{} {}", terminal::human_count(static_cast<double>(number)), number == 1 ? one : many);
}

void print_same(const runs::Comparison& compared, std::uint64_t at) {
    fmt::print("compared  {} of log.csv", counted(compared.log_rows, "row", "rows"));
    if (compared.measure_rows > 0) {
        fmt::print(", {} of measures.csv", counted(compared.measure_rows, "row", "rows"));
    }
    if (compared.samples > 0) {
        fmt::print(", {}", counted(compared.samples, "sample", "samples"));
    }
    fmt::print(", {}\n", compared.best ? "the best checkpoint and the last" : "the last checkpoint");
    fmt::print("          {} of weights and running statistics",
               counted(compared.weights, "number", "numbers"));
    if (compared.optimizer > 0) {
        fmt::print(", {} of optimizers", counted(compared.optimizer, "number", "numbers"));
    }
    if (compared.averages > 0) {
        fmt::print(", {} of moving averages", counted(compared.averages, "number", "numbers"));
    }
    fmt::print(
        "\n          step {}, seed {} and batch {}, from which the order of data and all draws follow\n",
        compared.progress.step, compared.progress.seed, compared.progress.batch);
    fmt::print("The same bits: a run that is stopped after step {} and resumed ends as one that is not.\n",
               at);
}

struct VerifyRequest {
    loading::FileRequest file;  ///< its steps are those of the whole run
    std::optional<std::uint64_t> at;
    std::string program = "gandsl";
};

int verify_resume(const VerifyRequest& request) {
    loading::FileRequest file = request.file;
    if (!file.steps) {
        file.steps = request.at ? *request.at + steps_after : usual_steps;
    }
    const std::uint64_t steps = *file.steps;
    if (request.at && *request.at >= steps) {
        throw Error(
            ErrorCode::invalid_argument,
            fmt::format("--at {} is not before the last of {} steps: there would be nothing to go on with",
                        *request.at, steps));
    }
    std::uint64_t at = 0;
    {
        const std::optional<loading::Loaded> loaded = loading::load(file);
        if (!loaded) {
            return 1;
        }
        if (!loaded->program.train) {
            throw Error(ErrorCode::invalid_argument,
                        file.file.string() + " has no `train` block, so there is nothing to resume");
        }
        const training::Length length = training::length_of(*loaded, training::open_datasets(*loaded));
        at = request.at.value_or(usual_stop(steps, length));
    }
    const terminal::StopRequest stop;
    const TemporaryFolder folder;
    const std::string program = own_path(request.program);
    const std::string model = file.file.stem().string();
    const auto train = [&](const std::string& name, const std::vector<std::string>& more) {
        std::vector<std::string> words = loading::words_of(file);
        words.insert(words.begin(), "run");
        words.insert(words.end(), {"--out", (folder.path() / name).string()});
        words.insert(words.end(), more.begin(), more.end());
        const fs::path errors = folder.path() / "errors";
        const int status = run_again(program, words, errors, stop);
        if (stop.requested()) {
            fmt::print("Stopped before anything was compared.\n");
            return 128 + stop.signal();
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            std::fflush(stdout);
            std::fputs(files::read_whole(errors).c_str(), stderr);
            throw Error(
                ErrorCode::file,
                WIFEXITED(status)
                    ? "the run ended as said above, so there is nothing to compare; its folder is gone"
                    : fmt::format("the run was killed by signal {}", WTERMSIG(status)));
        }
        return 0;
    };
    const auto say = [](const std::string& text) {
        fmt::print("trains    {}\n", text);
        std::fflush(stdout);
    };
    const std::string parts = (folder.path() / "parts" / model / "001").string();
    say(fmt::format("{} steps in one go", steps));
    int code = train("whole", {});
    if (code == 0) {
        say(fmt::format("{}, stops, and goes on to step {} in another process", counted(at, "step", "steps"),
                        steps));
        code = train("parts", {"--stop-at", std::to_string(at)});
    }
    if (code == 0) {
        code = train("parts", {"--resume", parts});
    }
    if (code != 0) {
        return code;
    }
    const runs::Comparison compared =
        runs::compare_runs(folder.path() / "whole" / model / "001", "in one go", parts, "in two parts");
    if (compared.difference) {
        fmt::print("NOT the same bits. First in {}.\n", *compared.difference);
        return 1;
    }
    print_same(compared, at);
    return 0;
}

}  // namespace

Command verify_resume_command() {
    return {"verify-resume", "proves on a model that a resumed run is the same run",
            [](Options& options) -> Command::Action {
                const auto request = std::make_shared<VerifyRequest>();
                options.file(request->file);
                options.threads(request->file.threads);
                options.whole_number(
                    "--steps", request->file.steps, {2, max_count},
                    "steps of the run; 10 unless said, and 6 more than --at where that is said");
                options.whole_number(
                    "--at", request->at, {1, max_count},
                    "the step after which it is stopped and resumed; in the middle of an epoch unless said");
                options.footer(
                    "Trains twice, in folders of its own that are gone afterwards: once in one go, and once "
                    "stopped "
                    "and "
                    "resumed\n"
                    "by another process. What the two have written is then compared, bit for bit: the log, "
                    "measures, "
                    "weights,\n"
                    "running statistics, optimizer state, moving averages, samples, and the place in the "
                    "data and in "
                    "the\n"
                    "random streams. The exit code is 1 where anything differs, and the first such thing is "
                    "named.");
                return [request](const Invocation& invocation) {
                    request->program = invocation.program;
                    return verify_resume(*request);
                };
            }};
}

}  // namespace gandsl::program
