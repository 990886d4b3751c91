#include "tests/bench/report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/terminal/format.hpp"

namespace gandsl::bench {

namespace {

using Cells = std::vector<std::string>;

std::string aligned(const std::vector<Cells>& lines) {
    std::vector<std::size_t> widths(lines[0].size(), 0);
    for (const Cells& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            widths[i] = std::max(widths[i], line[i].size());
        }
    }
    std::string text;
    for (std::size_t row = 0; row < lines.size(); ++row) {
        for (std::size_t i = 0; i < widths.size(); ++i) {
            text += fmt::format("| {:<{}} ", lines[row][i], widths[i]);
        }
        text += "|\n";
        if (row == 0) {
            for (const std::size_t width : widths) {
                text += "|" + std::string(width + 2, '-');
            }
            text += "|\n";
        }
    }
    return text;
}

// "met" or "missed", and counts the latter.
std::string verdict(bool met, Table& table) {
    table.missed += met ? 0 : 1;
    return met ? "met" : "missed";
}

std::string milliseconds(double time) {
    return fmt::format("{:.{}f}", time, time < 10 ? 2 : 1);
}
std::string megabytes(double bytes) {
    return fmt::format("{:.0f}", bytes / 1e6);
}

}  // namespace

Table against_peer(const std::vector<Result>& results) {
    Table table;
    std::vector<Cells> lines = {{"model", "batch", "PyTorch ms", "its best", "gandsl ms", "ratio", "rounds",
                                 "at least", "", "MB", "PyTorch MB", "share", "at most", ""}};
    for (const Result& result : results) {
        if (!result.peer) {
            continue;
        }
        const double ratio = result.peer->ratio;
        const double share = result.memory / result.peer->memory;
        lines.push_back(
            {result.row.name, std::to_string(result.row.model.batch), milliseconds(result.peer->step),
             result.peer->settings.spell(), milliseconds(result.step), fmt::format("{:.2f}", ratio),
             fmt::format("{:.2f}-{:.2f}", result.peer->ratios.low, result.peer->ratios.high),
             fmt::format("{:g}", result.row.times_as_fast), verdict(ratio >= result.row.times_as_fast, table),
             megabytes(result.memory), megabytes(result.peer->memory), fmt::format("{:.0f} %", 100 * share),
             fmt::format("{:.0f} %", 100 * result.row.memory_share),
             verdict(share <= result.row.memory_share, table)});
    }
    table.text = aligned(lines);
    return table;
}

Table alone(const std::vector<Result>& results) {
    Table table;
    std::vector<Cells> lines = {{"model", "ms", "1 thread", "speedup", fmt::format(">= {:g}", min_speedup),
                                 "replay", fmt::format("<= {:g} %", 100 * max_replay), "start",
                                 fmt::format("<= {:g} s", max_start), "data ms", "<= ms"}};
    for (const Result& result : results) {
        lines.push_back({result.row.name, milliseconds(result.step), milliseconds(result.single),
                         fmt::format("{:.2f}", result.speedup), verdict(result.speedup >= min_speedup, table),
                         fmt::format("{:.1f} %", 100 * result.profile.replay),
                         verdict(result.profile.replay <= max_replay, table),
                         fmt::format("{:.2f} s", result.start), verdict(result.start <= max_start, table),
                         fmt::format("{:.2f}", result.reading),
                         verdict(result.reading <= result.step, table)});
    }
    table.text = aligned(lines);
    return table;
}

std::string costs(const std::vector<Result>& results) {
    std::vector<Cells> lines = {{"model", "operations", "product that takes most", "GFLOP/s", "sgemm"}};
    for (const Result& result : results) {
        const Profile& profile = result.profile;
        std::string operations;
        for (std::size_t i = 0; i < std::min<std::size_t>(3, profile.operations.size()); ++i) {
            operations += fmt::format("{}{} {:.0f} %", i == 0 ? "" : ", ", profile.operations[i].name,
                                      100 * profile.operations[i].share);
        }
        if (!profile.products.empty()) {
            const Profile::Part& first = profile.products.front();
            lines.push_back({result.row.name, operations,
                             fmt::format("{} ({:.0f} %)", first.name, 100 * first.share),
                             fmt::format("{:.0f}", first.gflops), fmt::format("{:.0f}", profile.sgemm)});
        }
    }
    return aligned(lines);
}

std::string growth(const std::vector<Curve>& curves) {
    std::string text;
    for (const Curve& curve : curves) {
        if (curve.sizes.size() < 2) {
            continue;
        }
        const auto describe = [&](const char* side, const std::vector<double>& times) {
            const Growth growth = growth_of(curve.sizes, times);
            return fmt::format("{} {}^{:.2f} ({:.2f} over the last step)", side, curve.size, growth.overall,
                               growth.last);
        };
        text += fmt::format("- {}, from {:g} to {:g}: {}", curve.title, curve.sizes.front(),
                            curve.sizes.back(), describe("gandsl", curve.own));
        text += curve.peer.empty() ? "\n" : "; " + describe("PyTorch", curve.peer) + "\n";
    }
    return text;
}

std::string taken(const Cores& cores) {
    return fmt::format(
        "A run counts if right before and right after it the machine computes at least {:g} times as many "
        "small products on its threads as on one: two processors of a virtual machine may for a while be "
        "the two threads of one core. Then a second thread is worth little, and as gandsl gains more by it "
        "than PyTorch, ratios as well as speedups would be lower. For {} runs, {} results were not taken; {} "
        "count regardless.\n",
        cores.least(), cores.runs(), cores.repeated(), cores.regardless());
}

std::string page(const Machine& machine, const std::string& command, double import_seconds,
                 const std::vector<Result>& results, const std::vector<Curve>& curves, const Options& options,
                 const Cores& cores) {
    const bool peer = !machine.torch.empty();
    std::string text = fmt::format(
        "# Benchmarks\n\nWhat `{}` printed and drew.\n\nMachine: {}, {} cores, {} of memory. gandsl was "
        "compiled with g++ {}, and uses OpenBLAS {} with its kernels for {}{}.\n\n",
        command, machine.processor, machine.cores, terminal::human_bytes(machine.memory), machine.compiler,
        machine.openblas, results.front().profile.kernels,
        peer ? fmt::format("; PyTorch is Debian's python3-torch {}", machine.torch) : "");
    text += fmt::format(
        "Step times are medians: of the steps of one process on {} threads, then of the rounds, of which "
        "there were {}; starts are medians of {}. Data is made ready outside the time. Memory is the "
        "largest that the process had, which holds no more data than a few batches.\n\n",
        options.threads, options.rounds, std::min(options.rounds, max_starts));
    text += taken(cores) + "\n";
    if (peer) {
        text +=
            "## Beside PyTorch\n\nBoth sides train the same model, with the same batch, optimizer and "
            "updates, in single precision; the number of learned weights is held to be equal. Every round "
            "has a turn of each model. PyTorch at its best: the fastest of one and two threads with either "
            "flavour of OpenBLAS, oneDNN on (which Debian's build uses for convolutions, and not for "
            "transposed ones), denormal numbers flushed, no gradients but those that an update needs; the "
            "C library's allocation of memory as it comes. `tests/bench/peer.py` has its models; `wgan_gp` "
            "is a turn of its critic, `tests/bench/models/wgan_critic.gan`. The ratio is taken in every "
            "round, where one side follows the other, and its median is shown; the column after it has the "
            "lowest and highest.\n\n";
        text += against_peer(results).text + "\n";
    }
    text +=
        "## By itself\n\nThe replay's own cost is what a step spends outside its kernels, with what handing "
        "each to the threads takes at best. The start is the time from calling `gandsl run` to its first "
        "step";
    text += peer ? fmt::format("; `import torch` alone takes {:.2f} s", import_seconds) : "";
    text += ". Data is the time in which one thread, beside the training, reads the examples of a step.\n\n" +
            alone(results).text;
    text +=
        "\n## Where the time goes\n\n`gandsl time FILE` shows all of it. Convolutions count as the sums of "
        "products that they are; Winograd's algorithm needs fewer, so that they may pass sgemm.\n\n" +
        costs(results);
    if (!curves.empty()) {
        text += fmt::format(
            "\n## How the cost grows\n\nA point is the median of {} rounds, and PyTorch's that of the "
            "faster flavour of OpenBLAS. Exponents are fitted to all points by least squares of logarithms; "
            "the last step is that between the two largest sizes, where costs that do not grow weigh "
            "least.\n\n",
            std::min(options.rounds, max_curve_rounds));
        text += growth(curves);
        for (const Curve& curve : curves) {
            text += fmt::format("\n![{}](pictures/benchmark-{}.svg)\n", curve.title, curve.name);
        }
    }
    return text;
}

}  // namespace gandsl::bench
