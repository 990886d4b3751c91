#pragma once

#include <string>

/// What a run says while it goes.
namespace gandsl::terminal {

/// "850 ms", "12.4 s", "2 min 05 s", "3 h 07 min", "2 d 04 h".
std::string human_duration(double seconds);

/// A value for reading, four significant digits: "0.6931", "1.386", "262.3", "1.2e-05".
std::string human_number(double value);

/// A rate or count for reading: "8.4", "512", "20,300".
std::string human_count(double value);

}  // namespace gandsl::terminal
