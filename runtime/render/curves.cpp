#include "runtime/render/curves.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "runtime/render/axis.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::render {

namespace {

constexpr double picture_width = 900;
constexpr double plot_left = 76;
constexpr double plot_right = 880;
constexpr double plot_height = 200;
constexpr double panel_height = 282;
constexpr double title_height = 44;
constexpr double legend_height = 30;
constexpr std::size_t max_points = 700;  // about one a pixel
constexpr std::size_t max_in_panel = 5;
constexpr double max_different = 6;  // times in span that curves of one panel may be apart

/// Told apart by lightness and dashes as well as by colour.
struct Style {
    const char* colour;
    const char* dashes;
};
constexpr std::array<Style, max_in_panel> styles = {
    {{"#0b4a8f", ""}, {"#e8820c", ""}, {"#2a9d78", "8 3"}, {"#7a1f3d", "3 3"}, {"#8f8f8f", "10 3 2 3"}}};

struct Curve {
    std::string name;
    std::vector<double> raw;
    std::vector<double> smooth;
    Extent extent;  ///< of what is to be seen
};

using Panel = std::vector<Curve>;

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            default:
                result += c;
        }
    }
    return result;
}

Extent united(Extent a, Extent b) {
    return {std::min(a.low, b.low), std::max(a.high, b.high)};
}

/// How much a curve moves; one that stands still is given a little.
double span_of(Extent extent) {
    return std::max(extent.high - extent.low,
                    0.05 * std::max(std::abs(extent.low), std::abs(extent.high)) + 1e-12);
}

Curve make_curve(const std::string& name, const std::vector<double>& values) {
    Curve curve{name, values, smoothed(values, values.size() / 60), {}};
    // A rare spike may leave the picture; where the smoothed curve goes is always seen.
    curve.extent = extent_of(values, 0.01);
    if (std::any_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); })) {
        curve.extent = united(curve.extent, extent_of(curve.smooth, 0));
    }
    return curve;
}

bool alike(const Panel& panel, const Curve& curve) {
    Extent all = curve.extent;
    double smallest = span_of(curve.extent);
    for (const Curve& member : panel) {
        all = united(all, member.extent);
        smallest = std::min(smallest, span_of(member.extent));
    }
    return all.high - all.low <= max_different * smallest;
}

std::vector<Panel> arrange(const files::LogTable& log, Panels rule) {
    std::vector<Panel> panels;
    for (std::size_t i = 0; i < log.names.size(); ++i) {
        Curve curve = make_curve(log.names[i], log.values[i]);
        if (rule == Panels::one) {
            curve.extent = united(curve.extent, {0, 0});
        }
        const auto panel = std::find_if(panels.begin(), panels.end(), [&](const Panel& candidate) {
            return candidate.size() < max_in_panel && (rule == Panels::one || alike(candidate, curve));
        });
        (panel == panels.end() ? panels.emplace_back() : *panel).push_back(std::move(curve));
    }
    return panels;
}

/// Where numbers are on the picture.
struct Scale {
    double from_low;
    double from_high;
    double to_low;
    double to_high;

    double operator()(double value) const {
        return to_low + (value - from_low) / (from_high - from_low) * (to_high - to_low);
    }
};

/// A path through the points; one that is no number interrupts it.
std::string path_through(const std::vector<double>& x, const std::vector<double>& y, const Scale& across,
                         const Scale& up) {
    std::string path;
    bool drawing = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(y[i])) {
            drawing = false;
            continue;
        }
        // Far outside is as good as infinitely far, and keeps the numbers short.
        const double height = std::clamp(up(y[i]), -2000.0, 1e5);
        path += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", across(x[i]), height);
        // A lone point is a dot, by its round ends.
        if (!drawing && (i + 1 == x.size() || !std::isfinite(y[i + 1]))) {
            path += "h0.01";
        }
        drawing = true;
    }
    return path;
}

/// Long curves keep, of each stretch of rows, its lowest and highest value.
void thin_out(std::vector<double>& x, std::vector<double>& y) {
    if (x.size() <= 2 * max_points) {
        return;
    }
    std::vector<double> few_x;
    std::vector<double> few_y;
    for (std::size_t part = 0; part < max_points; ++part) {
        const std::size_t first = part * x.size() / max_points;
        const std::size_t end = (part + 1) * x.size() / max_points;
        std::optional<std::size_t> lowest;
        std::optional<std::size_t> highest;
        for (std::size_t i = first; i < end; ++i) {
            if (std::isfinite(y[i])) {
                lowest = !lowest || y[i] < y[*lowest] ? i : *lowest;
                highest = !highest || y[i] > y[*highest] ? i : *highest;
            }
        }
        for (const std::size_t i : {std::min(lowest.value_or(first), highest.value_or(first)),
                                    std::max(lowest.value_or(first), highest.value_or(first))}) {
            few_x.push_back(x[i]);
            few_y.push_back(y[i]);
        }
    }
    x = std::move(few_x);
    y = std::move(few_y);
}

std::string draw_path(const std::vector<double>& steps, const std::vector<double>& values,
                      const Scale& across, const Scale& up, const std::string& attributes) {
    std::vector<double> x = steps;
    std::vector<double> y = values;
    thin_out(x, y);
    return fmt::format("<path d=\"{}\" {}/>\n", path_through(x, y, across, up), attributes);
}

std::string draw_legend(const Panel& panel, double top) {
    std::string svg;
    double left = plot_left;
    for (std::size_t i = 0; i < panel.size(); ++i) {
        const auto last = std::find_if(panel[i].smooth.rbegin(), panel[i].smooth.rend(),
                                       [](double value) { return std::isfinite(value); });
        const std::string value =
            last == panel[i].smooth.rend() ? "no number" : terminal::human_number(*last);
        svg += fmt::format(
            "<path d=\"M{:.0f} {:.0f}h26\" stroke=\"{}\" stroke-width=\"2.5\" stroke-dasharray=\"{}\"/>\n",
            left, top + 12, styles[i].colour, styles[i].dashes);
        svg += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\">{} <tspan fill=\"#777\">{}</tspan></text>\n",
                           left + 33, top + 16, escaped(panel[i].name), value);
        left += 33 + 7.4 * static_cast<double>(panel[i].name.size() + value.size() + 1) + 24;
    }
    return svg;
}

std::string draw_axes(const Scale& across, const Scale& up, double top) {
    std::string svg;
    const Ticks rows = round_ticks(up.from_low, up.from_high, 5);
    for (std::size_t i = 0; i < rows.values.size(); ++i) {
        const double y = up(rows.values[i]);
        svg +=
            fmt::format("<path d=\"M{:.0f} {:.1f}H{:.0f}\" stroke=\"#e4e4e4\"/>\n", plot_left, y, plot_right);
        svg += fmt::format("<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\" class=\"tick\">{}</text>\n",
                           plot_left - 8, y + 4, rows.labels[i]);
    }
    const Ticks columns = round_ticks(across.from_low, across.from_high, 8);
    for (std::size_t i = 0; i < columns.values.size(); ++i) {
        const double x = across(columns.values[i]);
        if (columns.values[i] == std::round(columns.values[i])) {
            svg += fmt::format("<path d=\"M{:.1f} {:.0f}v5\" stroke=\"#888\"/>\n", x, top + plot_height);
            svg += fmt::format(
                "<text x=\"{:.1f}\" y=\"{:.0f}\" text-anchor=\"middle\" class=\"tick\">{}</text>\n", x,
                top + plot_height + 19, terminal::human_count(columns.values[i]));
        }
    }
    svg += fmt::format("<path d=\"M{:.0f} {:.0f}V{:.0f}H{:.0f}\" stroke=\"#888\"/>\n", plot_left, top,
                       top + plot_height, plot_right);
    return svg;
}

std::string draw_panel(const Panel& panel, const std::vector<double>& steps, double top) {
    Extent extent = panel[0].extent;
    for (const Curve& curve : panel) {
        extent = united(extent, curve.extent);
    }
    const double margin = 0.06 * span_of(extent);
    const double plot_top = top + legend_height;
    const double first = steps.empty() ? 0 : steps.front();
    const double last = steps.empty() ? 1 : steps.back();
    const Scale across = {first, last > first ? last : first + 1, plot_left, plot_right};
    const Scale up = {extent.low - margin, extent.high + margin, plot_top + plot_height, plot_top};

    std::string svg = draw_legend(panel, top) + draw_axes(across, up, plot_top);
    svg += fmt::format(
        "<svg x=\"{0:.0f}\" y=\"{1:.0f}\" width=\"{2:.0f}\" height=\"{3:.0f}\" "
        "viewBox=\"{0:.0f} {1:.0f} {2:.0f} {3:.0f}\">\n",
        plot_left, plot_top, plot_right - plot_left, plot_height);
    for (const bool raw : {true, false}) {
        for (std::size_t i = 0; i < panel.size(); ++i) {
            const std::string look =
                raw ? fmt::format("stroke=\"{}\" stroke-width=\"1\" opacity=\"0.28\"", styles[i].colour)
                    : fmt::format("stroke=\"{}\" stroke-width=\"2.2\" stroke-dasharray=\"{}\"",
                                  styles[i].colour, styles[i].dashes);
            svg += draw_path(steps, raw ? panel[i].raw : panel[i].smooth, across, up, look);
        }
    }
    return svg + "</svg>\n";
}

}  // namespace

std::string draw_curves(const files::LogTable& log, const std::string& title, const std::string& across,
                        Panels rule) {
    const std::vector<Panel> panels = arrange(log, rule);
    const double height = title_height + panel_height * static_cast<double>(panels.size()) + 8;
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 "
        "{0:.0f} {1:.0f}\" "
        "font-family=\"sans-serif\" font-size=\"13\" fill=\"none\" stroke-linejoin=\"round\" "
        "stroke-linecap=\"round\">\n",
        picture_width, height);
    svg += "<style>text{fill:#222}.tick{font-size:12px;fill:#555}</style>\n";
    svg += fmt::format("<rect width=\"{:.0f}\" height=\"{:.0f}\" fill=\"#fff\"/>\n", picture_width, height);
    svg += fmt::format("<text x=\"{:.0f}\" y=\"26\" font-size=\"16\">{}</text>\n", plot_left, escaped(title));
    for (std::size_t i = 0; i < panels.size(); ++i) {
        svg += draw_panel(panels[i], log.step, title_height + panel_height * static_cast<double>(i));
    }
    svg += fmt::format("<text x=\"{:.0f}\" y=\"{:.0f}\" text-anchor=\"end\" class=\"tick\">{}</text>\n",
                       plot_right, height - 8, escaped(across));
    return svg + "</svg>\n";
}

}  // namespace gandsl::render
