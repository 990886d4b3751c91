#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "runtime/render/axis.hpp"
#include "runtime/render/curves.hpp"

using namespace gandsl;
using namespace gandsl::render;
using namespace gandsl::formats;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

files::LogTable log_of(const std::vector<std::string>& names,
                       const std::vector<std::vector<double>>& values) {
    files::LogTable log;
    log.names = names;
    log.values = values;
    for (std::size_t i = 0; i < values[0].size(); ++i) {
        log.step.push_back(static_cast<double>(i + 1));
    }
    return log;
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

/// Panels are nested pictures.
std::size_t panels(const std::string& svg) {
    return count(svg, "<svg ") - 1;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(curves)

BOOST_AUTO_TEST_CASE(ticks_are_round) {
    const auto labels = [](double low, double high) { return round_ticks(low, high, 5).labels; };
    BOOST_TEST(labels(0, 1) == (std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}),
               boost::test_tools::per_element());
    BOOST_TEST(labels(-3, 7) == (std::vector<std::string>{"-2", "0", "2", "4", "6"}),
               boost::test_tools::per_element());
    BOOST_TEST(labels(0.07, 0.093) == (std::vector<std::string>{"0.070", "0.075", "0.080", "0.085", "0.090"}),
               boost::test_tools::per_element());
    BOOST_TEST(labels(0, 8999) == (std::vector<std::string>{"0", "2000", "4000", "6000", "8000"}),
               boost::test_tools::per_element());
    BOOST_TEST(labels(0, 4e8) == (std::vector<std::string>{"0", "1e+08", "2e+08", "3e+08", "4e+08"}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(smoothing_keeps_slopes_and_gaps) {
    std::vector<double> slope;
    for (int i = 0; i < 100; ++i) {
        slope.push_back(3 * i);
    }
    const auto smooth = smoothed(slope, 5);
    for (std::size_t i = 10; i < 90; ++i) {
        BOOST_TEST(smooth[i] == slope[i], boost::test_tools::tolerance(1e-12));
    }
    slope[50] = not_a_number;
    const auto with_gap = smoothed(slope, 5);
    BOOST_TEST(std::isnan(with_gap[50]));
    BOOST_TEST(std::isfinite(with_gap[49]));
    BOOST_TEST(smoothed({1, 5, 2}, 0) == (std::vector<double>{1, 5, 2}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(smoothing_takes_the_noise_away_up_to_the_end) {
    std::vector<double> noise;
    for (int i = 0; i < 1000; ++i) {
        noise.push_back(i % 2 == 0 ? 1 : -1);
    }
    for (const double value : smoothed(noise, 16)) {
        BOOST_TEST(std::abs(value) < 0.2);
    }
}

BOOST_AUTO_TEST_CASE(an_extent_leaves_out_rare_spikes) {
    std::vector<double> values(100, 1.0);
    values[3] = 2;
    values[50] = 1000;
    values[51] = not_a_number;
    values[52] = -std::numeric_limits<double>::infinity();
    BOOST_TEST(extent_of(values, 0.02).high == 2);
    BOOST_TEST(extent_of(values, 0).high == 1000);
    BOOST_TEST(extent_of(values, 0).low == 1);
    BOOST_TEST(extent_of({not_a_number}, 0).high == 1);
}

BOOST_AUTO_TEST_CASE(curves_of_one_scale_share_a_panel) {
    const std::vector<double> a = {1, 2, 3};
    const std::vector<double> b = {2, 3, 1.5};
    const std::vector<double> c = {200, 300, 100};
    BOOST_TEST(panels(draw_curves(log_of({"D.loss", "G.loss"}, {a, b}), "")) == 1);
    BOOST_TEST(panels(draw_curves(log_of({"D.loss", "G.loss", "nats"}, {a, b, c}), "")) == 2);
    BOOST_TEST(panels(draw_curves(log_of({"1", "2", "3", "4", "5", "6"}, {a, a, a, a, a, a}), "")) == 2);
    BOOST_TEST(panels(draw_curves(log_of({"constant", "other"}, {{5, 5, 5}, {9, 9, 9}}), "")) == 2);
}

BOOST_AUTO_TEST_CASE(curves_to_be_compared_share_a_panel_from_zero_up) {
    const files::LogTable log = log_of({"ours", "theirs"}, {{10, 11}, {500, 900}});
    BOOST_TEST(panels(draw_curves(log, "")) == 2);
    BOOST_TEST(count(draw_curves(log, ""), ">0</text>") == 0);
    const std::string svg = draw_curves(log, "", "threads", Panels::one);
    BOOST_TEST(panels(svg) == 1);
    BOOST_TEST(count(svg, ">0</text>") == 1);
    const std::vector<double> a = {1, 2};
    const files::LogTable many = log_of({"1", "2", "3", "4", "5", "6"}, {a, a, a, a, a, a});
    BOOST_TEST(panels(draw_curves(many, "", "threads", Panels::one)) == 2);
}

BOOST_AUTO_TEST_CASE(only_whole_steps_are_marked) {
    BOOST_TEST(count(draw_curves(log_of({"loss"}, {{3, 4}}), ""), "v5\"") == 2);
}

BOOST_AUTO_TEST_CASE(values_that_are_no_numbers_leave_gaps) {
    const std::string svg = draw_curves(log_of({"loss"}, {{1, 2, not_a_number, 3, 2}}), "");
    BOOST_TEST(svg.find("nan") == std::string::npos);
    const std::size_t from = svg.find("<svg ", 10);
    const std::string plot = svg.substr(from, svg.find("</svg>") - from);
    BOOST_TEST(count(plot, "M") == 4);  // two pieces, raw and smoothed
    const std::string lone = draw_curves(log_of({"loss"}, {{not_a_number, 2, not_a_number}}), "");
    BOOST_TEST(count(lone, "h0.01") == 2);
}

BOOST_AUTO_TEST_CASE(an_empty_log_is_drawn_too) {
    for (const auto& values : {std::vector<double>{}, std::vector<double>{not_a_number, not_a_number}}) {
        const std::string svg = draw_curves(log_of({"loss"}, {values}), "title");
        BOOST_TEST(svg.find("no number") != std::string::npos);
        BOOST_TEST(svg.find("nan") == std::string::npos);
        BOOST_TEST(svg.find("inf") == std::string::npos);
    }
    BOOST_TEST(panels(draw_curves(files::LogTable{}, "nothing")) == 0);
}

BOOST_AUTO_TEST_CASE(names_are_text_and_not_markup) {
    const std::string svg = draw_curves(log_of({"a<b"}, {{1, 2}}), "x & y");
    BOOST_TEST(svg.find("a&lt;b") != std::string::npos);
    BOOST_TEST(svg.find("x &amp; y") != std::string::npos);
    BOOST_TEST(svg.find(">step</text>") != std::string::npos);
    BOOST_TEST(draw_curves(log_of({"ms"}, {{1, 2}}), "", "a<b").find(">a&lt;b</text>") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(long_logs_make_small_pictures_and_keep_extremes) {
    std::vector<double> values(200'000, 1.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<double>(i % 7);
    }
    const std::string svg = draw_curves(log_of({"loss"}, {values}), "");
    BOOST_TEST(svg.size() < 100'000);
    BOOST_TEST(svg.size() > 20'000);
}

BOOST_AUTO_TEST_SUITE_END()
