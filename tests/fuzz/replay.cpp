// Runs a target on each file of its corpus, and on mutations of them, the same ones every time.
//
//     replay CORPUS TARGET [MUTATIONS [FOLDER...]]
//
// A FOLDER has more inputs: the .gan files in it.
//
// The input at work is written to $GANDSL_FUZZ_INPUT where that is set, so that it is there after a crash.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/target.hpp"

namespace {

namespace fs = std::filesystem;
using namespace gandsl::fuzz;

using Random = std::mt19937_64;  // its numbers are the standard's, the same everywhere

std::vector<std::string> read_corpus(const fs::path& folder, const std::vector<fs::path>& more) {
    std::vector<fs::path> paths;
    for (const auto& entry : fs::directory_iterator(folder)) {
        paths.push_back(entry.path());
    }
    for (const fs::path& other : more) {
        for (const auto& entry : fs::directory_iterator(other)) {
            if (entry.path().extension() == ".gan") {
                paths.push_back(entry.path());
            }
        }
    }
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> inputs;
    for (const fs::path& path : paths) {
        std::ifstream file(path, std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
    return inputs;
}

/// Numbers at which sizes and offsets tend to break.
constexpr unsigned long long edges[] = {0,
                                        1,
                                        0x7F,
                                        0x80,
                                        0xFF,
                                        0x7FFF,
                                        0xFFFF,
                                        0x7FFFFFFF,
                                        0x80000000,
                                        0xFFFFFFFF,
                                        0x7FFFFFFFFFFFFFFF,
                                        0x8000000000000000,
                                        0xFFFFFFFFFFFFFFFF};

void mutate(std::string& input, const std::vector<std::string>& corpus, Random& random) {
    const auto below = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
    const std::size_t at = below(input.size() + 1);
    const std::size_t rest = input.size() - at;
    switch (below(8)) {
        case 0:  // another byte
            if (rest > 0) {
                input[at] = static_cast<char>(random());
            }
            break;
        case 1:  // another bit
            if (rest > 0) {
                input[at] = static_cast<char>(static_cast<unsigned char>(input[at]) ^ (1U << below(8)));
            }
            break;
        case 2:  // another number, in either byte order
            for (std::size_t i = 0, size = std::min(rest, std::size_t{1} << below(4)),
                             edge = below(std::size(edges)), big = below(2);
                 i < size; ++i) {
                input[at + i] = static_cast<char>(edges[edge] >> 8U * (big != 0 ? size - 1 - i : i));
            }
            break;
        case 3:  // cut off
            input.resize(at);
            break;
        case 4:  // a piece left out
            input.erase(at, below(16) + 1);
            break;
        case 5:  // a piece doubled
            input.insert(at, input.substr(at, below(64) + 1));
            break;
        case 6: {  // a piece of another input
            const std::string& other = corpus[below(corpus.size())];
            input.insert(at, other.substr(below(other.size() + 1), below(64) + 1));
            break;
        }
        default: {  // digits as other digits
            const std::size_t digit = input.find_first_of("0123456789", at);
            if (digit != std::string::npos) {
                input.replace(digit, 1, std::to_string(edges[below(std::size(edges))]));
            }
        }
    }
}

void run(const Target& target, const std::string& input) {
    static const char* const kept = std::getenv("GANDSL_FUZZ_INPUT");  // NOLINT(concurrency-mt-unsafe)
    if (kept != nullptr) {
        std::ofstream(kept, std::ios::binary) << input;
    }
    target.run(input);
}

}  // namespace

int main(int count, char** words) {
    const std::string name = count > 2 ? words[2] : "";
    const auto found = std::find_if(targets().begin(), targets().end(),
                                    [&](const Target& target) { return target.name == name; });
    if (found == targets().end()) {
        std::fputs("usage: replay CORPUS TARGET [MUTATIONS [FOLDER...]]\n", stderr);
        return 1;
    }
    const std::vector<std::string> corpus =
        read_corpus(fs::path(words[1]) / name, {words + std::min(count, 4), words + count});
    if (corpus.empty()) {
        std::fprintf(stderr, "%s/%s holds no inputs\n", words[1], name.c_str());
        return 1;
    }
    for (const std::string& input : corpus) {
        run(*found, input);
    }
    const std::size_t mutations = count > 3 ? std::strtoull(words[3], nullptr, 10) : 0;
    Random random(1);
    for (std::size_t i = 0; i < mutations; ++i) {
        std::string input = corpus[static_cast<std::size_t>(random() % corpus.size())];
        for (std::size_t edits = random() % 4 + 1; edits > 0; --edits) {
            mutate(input, corpus, random);
        }
        run(*found, input);
    }
    std::printf("%s: %zu inputs and %zu mutations of them\n", name.c_str(), corpus.size(), mutations);
    return 0;
}
