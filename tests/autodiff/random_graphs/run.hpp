#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// Random graphs, for whoever asks no more than whether all is well. Once for each precision.
namespace gandsl_test {

struct GraphsFound {
    std::vector<std::string> faults;  ///< each with its seed, what differs, and a program that shows it
    std::map<std::string, std::size_t> operations;  ///< how many graphs have each
    std::size_t graphs = 0;
    std::size_t nodes = 0;
    std::size_t finite = 0;   ///< graphs without an infinite number or none at all in what they give
    std::size_t largest = 0;  ///< elements of the largest value
};

/// Computes the graphs of the seeds from `first` on in every way, until there are `max_faults`.
GraphsFound check_graphs_in_float(std::uint64_t first, std::size_t count, std::size_t max_faults);
GraphsFound check_graphs_in_double(std::uint64_t first, std::size_t count, std::size_t max_faults);

}  // namespace gandsl_test
