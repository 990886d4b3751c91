#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <random>

#include "autodiff/error.hpp"
#include "runtime/runs/checkpoint.hpp"
#include "tests/program/process.hpp"
#include "tests/soak/support.hpp"

/// Killed at random moments, again and again, a run ends as one that nobody disturbed.
namespace gandsl::test {

namespace {

namespace fs = std::filesystem;

// Every checkpoint that is there is whole, whenever the process was killed.
std::size_t read_all(const fs::path& run, Findings& findings) {
    std::size_t count = 0;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(run / "checkpoints", ignored)) {
        if (entry.path().extension() == ".safetensors") {
            try {
                runs::read_checkpoint(entry.path());
                ++count;
            } catch (const Error& error) {
                findings.push_back(fmt::format("a killed run left a broken checkpoint: {}", error.what()));
            }
        }
    }
    return count;
}

}  // namespace

Findings soak_kills(const Amount& amount) {
    const Scratch scratch;
    scratch.write("soak.gan", model_for(amount));
    const std::string program = program_path();
    const std::size_t kills = amount.kills.value_or(amount.whole ? 500 : 20);
    Findings findings;

    const auto begin = std::chrono::steady_clock::now();
    Process whole({program, "run", "soak.gan", "--out", "whole"}, scratch.path(), "whole");
    if (whole.wait() != 0) {
        return {"the undisturbed run failed: " + whole.err()};
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

    std::mt19937_64 random(amount.seed);
    // From before the run's folder is made to some way into the run.
    std::uniform_real_distribution<double> moment(0, seconds / 3);
    const fs::path run = scratch / "killed/soak/001";
    std::size_t killed = 0;
    std::size_t before_first = 0;
    std::size_t whole_checkpoints = 0;
    std::size_t rounds = 0;
    std::size_t without_progress = 0;
    std::string newest;
    while ((killed < kills || fs::exists(run)) && findings.size() < 10) {
        const bool goes_on = !checkpoints_of(run).empty();
        if (!goes_on && fs::exists(run)) {
            // Killed while it was set up: nothing is lost, and a resume says so.
            Process resume({program, "run", "soak.gan", "--resume", run.string()}, scratch.path(), "resume");
            const int code = resume.wait();
            if (code != 1 || contains(resume.err(), "internal error")) {
                findings.push_back(
                    fmt::format("resuming a run without a checkpoint gave {}: {}", code, resume.err()));
            }
            ++before_first;
            fs::remove_all(scratch / "killed");
        }
        std::vector<std::string> words{program, "run", "soak.gan"};
        const auto more = goes_on ? std::vector<std::string>{"--resume", run.string()}
                                  : std::vector<std::string>{"--out", "killed"};
        words.insert(words.end(), more.begin(), more.end());
        Process process(words, scratch.path(), "killed");
        if (killed < kills) {
            // Later where a machine is so busy that nothing is reached.
            const double delay = moment(random) * static_cast<double>(1 + without_progress / 5);
            ::usleep(static_cast<useconds_t>(delay * 1e6));
            process.signal(SIGKILL);
        }
        const int code = process.wait();
        if (code == 1000 + SIGKILL) {
            ++killed;
            whole_checkpoints += read_all(run, findings);
            const std::vector<fs::path> there = checkpoints_of(run);
            const std::string now = there.empty() ? "" : there.front().filename().string();
            without_progress = now == newest ? without_progress + 1 : 0;
            newest = now;
        } else if (code != 0) {
            findings.push_back(
                fmt::format("after {} kills the run ended with code {}: {}", killed, code, process.err()));
            fs::remove_all(scratch / "killed");
        } else {
            for (const std::string& each : differences_of(scratch / "whole/soak/001", run)) {
                findings.push_back(fmt::format("after {} kills in all: {}", killed, each));
            }
            ++rounds;
            fs::remove_all(scratch / "killed");
            if (amount.whole && rounds % 10 == 0) {
                fmt::print("kills     {} so far, in {} runs\n", killed, rounds);
                std::fflush(stdout);
            }
        }
        if (contains(process.out(), "skipped a broken checkpoint")) {
            findings.push_back("a resumed run met a broken checkpoint: " + process.out());
        }
    }
    fmt::print(
        "kills     {} kills with SIGKILL at random moments over {} runs ({} before the first checkpoint); "
        "{} checkpoints found, each whole; each run ended in the undisturbed run's bits (checkpoints, logs, "
        "samples, curves)\n",
        killed, rounds, before_first, whole_checkpoints);
    return findings;
}

}  // namespace gandsl::test
