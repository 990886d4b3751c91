#pragma once

#include <string>

#include "runtime/files/csv_log.hpp"

namespace gandsl::render {

/// The logged values over the steps as an SVG picture: each raw curve pale, a smoothed one over it, values of
/// the same part of the name or scale in one panel. Values that are no numbers leave gaps. `across` names the
/// steps.
std::string draw_curves(const files::LogTable& log, const std::string& title,
                        const std::string& across = "step");

}  // namespace gandsl::render
