#include "tests/bench/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "runtime/render/curves.hpp"
#include "tests/bench/median.hpp"

namespace gandsl::bench {

namespace {

constexpr std::array<const char*, 2> flavours{"pthread", "openmp"};

// A point: the model of this size, how it is run, and the milliseconds of a step in each round.
struct Point {
    double size = 0;
    Model model;
    std::size_t threads = 0;
    std::size_t steps = 0;
    std::vector<double> own = {};
    std::array<std::vector<double>, flavours.size()> peer = {};
};

struct Line {
    std::string name, title, size;
    std::vector<Point> points;
};

// How many steps a size takes where the largest takes `steps`: runs of short steps must not be over in a
// moment.
std::size_t steps_of(std::size_t steps, std::size_t largest, std::size_t size) {
    return steps * largest / size;
}

std::vector<Line> lines(std::size_t max_threads) {
    Line batches{"batch", "models/mnist.gan: ms a step against examples in a batch", "batch", {}};
    for (const std::size_t batch : {8U, 16U, 32U, 64U, 128U}) {
        batches.points.push_back({static_cast<double>(batch),
                                  {"models/mnist.gan", "mnist", batch},
                                  max_threads,
                                  steps_of(7, 128, batch)});
    }
    Line widths{"width", "Dense GAN: ms a step against the width of its hidden layers", "width", {}};
    for (const std::size_t width : {128U, 256U, 512U, 1024U, 2048U}) {
        widths.points.push_back(
            {static_cast<double>(width),
             {"tests/bench/models/wide_gan.gan", "wide_gan", 64, {{"width", width}}, {{"width", width}}},
             max_threads,
             steps_of(20, 2048, width)});
    }
    Line lengths{"length", "models/gpt.gan, batch 8: ms a step against the window", "window", {}};
    for (const std::size_t length : {32U, 64U, 128U, 256U, 512U}) {
        lengths.points.push_back({static_cast<double>(length),
                                  {"models/gpt.gan", "gpt", 8, {{"window", length}}, {{"length", length}}},
                                  max_threads,
                                  steps_of(7, 512, length)});
    }
    Line threads{"threads", "models/mnist.gan: ms a step against threads", "threads", {}};
    for (std::size_t count = 1; count <= max_threads; ++count) {
        threads.points.push_back({static_cast<double>(count), {"models/mnist.gan", "mnist", 64}, count, 14});
    }
    return {batches, widths, lengths, threads};
}

void take_turn(Point& point, const Options& options, Cores& cores) {
    const auto own = [&] { return run_gandsl(point.model, point.threads, point.steps); };
    point.own.push_back(cores.with(own).median);
    for (std::size_t flavour = 0; options.peer && flavour < flavours.size(); ++flavour) {
        const PeerSettings settings{flavours[flavour], point.threads};
        const auto peer = [&] { return run_peer(point.model, settings, point.steps, 10); };
        point.peer[flavour].push_back(cores.with(peer).median);
    }
}

Curve curve_of(const Line& line, bool with_peer) {
    Curve curve{line.name, line.title, line.size, {}, {}, {}};
    fmt::print(stderr, "{}\n", line.title);
    for (const Point& point : line.points) {
        curve.sizes.push_back(point.size);
        curve.own.push_back(median_of(point.own));
        if (with_peer) {
            curve.peer.push_back(std::min(median_of(point.peer[0]), median_of(point.peer[1])));
        }
        fmt::print(stderr, "  {} {}: {:.2f} ms{}\n", line.size, point.size, curve.own.back(),
                   with_peer ? fmt::format(", PyTorch {:.2f} ms", curve.peer.back()) : "");
    }
    return curve;
}

}  // namespace

std::vector<Curve> measure_curves(const Options& options, Cores& cores) {
    std::vector<Line> all = lines(options.threads);
    const std::size_t rounds = std::min(options.rounds, max_curve_rounds);
    for (std::size_t round = 0; round < rounds; ++round) {
        fmt::print(stderr, "curves, round {} of {}\n", round + 1, rounds);
        for (Line& line : all) {
            for (Point& point : line.points) {
                take_turn(point, options, cores);
            }
        }
    }
    std::vector<Curve> curves;
    for (const Line& line : all) {
        curves.push_back(curve_of(line, options.peer));
    }
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
    return render::draw_curves(table, curve.title, curve.size, render::Panels::one);
}

}  // namespace gandsl::bench
