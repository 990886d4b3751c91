#include "tests/bench/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/render/curves.hpp"
#include "tests/bench/median.hpp"

namespace gandsl::bench {

namespace {

// A point: the model of this size, and how it is run.
struct Point {
    double size = 0;
    Model model;
    std::size_t threads = 0;
    std::size_t steps = 0;
};

Curve measure(Curve curve, const std::vector<Point>& points, const Options& options, Cores& cores) {
    constexpr std::array<const char*, 2> flavours{"pthread", "openmp"};
    fmt::print(stderr, "{}\n", curve.title);
    struct Times {
        std::vector<double> own;
        std::array<std::vector<double>, flavours.size()> peer;
    };
    std::vector<Times> times(points.size());
    const std::size_t rounds = std::min(options.rounds, most_curve_rounds);
    for (std::size_t round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < points.size(); ++i) {
            const Point& point = points[i];
            const auto own = [&] { return run_gandsl(point.model, point.threads, point.steps); };
            times[i].own.push_back(cores.with(own).median);
            for (std::size_t flavour = 0; options.peer && flavour < flavours.size(); ++flavour) {
                const PeerSettings settings{flavours[flavour], point.threads};
                const auto peer = [&] { return run_peer(point.model, settings, point.steps, 10); };
                times[i].peer[flavour].push_back(cores.with(peer).median);
            }
        }
    }
    for (std::size_t i = 0; i < points.size(); ++i) {
        curve.sizes.push_back(points[i].size);
        curve.own.push_back(median_of(times[i].own));
        if (options.peer) {
            curve.peer.push_back(std::min(median_of(times[i].peer[0]), median_of(times[i].peer[1])));
        }
        fmt::print(stderr, "  {} {}: {:.2f} ms{}\n", curve.size, points[i].size, curve.own.back(),
                   options.peer ? fmt::format(", PyTorch {:.2f} ms", curve.peer.back()) : "");
    }
    return curve;
}

// How many steps a size takes where the largest takes `steps`: runs of short steps must not be over in a
// moment.
std::size_t steps_of(std::size_t steps, std::size_t largest, std::size_t size) {
    return steps * largest / size;
}

}  // namespace

std::vector<Curve> measure_curves(const Options& options, Cores& cores) {
    std::vector<Curve> curves;
    std::vector<Point> points;
    for (const std::size_t batch : {8U, 16U, 32U, 64U, 128U}) {
        points.push_back({static_cast<double>(batch),
                          {"models/mnist.gan", "mnist", batch},
                          options.threads,
                          steps_of(7, 128, batch)});
    }
    curves.push_back(
        measure({"batch", "models/mnist.gan: ms a step against examples in a batch", "batch", {}, {}, {}},
                points, options, cores));
    points.clear();
    for (const std::size_t width : {128U, 256U, 512U, 1024U, 2048U}) {
        points.push_back(
            {static_cast<double>(width),
             {"tests/bench/models/wide_gan.gan", "wide_gan", 64, {{"width", width}}, {{"width", width}}},
             options.threads,
             steps_of(20, 2048, width)});
    }
    curves.push_back(
        measure({"width", "Dense GAN: ms a step against the width of its hidden layers", "width", {}, {}, {}},
                points, options, cores));
    points.clear();
    for (const std::size_t length : {32U, 64U, 128U, 256U, 512U}) {
        points.push_back({static_cast<double>(length),
                          {"models/gpt.gan", "gpt", 8, {{"window", length}}, {{"length", length}}},
                          options.threads,
                          steps_of(7, 512, length)});
    }
    curves.push_back(
        measure({"length", "models/gpt.gan, batch 8: ms a step against the window", "window", {}, {}, {}},
                points, options, cores));
    points.clear();
    for (std::size_t threads = 1; threads <= options.threads; ++threads) {
        points.push_back({static_cast<double>(threads), {"models/mnist.gan", "mnist", 64}, threads, 14});
    }
    curves.push_back(
        measure({"threads", "models/mnist.gan: ms a step against threads", "threads", {}, {}, {}}, points,
                options, cores));
    return curves;
}

Growth growth_of(const std::vector<double>& sizes, const std::vector<double>& times) {
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    const std::size_t count = sizes.size();
    for (std::size_t i = 0; i < count; ++i) {
        mean_x += std::log(sizes[i]) / static_cast<double>(count);
        mean_y += std::log(times[i]) / static_cast<double>(count);
    }
    for (std::size_t i = 0; i < count; ++i) {
        const double x = std::log(sizes[i]) - mean_x;
        xx += x * x;
        xy += x * (std::log(times[i]) - mean_y);
    }
    return {xy / xx,
            std::log(times[count - 1] / times[count - 2]) / std::log(sizes[count - 1] / sizes[count - 2])};
}

std::string draw(const Curve& curve) {
    files::LogTable table;
    table.step = curve.sizes;
    table.names = {"gandsl"};
    table.values = {curve.own};
    if (!curve.peer.empty()) {
        table.names.emplace_back("PyTorch");
        table.values.push_back(curve.peer);
    }
    return render::draw_curves(table, curve.title, curve.size);
}

}  // namespace gandsl::bench
