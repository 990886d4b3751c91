#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>

#include "autodiff/error.hpp"
#include "runtime/runs/checkpoint.hpp"
#include "tests/program/process.hpp"
#include "tests/soak/support.hpp"

/// A checkpoint that is cut short, or has one bit flipped, is never taken for a whole one.
namespace gandsl::test {

namespace {

namespace fs = std::filesystem;

// True if it is refused, with its name.
bool refused(const Scratch& scratch, const std::string& content, std::set<std::string>& reasons) {
    scratch.write("damaged.safetensors", content);
    try {
        runs::read_checkpoint(scratch / "damaged.safetensors");
    } catch (const Error& error) {
        const std::string name = (scratch / "damaged.safetensors").string();
        const std::string message = error.what();
        std::string reason =
            message.substr(0, message.find(name)) + message.substr(message.find(name) + name.size());
        // The same reason with other numbers and names is the same reason.
        reason = reason.substr(0, reason.find_first_of("0123456789"));
        reasons.insert(reason);
        return message.starts_with(name) &&
               (error.code() == ErrorCode::format || error.code() == ErrorCode::file);
    }
    return false;
}

std::string flipped(std::string content, std::size_t bit) {
    content[bit / 8] = static_cast<char>(content[bit / 8] ^ (1 << (bit % 8)));
    return content;
}

}  // namespace

Findings soak_damage(const Amount& amount) {
    const Scratch scratch;
    scratch.write("soak.gan", model_for(amount));
    Findings findings;
    const Outcome trained = scratch.gandsl({"run", "soak.gan", "--epochs", "4"});
    if (trained.code != 0) {
        return {"the undisturbed run failed: " + trained.err};
    }
    const fs::path run = scratch / "runs/soak/001";
    const fs::path newest = checkpoints_of(run).at(0);
    const fs::path older = checkpoints_of(run).at(1);
    const std::string whole = content_of(newest);
    const std::string whole_older = content_of(older);
    std::mt19937_64 random(amount.seed);
    std::set<std::string> reasons;

    // Lengths: those at either end, and some between.
    std::set<std::size_t> lengths;
    std::uniform_int_distribution<std::size_t> any(0, whole.size() - 1);
    for (std::size_t place = 0; place < (amount.whole ? 4096U : 10U); ++place) {
        lengths.insert({place, whole.size() - 1 - place});
    }
    while (lengths.size() < (amount.whole ? 10'000U : 120U)) {
        lengths.insert(any(random));
    }
    const std::size_t flips = amount.whole ? 20'000 : 400;
    std::set<std::size_t> bits;
    // The header's length, and its beginning, each bit; elsewhere at random.
    for (std::size_t bit = 0; bit < 128; ++bit) {
        bits.insert(bit);
    }
    std::uniform_int_distribution<std::size_t> any_bit(0, whole.size() * 8 - 1);
    while (bits.size() < std::min(flips, whole.size() * 8)) {
        bits.insert(any_bit(random));
    }
    for (const std::size_t bit : bits) {
        if (!refused(scratch, flipped(whole, bit), reasons)) {
            findings.push_back(fmt::format("with bit {} of byte {} flipped it was taken", bit % 8, bit / 8));
        }
    }

    // As a user meets it: the last good one is used and the other named; then both are named.
    const std::size_t resumes = amount.whole ? 40 : 3;
    Process undisturbed({program_path(), "run", "soak.gan", "--epochs", "4", "--out", "whole"},
                        scratch.path(), "whole");
    undisturbed.wait();
    for (std::size_t turn = 0; turn < resumes; ++turn) {
        const std::size_t bit = any_bit(random);
        scratch.write(fs::relative(newest, scratch.path()).string(),
                      turn % 2 == 0 ? flipped(whole, bit) : whole.substr(0, bit / 8));
        const Outcome outcome =
            scratch.gandsl({"run", "soak.gan", "--epochs", "4", "--resume", run.string()});
        if (outcome.code != 0 || !contains(outcome.out, "skipped a broken checkpoint: " + newest.string())) {
            findings.push_back(fmt::format("resuming past a damaged checkpoint (bit {}): {}{}", bit,
                                           outcome.out, outcome.err));
        }
        for (const std::string& each : differences_of(scratch / "whole/soak/001", run)) {
            findings.push_back("after going on from the checkpoint before a damaged one: " + each);
        }
    }
    scratch.write(fs::relative(newest, scratch.path()).string(), flipped(whole, whole.size() * 4));
    scratch.write(fs::relative(older, scratch.path()).string(), flipped(whole_older, whole.size() * 4));
    const Outcome none = scratch.gandsl({"run", "soak.gan", "--epochs", "4", "--resume", run.string()});
    if (none.code != 1 || !contains(none.err, older.string()) ||
        !contains(none.err, "No checkpoint of this run can be read")) {
        findings.push_back("where no checkpoint is whole: " + none.err);
    }
    fmt::print(
        "damage    a checkpoint of {} bytes cut to {} lengths and with {} single bits flipped: each refused, "
        "for {} kinds of reasons; {} resumes past a damaged one ended in the undisturbed run's bits\n",
        whole.size(), lengths.size(), bits.size(), reasons.size(), resumes);
    for (const std::string& reason : reasons) {
        fmt::print("          FILE{}...\n", reason);
    }
    return findings;
}

}  // namespace gandsl::test
