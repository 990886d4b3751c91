#include "tests/bench/measure.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <stdexcept>

#include "tests/bench/median.hpp"

namespace gandsl::bench {

namespace {

void say(const std::string& text) {
    fmt::print(stderr, "{}\n", text);
}

}  // namespace

std::span<const Row> rows() {
    static const std::array<Row, 8> all = {{
        {"mnist", {"models/mnist.gan", "mnist", 64}, 3.5, 0.40, 6},
        {"deep_dcgan", {"models/deep_dcgan.gan", "deep_dcgan", 64}, 3, 0.50, 3},
        {"face", {"models/face.gan", "face", 8}, 2.8, 0.50, 8},
        {"mlp_gan", {"models/mlp_gan.gan", "mlp_gan", 64}, 2.3, 0.25, 50},
        {"wgan_gp", {"tests/bench/models/wgan_critic.gan", "wgan_critic", 64}, 2, 0.30, 100},
        {"vae", {"models/vae.gan", "vae", 128}, 2.3, 0.15, 150},
        {"lstm", {"models/lstm.gan", "lstm", 32}, 1.6, 0.30, 8},
        {"gpt", {"models/gpt.gan", "gpt", 16}, 1.4, 0.40, 8},
    }};
    return all;
}

PeerSettings fastest_peer(const Model& model, std::size_t threads, std::size_t steps, Cores& cores) {
    constexpr double briefly = 2.5;  // seconds
    PeerSettings fastest;
    double least = std::numeric_limits<double>::infinity();
    // Twice, or a slow moment would speak against the fastest.
    for (int turn = 0; turn < 2; ++turn) {
        for (const char* blas : {"pthread", "openmp"}) {
            for (std::size_t count = 1; count <= threads; ++count) {
                const PeerSettings settings{blas, count};
                const double median =
                    cores.with([&] { return run_peer(model, settings, steps, briefly); }).median;
                say(fmt::format("  PyTorch with {}: {:.1f} ms", settings.spell(), median));
                if (median < least) {
                    least = median;
                    fastest = settings;
                }
            }
        }
    }
    return fastest;
}

namespace {

/// What the rounds measured of one row.
struct Turns {
    Row row;
    std::optional<PeerSettings> settings;  ///< of PyTorch
    std::vector<double> step, single, speedup, memory, reading;
    std::vector<double> peer_step, peer_memory, ratio;
};

// Every other round goes backwards, so that neither of two sides that are compared always follows the other.
void take(Turns& turns, std::size_t round, std::size_t threads, Cores& cores) {
    const Row& row = turns.row;
    Measured single, own, peer;
    std::array<std::function<void()>, 3> sides{
        [&] { single = cores.with([&] { return run_gandsl(row.model, 1, row.steps); }); },
        [&] { own = cores.with([&] { return run_gandsl(row.model, threads, row.steps); }); },
        [&] {
            if (turns.settings) {
                peer = cores.with([&] { return run_peer(row.model, *turns.settings, row.steps); });
            }
        }};
    if (round % 2 == 1) {
        std::reverse(sides.begin(), sides.end());
    }
    for (const auto& side : sides) {
        side();
    }
    turns.step.push_back(own.median);
    turns.memory.push_back(own.peak_memory);
    turns.reading.push_back(own.reading);
    turns.single.push_back(single.median);
    turns.speedup.push_back(single.median / own.median);
    std::string text =
        fmt::format("  {}: {:.2f} ms, one thread {:.2f} ms", row.name, own.median, single.median);
    if (turns.settings) {
        if (peer.parameters != own.parameters) {
            throw std::runtime_error(
                fmt::format("{}: gandsl learns {} numbers, PyTorch {}: not the same model", row.name,
                            own.parameters, peer.parameters));
        }
        turns.peer_step.push_back(peer.median);
        turns.peer_memory.push_back(peer.peak_memory);
        turns.ratio.push_back(peer.median / own.median);
        text += fmt::format(", PyTorch {:.2f} ms, ratio {:.2f}", peer.median, turns.ratio.back());
    }
    say(text);
}

Result medians_of(const Turns& turns) {
    Result result;
    result.row = turns.row;
    result.step = median_of(turns.step);
    result.single = median_of(turns.single);
    result.speedup = median_of(turns.speedup);
    result.memory = median_of(turns.memory);
    result.reading = median_of(turns.reading);
    if (turns.settings) {
        const auto [low, high] = std::minmax_element(turns.ratio.begin(), turns.ratio.end());
        result.peer = PeerResult{*turns.settings,
                                 median_of(turns.peer_step),
                                 median_of(turns.peer_memory),
                                 median_of(turns.ratio),
                                 {*low, *high}};
    }
    return result;
}

double start_of(const Model& model, std::size_t turns) {
    std::vector<double> seconds;
    for (std::size_t turn = 0; turn < turns; ++turn) {
        ::sync();  // what the one before has left to be written
        seconds.push_back(start_gandsl(model));
    }
    return median_of(seconds);
}

}  // namespace

std::vector<Result> measure(std::span<const Row> list, const Options& options, Cores& cores) {
    std::vector<Turns> all;
    for (const Row& row : list) {
        all.emplace_back().row = row;
        if (options.peer) {
            say(row.name);
            all.back().settings = fastest_peer(row.model, options.threads, row.steps, cores);
        }
    }
    for (std::size_t round = 0; round < options.rounds; ++round) {
        say(fmt::format("round {} of {}", round + 1, options.rounds));
        for (Turns& turns : all) {
            take(turns, round, options.threads, cores);
        }
    }
    std::vector<Result> results;
    for (const Turns& turns : all) {
        results.push_back(medians_of(turns));
        const std::size_t steps = std::min<std::size_t>(turns.row.steps, 30);
        results.back().profile =
            cores.with([&] { return profile_gandsl(turns.row.model, options.threads, steps); });
    }
    // Last: a start leaves a checkpoint, and the system busy writing it, for what follows to suffer from.
    for (Result& result : results) {
        result.start = start_of(result.row.model, std::min(options.rounds, max_starts));
    }
    return results;
}

}  // namespace gandsl::bench
