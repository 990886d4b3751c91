#include <fmt/format.h>

#include <cstdio>

#include "autodiff/error.hpp"
#include "runtime/data/batch.hpp"
#include "runtime/gradcheck/gradcheck.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"
#include "runtime/training/session.hpp"

namespace gandsl::program {

namespace {

// Batches of the first training step, as often as they are asked for.
class FirstStep {
  public:
    FirstStep(const dsl::Program& program, const data::Datasets& datasets, std::size_t batch,
              std::uint64_t seed)
        : program_(program), datasets_(datasets), batch_(batch), seed_(seed) {}

    void read(const gradcheck::Wanted& wanted, std::span<double> into) const {
        const data::Dataset& dataset = *datasets_[wanted.data];
        const data::Order order{seed_, dataset.description().train_count, wanted.data};
        data::Batch batch;
        data::read_ordered(dataset, order, wanted.slot * batch_, batch_,
                           program_.data[wanted.data].names.size(), batch, wanted.next);
        const std::vector<float>& values = (wanted.next ? batch.next_fields : batch.fields).at(wanted.field);
        if (values.size() != into.size()) {
            throw Error(ErrorCode::internal, "a batch has another size than its input");
        }
        std::copy(values.begin(), values.end(), into.begin());
    }

  private:
    const dsl::Program& program_;
    const data::Datasets& datasets_;
    std::size_t batch_;
    std::uint64_t seed_;
};

void print_row(const gradcheck::WeightReport& row) {
    const std::size_t settled = row.checked - row.unsure;
    const std::string error = settled == 0 ? "-" : fmt::format("{:.1e}", row.error);
    const char* verdict = row.failed > 0 ? "FAIL" : settled == 0 ? "unsure" : "ok";
    fmt::print("{:<20} {:<32} {:>7} {:>10}  {}\n", row.update, row.weight,
               row.unsure == 0 ? fmt::format("{}", row.checked) : fmt::format("{}/{}", settled, row.checked),
               error, verdict);
    if (row.failed > 0) {
        fmt::print(
            "{:<20}   entry {}: {:.9g} as computed, {:.9g} by differences ({} of {} entries are wrong)\n", "",
            row.entry, row.recorded, row.expected, row.failed, row.checked);
    }
    std::fflush(stdout);
}

int conclude(const std::vector<gradcheck::WeightReport>& rows) {
    std::size_t failed = 0, unsure = 0, checked = 0;
    for (const gradcheck::WeightReport& row : rows) {
        failed += row.failed > 0 ? 1 : 0;
        unsure += row.unsure;
        checked += row.checked;
    }
    fmt::print("\n");
    if (unsure > 0) {
        fmt::print(
            "{} of {} entries lie so near a kink (relu at 0, max at a tie) or the end of what is defined "
            "(log "
            "at 0)\n"
            "that differences do not settle there;\n"
            "they count neither for nor against. Another --seed looks elsewhere.\n",
            unsure, checked);
    }
    if (failed > 0) {
        fmt::print("{} of {} gradients are WRONG. This is a bug of gandsl: please report it with the file.\n",
                   failed, rows.size());
        return 1;
    }
    if (unsure == checked) {
        fmt::print("Nothing could be judged.\n");
        return 1;
    }
    fmt::print("All {} gradients agree with finite differences.\n", rows.size());
    return 0;
}

struct GradcheckRequest {
    loading::FileRequest file;
    std::size_t entries = 5;  ///< looked at in each weight
};

int gradcheck(const GradcheckRequest& request) {
    const std::optional<loading::Loaded> loaded = loading::load(request.file);
    if (!loaded) {
        return 1;
    }
    const dsl::Program& program = loaded->program;
    if (!program.train) {
        throw Error(ErrorCode::invalid_argument,
                    request.file.file.string() + " has no `train` block, and so no gradients");
    }
    gradcheck::Options options;
    options.batch = request.file.batch.value_or(options.batch);
    options.entries = request.entries;
    options.seed = program.train->seed;
    options.threads = request.file.threads;
    const data::Datasets datasets = training::open_datasets(*loaded);
    const FirstStep step(program, datasets, options.batch, options.seed);
    fmt::print("{}: gradients in double precision against finite differences, batch {}\n\n",
               request.file.file.string(), options.batch);
    fmt::print("{:<20} {:<32} {:>7} {:>10}\n", "update", "weight", "entries", "error");
    return conclude(gradcheck::check(
        program, options,
        [&](const gradcheck::Wanted& wanted, std::span<double> into) { step.read(wanted, into); },
        print_row));
}

}  // namespace

Command gradcheck_command() {
    return {
        "gradcheck", "holds a model's gradients against finite differences",
        [](Options& options) -> Command::Action {
            const auto request = std::make_shared<GradcheckRequest>();
            options.file(request->file, "examples in a batch; 4 unless said");
            options.whole_number("--entries", request->entries, {1, max_examples},
                                 "numbers looked at in each weight; 5 unless said");
            options.threads(request->file.threads);
            options.footer(
                "Every weight of every update is moved by a little, and the change of the objective compared "
                "with "
                "the\n"
                "gradient that training would use: in double precision, on the first batch, with the draws "
                "of "
                "the "
                "first\n"
                "step. Gradients inside an objective, as a gradient penalty has them, are part of it. What "
                "stands "
                "inside\n"
                "stop_gradient is held at its value, for that is what the gradient takes it to be. The error "
                "is "
                "a "
                "share of\n"
                "the gradient; above 0.00001 fails, and the exit code is 1.");
            return [request](const Invocation&) { return gradcheck(*request); };
        }};
}

}  // namespace gandsl::program
