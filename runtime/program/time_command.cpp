#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "autodiff/blas.hpp"
#include "autodiff/error.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"
#include "runtime/program/step_time.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::program {

namespace {

using Json = nlohmann::ordered_json;

// One kind of operation, or one of its shapes: figures for one step.
struct Share {
    std::string operation;
    std::string shapes;  ///< empty for a whole kind
    double share = 0;    ///< of the time in kernels
    double seconds = 0;
    double calls = 0;
    double flops_a_second = 0;
    double bytes_a_second = 0;
};

std::vector<Share> shares_of(std::vector<OperationTime> times, std::size_t steps) {
    std::sort(times.begin(), times.end(),
              [](const OperationTime& a, const OperationTime& b) { return a.seconds > b.seconds; });
    double total = 0;
    for (const OperationTime& time : times) {
        total += time.seconds;
    }
    const auto each = static_cast<double>(steps);
    std::vector<Share> shares;
    for (const OperationTime& time : times) {
        if (time.seconds > 0) {
            shares.push_back({time.operation, time.shapes, time.seconds / total, time.seconds / each,
                              static_cast<double>(time.calls) / each, time.flops / time.seconds,
                              time.bytes / time.seconds});
        }
    }
    return shares;
}

std::vector<Share> kinds_of(const StepTime& measured) {
    std::vector<OperationTime> kinds;
    for (const OperationTime& time : measured.profile->times) {
        auto found = std::find_if(kinds.begin(), kinds.end(), [&](const OperationTime& kind) {
            return kind.operation == time.operation;
        });
        if (found == kinds.end()) {
            kinds.push_back(time);
            kinds.back().shapes.clear();
        } else {
            found->seconds += time.seconds;
            found->flops += time.flops;
            found->bytes += time.bytes;
            found->calls += time.calls;
        }
    }
    return shares_of(kinds, measured.steps.size());
}

// Those that multiply, each shape by itself.
std::vector<Share> products_of(const StepTime& measured) {
    std::vector<Share> shares = shares_of(measured.profile->times, measured.steps.size());
    std::erase_if(shares, [](const Share& share) { return share.shapes.empty(); });
    return shares;
}

// What replaying costs beyond the kernels: between them, and what handing each to the threads takes at best.
double replay_share(const StepTime& measured) {
    const StepProfile& profile = *measured.profile;
    const auto kernels = static_cast<double>(measured.statistics.steps * measured.steps.size());
    return (profile.outside + kernels * profile.fork_join) / profile.whole;
}

void print_profile(const StepTime& measured) {
    const StepProfile& profile = *measured.profile;
    fmt::print("{:<24} {:>7} {:>10} {:>7} {:>9} {:>7}\n", "operation", "share", "ms a step", "calls",
               "GFLOP/s", "GB/s");
    for (const Share& kind : kinds_of(measured)) {
        fmt::print("{:<24} {:>6.1f}% {:>10.3f} {:>7.0f} {:>9.1f} {:>7.1f}\n", kind.operation,
                   100 * kind.share, 1e3 * kind.seconds, kind.calls, kind.flops_a_second / 1e9,
                   kind.bytes_a_second / 1e9);
    }
    const std::vector<Share> products = products_of(measured);
    if (!products.empty()) {
        fmt::print("\n{:>7} {:>10} {:>7} {:>9} {:>8}  {}\n", "share", "ms a step", "calls", "GFLOP/s",
                   "of peak", "product");
    }
    for (const Share& product : products) {
        fmt::print("{:>6.1f}% {:>10.3f} {:>7.0f} {:>9.1f} {:>7.0f}%  {} {}\n", 100 * product.share,
                   1e3 * product.seconds, product.calls, product.flops_a_second / 1e9,
                   100 * product.flops_a_second / profile.peak_flops, product.operation, product.shapes);
    }
    if (std::any_of(products.begin(), products.end(),
                    [](const Share& product) { return product.operation.starts_with("convolution"); })) {
        fmt::print(
            "\nConvolutions count as the sums of products that they are; Winograd's algorithm needs fewer, "
            "so that they may pass the peak.\n");
    }
    fmt::print(
        "\npeak:   {:.1f} GFLOP/s, sgemm of 1024 x 1024 in the same run, with OpenBLAS's kernels for {}; the "
        "whole step has {:.1f}\n",
        profile.peak_flops / 1e9, blas_kernels(), measured.statistics.flops / measured.median() / 1e9);
    fmt::print(
        "replay: {:.3f} ms a step between {} kernels, and at best {:.2f} us to hand one to the threads: "
        "{:.1f}% of the step\n",
        1e3 * profile.outside / static_cast<double>(measured.steps.size()), measured.statistics.steps,
        1e6 * profile.fork_join, 100 * replay_share(measured));
}

void print(const StepTime& measured) {
    using terminal::human_bytes;
    const double median = measured.median();
    const PlanStatistics& statistics = measured.statistics;
    fmt::print("{:.2f} ms a step (median of {}), {:.0f} examples a second, batch {}, {} thread{}\n\n",
               median * 1e3, measured.steps.size(), static_cast<double>(measured.examples) / median,
               measured.batch, measured.threads, measured.threads == 1 ? "" : "s");
    if (measured.profile) {
        print_profile(measured);
    }
    fmt::print(
        "memory: {} at most; {} for one step ({} if nothing were shared), {} for weights and moments\n",
        human_bytes(measured.peak_memory), human_bytes(static_cast<double>(statistics.arena_bytes)),
        human_bytes(static_cast<double>(statistics.buffer_bytes)),
        human_bytes(static_cast<double>(statistics.state_bytes)));
    fmt::print("moved:  {} a step, read and written\n", human_bytes(statistics.bytes_moved));
    fmt::print("data:   {:.3f} ms to read the examples of one step, on a thread beside the training\n",
               1e3 * measured.reading);
}

Json json_of(const Share& share) {
    Json json = {{"operation", share.operation}};
    if (!share.shapes.empty()) {
        json["shapes"] = share.shapes;
    }
    json["share"] = share.share;
    json["ms"] = 1e3 * share.seconds;
    json["calls"] = share.calls;
    json["gflops"] = share.flops_a_second / 1e9;
    json["gbytes_per_second"] = share.bytes_a_second / 1e9;
    return json;
}

Json json_of(const StepTime& measured) {
    const double median = measured.median();
    const PlanStatistics& statistics = measured.statistics;
    Json json = {{"batch", measured.batch},
                 {"examples", measured.examples},
                 {"threads", measured.threads},
                 {"parameters", measured.parameters},
                 {"blas_kernels", blas_kernels()},
                 {"steps", measured.steps.size()},
                 {"median_ms", 1e3 * median},
                 {"step_ms", Json::array()},
                 {"reader_ms", 1e3 * measured.reading},
                 {"kernels", statistics.steps},
                 {"gflop", statistics.flops / 1e9},
                 {"gflops", statistics.flops / median / 1e9}};
    for (const double step : measured.steps) {
        json["step_ms"].push_back(1e3 * step);
    }
    json["memory"] = {{"peak_bytes", measured.peak_memory},
                      {"arena_bytes", statistics.arena_bytes},
                      {"buffer_bytes", statistics.buffer_bytes},
                      {"state_bytes", statistics.state_bytes},
                      {"moved_bytes", statistics.bytes_moved}};
    if (measured.profile) {
        const StepProfile& profile = *measured.profile;
        json["sgemm_gflops"] = profile.peak_flops / 1e9;
        json["replay"] = {
            {"between_kernels_ms", 1e3 * profile.outside / static_cast<double>(measured.steps.size())},
            {"fork_join_us", 1e6 * profile.fork_join},
            {"share", replay_share(measured)}};
        for (const Share& kind : kinds_of(measured)) {
            json["operations"].push_back(json_of(kind));
        }
        json["products"] = Json::array();
        for (const Share& product : products_of(measured)) {
            json["products"].push_back(json_of(product));
            json["products"].back()["of_peak"] = product.flops_a_second / profile.peak_flops;
        }
    }
    return json;
}

struct TimeRequest {
    loading::FileRequest file;  ///< its steps are how many to measure, instead of `seconds`
    double seconds = 3;
    bool whole_steps = false;  ///< not where their time goes
    bool json = false;
};

int time(const TimeRequest& request) {
    const std::optional<loading::Loaded> loaded = loading::load(request.file);
    if (!loaded) {
        return 1;
    }
    if (!loaded->program.train) {
        throw Error(ErrorCode::invalid_argument,
                    request.file.file.string() + " has no `train` block to measure");
    }
    const StepTime measured =
        measure_step(*loaded, {request.file.threads, request.seconds, request.file.steps, request.file.exact,
                               !request.whole_steps});
    if (request.json) {
        fmt::print("{}\n", json_of(measured).dump(2));
    } else {
        print(measured);
    }
    return 0;
}

}  // namespace

Command time_command() {
    return {"time", "measures a training step, and where its time goes",
            [](Options& options) -> Command::Action {
                const auto request = std::make_shared<TimeRequest>();
                options.file(request->file);
                options.threads(request->file.threads);
                const auto set_seconds = [request](double seconds) {
                    constexpr double min_seconds = 0.01;
                    constexpr double max_seconds = 3600;
                    if (seconds < min_seconds || seconds > max_seconds) {
                        throw Error(ErrorCode::invalid_argument,
                                    fmt::format("--seconds wants a number from {} to {}, not '{}'",
                                                min_seconds, max_seconds, seconds));
                    }
                    request->seconds = seconds;
                };
                options.number("--seconds", set_seconds, "N", "how long to measure");
                options.whole_number("--steps", request->file.steps, {1, max_count},
                                     "how many steps to measure, instead of seconds");
                options.excludes("--steps", "--seconds");
                options.flag("--json", request->json, "prints all figures as JSON");
                options.flag("--no-profile", request->whole_steps,
                             "whole steps one after the other, and not where their time goes");
                return [request](const Invocation&) { return time(*request); };
            }};
}

}  // namespace gandsl::program
