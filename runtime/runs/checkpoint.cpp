#include "runtime/runs/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "runtime/files/safetensors.hpp"

namespace gandsl::runs {

namespace {

constexpr const char* prefix = "step-";
constexpr const char* suffix = ".safetensors";
constexpr std::size_t kept = 2;
constexpr const char* format_name = "gandsl checkpoint 1";

}  // namespace

std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::uint64_t step) {
    return folder / fmt::format("{}{:010}{}", prefix, step, suffix);
}

// Newest first: steps are written with leading zeros, so names sort as numbers do.
std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (name.starts_with(prefix) && name.ends_with(suffix)) {
            found.push_back(entry.path());
        }
    }
    std::sort(found.rbegin(), found.rend());
    return found;
}

namespace {

std::vector<std::size_t> sizes_of(const Shape& shape) {
    return {shape.begin(), shape.end()};
}

template <typename Number>
Number parse_number(const files::Metadata& metadata, const std::string& key,
                    const std::filesystem::path& path) {
    const auto found = metadata.find(key);
    Number number{};
    if (found != metadata.end()) {
        const char* end = found->second.data() + found->second.size();
        const auto [rest, problem] = std::from_chars(found->second.data(), end, number);
        if (problem == std::errc() && rest == end) {
            return number;
        }
    }
    throw Error(ErrorCode::format, fmt::format("{}: no checkpoint of gandsl: its metadata has no number '{}'",
                                               path.string(), key));
}

}  // namespace

Checkpoint read_checkpoint(const std::filesystem::path& path) {
    Checkpoint result;
    files::Safetensors content = files::read_safetensors(path);
    const auto format = content.metadata.find("format");
    if (format == content.metadata.end() || format->second != format_name) {
        throw Error(ErrorCode::format, fmt::format("{}: no checkpoint of a gandsl run", path.string()));
    }
    if (!content.checked) {
        throw Error(
            ErrorCode::format,
            fmt::format("{}: is damaged: its checksums are gone, which every checkpoint has", path.string()));
    }
    result.progress.step = parse_number<std::uint64_t>(content.metadata, "step", path);
    result.progress.log_rows = parse_number<std::uint64_t>(content.metadata, "log_rows", path);
    result.progress.seed = parse_number<std::uint64_t>(content.metadata, "seed", path);
    result.progress.batch = parse_number<std::uint64_t>(content.metadata, "batch", path);
    result.tensors = std::move(content.tensors);
    return result;
}

namespace {

RunProgress restore(const std::filesystem::path& path, std::span<const runtime::NamedState> states) {
    const auto [progress, tensors] = read_checkpoint(path);
    // All is compared before anything is changed.
    for (const runtime::NamedState& state : states) {
        const auto found = tensors.find(state.name);
        if (found == tensors.end()) {
            throw Error(ErrorCode::shape,
                        fmt::format("{}: has no '{}', which the model wants; it was written by "
                                    "another model",
                                    path.string(), state.name));
        }
        if (found->second.type != files::ElementType::f32) {
            throw Error(
                ErrorCode::format,
                fmt::format("{}: '{}' holds elements of type {}, the model's are {}; it was written by "
                            "another program",
                            path.string(), state.name, files::to_string(found->second.type),
                            files::to_string(files::ElementType::f32)));
        }
        if (found->second.shape != sizes_of(state.var.shape())) {
            throw Error(
                ErrorCode::shape,
                fmt::format("{}: '{}' has another shape than the model's {}; it was written by another model",
                            path.string(), state.name, to_string(state.var.shape())));
        }
    }
    if (tensors.size() != states.size()) {
        throw Error(ErrorCode::shape,
                    fmt::format("{}: holds {} tensors, the model has {}; it was written by another model",
                                path.string(), tensors.size(), states.size()));
    }
    for (const runtime::NamedState& state : states) {
        state.var.tape().assign(state.var, tensors.at(state.name).floats());
    }
    return progress;
}

std::filesystem::path before_best(const std::filesystem::path& folder) {
    return folder / (std::string("best-before") + suffix);
}

void write_checkpoint(const std::filesystem::path& path, const RunProgress& progress,
                      std::span<const runtime::NamedState> states) {
    std::map<std::string, files::TensorView> tensors;
    for (const runtime::NamedState& state : states) {
        const Array& value = state.var.value();
        tensors.emplace(state.name, files::view(std::span<const float>(value.data(), value.size()),
                                                sizes_of(state.var.shape())));
    }
    const files::Metadata metadata{{"format", format_name},
                                   {"step", std::to_string(progress.step)},
                                   {"log_rows", std::to_string(progress.log_rows)},
                                   {"seed", std::to_string(progress.seed)},
                                   {"batch", std::to_string(progress.batch)}};
    files::write_safetensors(path, tensors, metadata);
}

}  // namespace

std::filesystem::path save_checkpoint(const std::filesystem::path& folder, const RunProgress& progress,
                                      std::span<const runtime::NamedState> states) {
    const std::filesystem::path path = checkpoint_path(folder, progress.step);
    try {
        write_checkpoint(path, progress, states);
    } catch (const Error& error) {
        // Where the disk is full, the older of two checkpoints gives its room to the new one.
        const std::vector<std::filesystem::path> before = checkpoints_in(folder);
        std::error_code unknown;
        const auto room = std::filesystem::space(folder, unknown).available;
        const auto size = unknown || before.empty() ? 0 : std::filesystem::file_size(before.back(), unknown);
        if (error.code() != ErrorCode::file || before.size() < kept || unknown || room >= size ||
            !std::filesystem::remove(before.back(), unknown)) {
            throw;
        }
        write_checkpoint(path, progress, states);
    }
    drop_old_checkpoints(folder);
    return path;
}

void drop_old_checkpoints(const std::filesystem::path& folder) {
    const std::vector<std::filesystem::path> all = checkpoints_in(folder);
    for (std::size_t old = kept; old < all.size(); ++old) {
        std::error_code ignored;
        std::filesystem::remove(all[old], ignored);
    }
}

std::filesystem::path save_best_checkpoint(const std::filesystem::path& folder, const RunProgress& progress,
                                           std::span<const runtime::NamedState> states, bool keep_before) {
    namespace fs = std::filesystem;
    const fs::path path = best_checkpoint(folder);
    const fs::path before = before_best(folder);
    std::error_code ignored;
    if (keep_before && fs::exists(path, ignored)) {
        fs::remove(before, ignored);
        std::error_code no_links;
        fs::create_hard_link(path, before, no_links);
        if (no_links) {
            fs::copy_file(path, before, ignored);
        }
    }
    write_checkpoint(path, progress, states);
    return path;
}

void restore_best_checkpoint(const std::filesystem::path& folder, std::optional<std::uint64_t> step) {
    namespace fs = std::filesystem;
    const fs::path path = best_checkpoint(folder);
    const fs::path before = before_best(folder);
    const auto step_of = [](const fs::path& file) -> std::optional<std::uint64_t> {
        try {
            return read_checkpoint(file).progress.step;
        } catch (const Error&) {
            return std::nullopt;
        }
    };
    std::error_code ignored;
    if (!step) {
        fs::remove(path, ignored);
    } else if (step_of(path) != step && step_of(before) == step) {
        fs::rename(before, path, ignored);
    }
    fs::remove(before, ignored);
}

std::filesystem::path best_checkpoint(const std::filesystem::path& folder) {
    return folder / (std::string("best") + suffix);
}

Restored load_newest_checkpoint(const std::filesystem::path& folder_or_file,
                                std::span<const runtime::NamedState> states,
                                std::vector<std::string>& broken) {
    std::error_code ignored;
    const bool named = std::filesystem::is_regular_file(folder_or_file, ignored);
    const std::vector<std::filesystem::path> all =
        named ? std::vector{folder_or_file} : checkpoints_in(folder_or_file);
    for (const std::filesystem::path& path : all) {
        try {
            return {restore(path, states), path};
        } catch (const Error& error) {
            if (error.code() == ErrorCode::shape) {
                throw;
            }
            if (&path == &all.back()) {
                throw Error(error.code(), error.message() + (named ? "" : no_checkpoint_left));
            }
            broken.emplace_back(error.what());
        }
    }
    throw Error(ErrorCode::file, folder_or_file.string() +
                                     ": there is no checkpoint to go on from, as the run ended before its "
                                     "first; begin anew, without --resume");
}

}  // namespace gandsl::runs
