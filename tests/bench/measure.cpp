#include "tests/bench/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

PeerSettings fastest_peer(const Model& model, std::size_t threads, std::size_t steps) {
    constexpr double briefly = 4;  // seconds
    PeerSettings fastest;
    double least = std::numeric_limits<double>::infinity();
    for (const char* blas : {"pthread", "openmp"}) {
        for (std::size_t count = 1; count <= threads; ++count) {
            const PeerSettings settings{blas, count};
            const double median = run_peer(model, settings, steps, briefly).median;
            say(fmt::format("  PyTorch with {}: {:.1f} ms", settings.spell(), median));
            if (median < least) {
                least = median;
                fastest = settings;
            }
        }
    }
    return fastest;
}

Result measure(const Row& row, const Options& options) {
    say(row.name);
    Result result;
    result.row = row;
    if (options.peer) {
        result.peer.emplace();
        result.peer->settings = fastest_peer(row.model, options.threads, row.steps);
    }
    std::vector<double> step, single, speedup, memory, reading, peer_step, peer_memory, ratios, start;
    for (std::size_t round = 0; round < options.rounds; ++round) {
        const Measured own = run_gandsl(row.model, options.threads, row.steps);
        step.push_back(own.median);
        memory.push_back(own.peak_memory);
        reading.push_back(own.reading);
        if (result.peer) {
            const Measured peer = run_peer(row.model, result.peer->settings, row.steps);
            if (peer.parameters != own.parameters) {
                throw std::runtime_error(
                    fmt::format("{}: gandsl learns {} numbers, PyTorch {}: not the same model", row.name,
                                own.parameters, peer.parameters));
            }
            peer_step.push_back(peer.median);
            peer_memory.push_back(peer.peak_memory);
            ratios.push_back(peer.median / own.median);
        }
        single.push_back(run_gandsl(row.model, 1, row.steps).median);
        speedup.push_back(single.back() / own.median);
        say(fmt::format("  round {}: {:.2f} ms, one thread {:.2f} ms{}", round + 1, step.back(),
                        single.back(),
                        result.peer ? fmt::format(", PyTorch {:.2f} ms", peer_step.back()) : ""));
    }
    // Apart from the rounds: it leaves a checkpoint, and the system busy writing that, for the next to suffer
    // from.
    for (std::size_t turn = 0; turn < std::min<std::size_t>(options.rounds, 5); ++turn) {
        start.push_back(start_gandsl(row.model));
    }
    result.step = median_of(step);
    result.single = median_of(single);
    result.speedup = median_of(speedup);
    result.memory = median_of(memory);
    result.reading = median_of(reading);
    result.start = median_of(start);
    result.profile = profile_gandsl(row.model, options.threads, std::min<std::size_t>(row.steps, 30));
    if (result.peer) {
        const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
        result.peer->step = median_of(peer_step);
        result.peer->ratio = median_of(ratios);
        result.peer->memory = median_of(peer_memory);
        result.peer->ratios = {*low, *high};
    }
    return result;
}

}  // namespace gandsl::bench
