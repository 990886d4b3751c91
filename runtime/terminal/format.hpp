#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What a run says while it goes.
namespace gandsl::terminal {

/// "850 ms", "12.4 s", "2 min 05 s", "3 h 07 min", "2 d 04 h".
std::string human_duration(double seconds);

/// A value for reading, four significant digits: "0.6931", "1.386", "262.3", "1.2e-05".
std::string human_number(double value);

/// A rate or count for reading: "8.4", "512", "20,300".
std::string human_count(double value);

/// "2.2 kB", "77.2 MB": decimal, as disks and memory are sold.
std::string human_bytes(double bytes);

/// Sizes along the axes: "64 x 3 x 3", and "one number" where there are none.
std::string human_shape(const std::vector<std::size_t>& sizes);

/// A text from elsewhere as a message shows it: bytes that a terminal would take for commands or cannot show,
/// and line ends, as "\\x1b"; and at most so many bytes of it.
std::string printable(std::string_view text, std::size_t max = 80);

/// A whole message in which names and texts from elsewhere may stand: as printable, but line ends and tabs
/// stay.
std::string printable_lines(std::string_view text);

/// Floating-point operations: "3.9 MFLOP", "14.5 GFLOP", "12.8 TFLOP".
std::string human_flops(double flops);

}  // namespace gandsl::terminal
