#include "runtime/runs/saved_run.hpp"

#include <fmt/format.h>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/runs/checkpoint.hpp"

namespace gandsl::runs {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_source_bytes = std::size_t{16} << 20U;

bool is_run(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path / "checkpoints", ignored) && fs::exists(path / "run.json", ignored);
}

}  // namespace

SavedRun open_trained(const fs::path& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error) {
        throw Error(ErrorCode::file, fmt::format("{} is not there{}", path.string(),
                                                 error == std::errc::no_such_file_or_directory
                                                     ? ""
                                                     : ", or cannot be followed: " + error.message()));
    }
    SavedRun run;
    run.folder = real;
    if (fs::is_regular_file(real, error)) {
        if (real.extension() != ".safetensors") {
            throw Error(
                ErrorCode::file,
                fmt::format("{} is no run: a run is a folder such as runs/mnist/latest{}", path.string(),
                            real.extension() == ".gan" ? ", which `gandsl run` makes from a .gan file"
                                                       : ", or a checkpoint's file in it"));
        }
        run.checkpoint = real;
        run.folder = real.parent_path().parent_path();
        if (!is_run(run.folder)) {
            throw Error(
                ErrorCode::file,
                fmt::format("{} does not lie in a run's folder checkpoints, where model.gan and run.json "
                            "beside it say what its numbers mean",
                            path.string()));
        }
    } else if (!is_run(real)) {
        const bool has_runs = fs::is_symlink(path / "latest", error);
        throw Error(ErrorCode::file,
                    fmt::format("{} is no run: it has no run.json and no folder checkpoints{}", path.string(),
                                has_runs ? "; did you mean " + (path / "latest").string() + "?" : ""));
    }
    run.text = files::read_whole(run.folder / "model.gan", max_source_bytes);
    run.record = read_record(run.folder / "run.json");
    return run;
}

Weights read_weights(const SavedRun& run, bool best, std::vector<std::string>& skipped) {
    const auto read = [](const fs::path& path) {
        Checkpoint checkpoint = read_checkpoint(path);
        return Weights{path, checkpoint.progress.step, std::move(checkpoint.tensors)};
    };
    const fs::path folder = run.folder / "checkpoints";
    if (best) {
        const fs::path path = best_checkpoint(folder);
        std::error_code ignored;
        if (!fs::exists(path, ignored)) {
            throw Error(ErrorCode::file,
                        fmt::format("{} keeps no best checkpoint: one is kept where the file has "
                                    "a `measure`, from the first time it is taken",
                                    run.folder.string()));
        }
        return read(path);
    }
    if (run.checkpoint) {
        return read(*run.checkpoint);
    }
    const std::vector<fs::path> all = checkpoints_in(folder);
    for (const fs::path& path : all) {
        try {
            return read(path);
        } catch (const Error& error) {
            if (&path == &all.back()) {
                throw Error(error.code(), error.message() + no_checkpoint_left);
            }
            skipped.emplace_back(error.what());
        }
    }
    throw Error(
        ErrorCode::file,
        fmt::format("{} has no checkpoint yet: the first is written at the end of the first epoch, or when "
                    "the run is stopped with Ctrl-C",
                    run.folder.string()));
}

}  // namespace gandsl::runs
