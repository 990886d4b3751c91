#include <cstdio>
#include <string>

#include "tests/autodiff/random_graphs/draw.hpp"
#include "tests/autodiff/random_graphs/print.hpp"

/// print_graph SEED: the program that a graph would be printed as if every pass together, on two threads,
/// failed.
int main(int count, char** words) {
    using namespace gandsl_test;
    const std::uint64_t seed = count > 1 ? std::stoull(words[1]) : 1;
    std::fputs(print_program({draw_graph(seed, prototypes()), {.threads = 2}}).c_str(), stdout);
}
