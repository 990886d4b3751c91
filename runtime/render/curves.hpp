#pragma once

#include <string>

#include "runtime/files/csv_log.hpp"

namespace gandsl::render {

/// What curves share a panel.
enum class Panels {
    by_scale,  ///< those that move about as far: each is seen to move
    one,       ///< all, from zero up: they are seen beside each other
};

/// The logged values over the steps as an SVG picture: each raw curve pale, a smoothed one over it, at most
/// five in a panel. Values that are no numbers leave gaps. `across` names the steps.
std::string draw_curves(const files::LogTable& log, const std::string& title,
                        const std::string& across = "step", Panels rule = Panels::by_scale);

}  // namespace gandsl::render
