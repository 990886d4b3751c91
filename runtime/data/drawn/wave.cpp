#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "runtime/data/random.hpp"
#include "runtime/data/sequence.hpp"
#include "runtime/data/series.hpp"

namespace gandsl::data {

namespace {

constexpr double full_turn = 2 * std::numbers::pi;

// Streams of random numbers of one seed.
constexpr std::uint64_t waves = 0;
constexpr std::uint64_t noises = 1;
constexpr std::uint64_t notes = 2;

/// A value that swings slowly and smoothly around 1.
struct Drift {
    double depth;
    double period;
    double phase;

    Drift(RandomStream& random, double depth_, double min_period, double max_period)
        : depth(depth_),
          period(between(random, min_period, max_period)),
          phase(between(random, 0, full_turn)) {}

    double at(double step) const { return 1 + depth * std::sin(full_turn * step / period + phase); }
};

/// One of the sines of a wave.
struct Component {
    double amplitude;
    double period;  ///< steps
    double phase;
    Drift loudness;
    Drift pitch;

    Component(RandomStream& random, double amplitude_, double min_period, double max_period)
        : amplitude(amplitude_),
          period(between(random, min_period, max_period)),
          phase(between(random, 0, full_turn)),
          loudness(random, 0.4, 300, 700),
          pitch(random, 0.06, 400, 900) {}
};

std::vector<float> draw_wave(std::uint64_t seed, std::size_t count) {
    RandomStream random(seed, waves, 0);
    std::array<Component, 3> components{Component(random, 1.1, 7.5, 9), Component(random, 0.6, 24, 32),
                                        Component(random, 0.1, 4.5, 5)};
    RandomStream noise(seed, noises, 0);
    std::vector<float> values(count);
    for (std::size_t step = 0; step < count; ++step) {
        const auto time = static_cast<double>(step);
        double value = 0.02 * double{noise.normal()};
        for (Component& component : components) {
            value += component.amplitude * component.loudness.at(time) * std::sin(component.phase);
            component.phase += full_turn / component.period * component.pitch.at(time);
        }
        values[step] = static_cast<float>(value);
    }
    return values;
}

std::vector<float> draw_tone(std::uint64_t seed, std::size_t count) {
    constexpr double rate = 4000;
    constexpr std::array<double, 8> scale = {220,    246.94, 277.18, 293.66,
                                             329.63, 369.99, 415.30, 440};  // hertz
    constexpr std::size_t overtones = 4;
    RandomStream random(seed, notes, 0);
    RandomStream noise(seed, noises, 1);
    std::vector<double> values(count);
    for (std::size_t begin = 0; begin < count;) {
        const double frequency = scale[random.below(scale.size())];
        const double loudness = between(random, 0.5, 0.9);
        const double vibrato = between(random, 0, 0.006);
        const auto duration = static_cast<std::size_t>(between(random, 0.15, 0.4) * rate);
        double phase = 0;
        for (std::size_t i = 0; i < duration && begin + i < count; ++i) {
            const double seconds = static_cast<double>(i) / rate;
            // A soft start and end, and in between each overtone dies away, the higher the sooner.
            const double edge =
                std::min({1.0, seconds / 0.01, static_cast<double>(duration - i) / (0.02 * rate)});
            double value = 0;
            for (std::size_t n = 1; n <= overtones; ++n) {
                const auto order = static_cast<double>(n);
                value += std::exp(-1.5 * order * seconds) / (order * order) * std::sin(order * phase);
            }
            values[begin + i] = loudness * edge * value / 1.2;
            phase += full_turn * frequency / rate * (1 + vibrato * std::sin(full_turn * 6 * seconds));
        }
        begin += duration;
    }
    std::vector<float> samples(count);
    std::transform(values.begin(), values.end(), samples.begin(), [&](double value) {
        return static_cast<float>(std::clamp(value + 0.002 * double{noise.normal()}, -1.0, 1.0));
    });
    return samples;
}

DatasetPointer drawn(const std::string& name, std::uint64_t seed, std::vector<float> values,
                     const Windows& windows) {
    Description description;
    description.source = name;
    description.origin = "drawn from seed " + std::to_string(seed);
    return std::make_shared<Sequence>(
        std::move(description), Field{name, {windows.length(), 1}, std::nullopt}, std::move(values), windows);
}

}  // namespace

DatasetPointer open_wave(const WaveSource& source) {
    const Windows windows(source.count, source.length, source.holdout, Stride::sliding,
                          "wave (" + std::to_string(source.count) + " steps)");
    return drawn("wave", source.seed, draw_wave(source.seed, source.count), windows);
}

DatasetPointer open_tone(const ToneSource& source) {
    const Windows windows(source.count, source.length, source.holdout, Stride::tiled,
                          "tone (" + std::to_string(source.count) + " samples)");
    return drawn("tone", source.seed, draw_tone(source.seed, source.count), windows);
}

}  // namespace gandsl::data
