#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "tests/program/process.hpp"
#include "tests/soak/support.hpp"

/// A long run needs no more memory than a short one.
namespace gandsl::test {

namespace {

namespace fs = std::filesystem;

// In KiB, or nothing where the run fails.
std::optional<long> peak_of(const Scratch& scratch, const fs::path& file, const std::string& steps,
                            Findings& findings) {
    // Small batches make small steps; a leak of a step does not get smaller.
    Process process(
        {program_path(), "run", file.string(), "--batch", "2", "--steps", steps, "--threads", "1"},
        scratch.path(), "run");
    if (process.wait() != 0) {
        findings.push_back(
            fmt::format("{} --steps {} failed: {}", file.filename().string(), steps, process.err()));
        return std::nullopt;
    }
    return process.peak();
}

}  // namespace

Findings soak_memory(const Amount& amount) {
    const char* const slow = std::getenv("GANDSL_SLOW");
    if (slow != nullptr && std::string(slow) == "1") {
        fmt::print("memory    skipped, as a sanitizer keeps what was freed\n");
        return {};
    }
    const char* const root = std::getenv("GANDSL_SOURCE");
    std::vector<fs::path> files;
    for (const auto& each : fs::directory_iterator(fs::path(root == nullptr ? "." : root) / "models")) {
        const std::string name = each.path().stem().string();
        if (each.path().extension() == ".gan" &&
            (amount.whole || name == "mlp_gan" || name == "series" || name == "vae")) {
            files.push_back(each.path());
        }
    }
    std::sort(files.begin(), files.end());
    const std::string many = amount.whole ? "1000" : "200";
    Findings findings;
    const Scratch scratch;
    for (const fs::path& file : files) {
        const auto few_steps = peak_of(scratch, file, "10", findings);
        const auto many_steps = peak_of(scratch, file, many, findings);
        if (!few_steps || !many_steps) {
            continue;
        }
        const auto megabytes = [](long kib) { return static_cast<double>(kib) / 1024; };
        fmt::print("memory    {:<12} {:7.1f} MiB at its peak after 10 steps, {:7.1f} MiB after {}\n",
                   file.stem().string(), megabytes(*few_steps), megabytes(*many_steps), many);
        std::fflush(stdout);
        // The allocator's own pages, and the log that the curves are drawn from: 1000 rows of it.
        const double allowed = megabytes(*few_steps) * 1.01 + 1.5;
        if (megabytes(*many_steps) > allowed) {
            findings.push_back(fmt::format("{} grows from {:.1f} to {:.1f} MiB over {} steps",
                                           file.stem().string(), megabytes(*few_steps),
                                           megabytes(*many_steps), many));
        }
    }
    return findings;
}

}  // namespace gandsl::test
