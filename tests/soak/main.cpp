#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "tests/soak/support.hpp"

namespace {

using namespace gandsl::test;

constexpr const char* usage = R"(usage: soak [--short] [--seed N] [--kills N] [--graphs N] [PART...]

Disturbs runs of $GANDSL_PROGRAM and holds them against undisturbed ones. Parts, all unless named:
  kills     SIGKILL at random moments, hundreds of times; each run ends in the undisturbed run's bits
  damage    checkpoints cut short and with single bits flipped, thousands of them; each is refused
  disk      a full disk, a folder that turns read-only, a folder that is gone, a limit on the size of files
  memory    each model of the zoo for ten steps and for a thousand: the same peak of memory
  graphs    random graphs, a million: eager, planned, without each pass, on 1 to 4 threads; the same bits
  --short   a sample of each, as the test suite has it
  --seed N  of the moments, the damage and the graphs (0)
)";

constexpr std::pair<const char*, Findings (*)(const Amount&)> parts[] = {{"kills", soak_kills},
                                                                         {"damage", soak_damage},
                                                                         {"disk", soak_disk},
                                                                         {"memory", soak_memory},
                                                                         {"graphs", soak_graphs}};

std::uint64_t number(const std::string& word) {
    std::size_t end = 0;
    const std::uint64_t value = std::stoull(word, &end);
    if (end != word.size()) {
        throw std::invalid_argument(word);
    }
    return value;
}

int soak(const std::vector<std::string>& words) {
    Amount amount{.whole = true};
    std::vector<std::string> wanted;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--short") {
            amount.whole = false;
        } else if (word == "--seed") {
            amount.seed = number(words.at(++i));
        } else if (word == "--kills") {
            amount.kills = number(words.at(++i));
        } else if (word == "--graphs") {
            amount.graphs = number(words.at(++i));
        } else if (std::any_of(std::begin(parts), std::end(parts),
                               [&](const auto& part) { return word == part.first; })) {
            wanted.push_back(word);
        } else {
            fmt::print("{}", usage);
            return word == "--help" ? 0 : 1;
        }
    }
    Findings findings;
    for (const auto& [name, part] : parts) {
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end()) {
            for (std::string& each : part(amount)) {
                findings.push_back(std::string(name) + ": " + std::move(each));
            }
            std::fflush(stdout);
        }
    }
    for (const std::string& each : findings) {
        fmt::print("WRONG     {}\n", each);
    }
    fmt::print("{}\n", findings.empty() ? "Nothing was lost." : "Something is wrong.");
    return findings.empty() ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    try {
        return soak({words + 1, words + count});
    } catch (const std::exception& error) {
        fmt::print(stderr, "soak: {}\n", error.what());
        return 1;
    }
}
