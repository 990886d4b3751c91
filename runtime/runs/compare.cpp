#include "runtime/runs/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <sstream>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"

namespace gandsl::runs {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t seconds_column = 2;

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream text(line);
    for (std::string cell; std::getline(text, cell, ',');) {
        cells.push_back(cell);
    }
    return cells;
}

std::string cell_of(const std::vector<std::string>& cells, std::size_t column) {
    return column < cells.size() ? cells[column] : "nothing";
}

class Compared {
  public:
    Compared(fs::path run, std::string one, fs::path other_run, std::string other)
        : run_(std::move(run)),
          one_(std::move(one)),
          other_run_(std::move(other_run)),
          other_(std::move(other)) {}

    Comparison all() {
        // From what tells most about where a difference comes from to what follows from the rest.
        const bool same = file("model.gan") && file("run.json") && log("log.csv", result_.log_rows) &&
                          log("measures.csv", result_.measure_rows) && last_checkpoint() &&
                          best_checkpoints() && samples() && file("curves.svg");
        static_cast<void>(same);
        return std::move(result_);
    }

  private:
    bool differ(const std::string& what, const std::string& here, const std::string& there) {
        result_.difference = fmt::format("{}: {} {}, and {} {}", what, here, one_, there, other_);
        return false;
    }

    // Whether both have it, or none; `there`: both.
    bool both_have(const fs::path& name, bool& there) {
        const bool here = fs::exists(run_ / name);
        there = here && fs::exists(other_run_ / name);
        if (here != fs::exists(other_run_ / name)) {
            return differ(name.string(), here ? "written" : "not there", here ? "not there" : "written");
        }
        return true;
    }

    bool file(const fs::path& name) {
        bool there = false;
        if (!both_have(name, there)) {
            return false;
        }
        if (there && files::read_whole(run_ / name) != files::read_whole(other_run_ / name)) {
            return differ(name.string(), "other bytes", "others");
        }
        return true;
    }

    bool log(const char* name, std::uint64_t& rows) {
        bool there = false;
        if (!both_have(name, there)) {
            return false;
        }
        if (!there) {
            return true;
        }
        std::istringstream lines(files::read_whole(run_ / name));
        std::istringstream other_lines(files::read_whole(other_run_ / name));
        std::vector<std::string> header;
        for (std::size_t row = 0;; ++row) {
            std::string line;
            std::string other_line;
            const bool more = static_cast<bool>(std::getline(lines, line));
            if (more != static_cast<bool>(std::getline(other_lines, other_line))) {
                return differ(fmt::format("{}, row {}", name, row), more ? "written" : "not there",
                              more ? "not there" : "written");
            }
            if (!more) {
                return true;
            }
            const std::vector<std::string> cells = cells_of(line);
            const std::vector<std::string> other_cells = cells_of(other_line);
            header = row == 0 ? cells : header;
            for (std::size_t column = 0; column < std::max(cells.size(), other_cells.size()); ++column) {
                const std::string here = cell_of(cells, column);
                const std::string there_too = cell_of(other_cells, column);
                if (here != there_too && (column != seconds_column || row == 0)) {
                    return differ(
                        row == 0 ? fmt::format("{}, header", name)
                                 : fmt::format("{}, step {}: {}", name, cells[0], cell_of(header, column)),
                        here, there_too);
                }
            }
            rows = row;
        }
    }

    bool same_progress(const fs::path& name, const RunProgress& here, const RunProgress& there) {
        const auto same = [&](const char* what, std::uint64_t one, std::uint64_t other) {
            return one == other || differ(fmt::format("{}, {}", name.string(), what), std::to_string(one),
                                          std::to_string(other));
        };
        return same("step", here.step, there.step) &&
               same("rows of the log", here.log_rows, there.log_rows) &&
               same("seed", here.seed, there.seed) && same("batch", here.batch, there.batch);
    }

    bool tensors(const fs::path& name, const Checkpoint& here, const Checkpoint& there) {
        for (const auto& [tensor, values] : here.tensors) {
            const std::string what = fmt::format("{}, {}", name.string(), tensor);
            const auto found = there.tensors.find(tensor);
            if (found == there.tensors.end() || found->second.shape != values.shape ||
                found->second.type != values.type) {
                return differ(what, "written", found == there.tensors.end() ? "not there" : "another shape");
            }
            if (values.bytes == found->second.bytes) {
                continue;
            }
            const std::vector<float> one = values.floats();
            const std::vector<float> other = found->second.floats();
            std::size_t index = 0;
            while (std::memcmp(&one[index], &other[index], sizeof(float)) == 0) {
                ++index;
            }
            return differ(fmt::format("{}, number {} of {}", what, index + 1, one.size()),
                          fmt::format("{}", one[index]), fmt::format("{}", other[index]));
        }
        for (const auto& [tensor, values] : there.tensors) {
            if (!here.tensors.contains(tensor)) {
                return differ(fmt::format("{}, {}", name.string(), tensor), "not there", "written");
            }
        }
        return true;
    }

    bool last_checkpoint() {
        const std::vector<fs::path> here = checkpoints_in(run_ / "checkpoints");
        const std::vector<fs::path> there = checkpoints_in(other_run_ / "checkpoints");
        if (here.empty() || there.empty()) {
            return here.empty() && there.empty() ? true
                                                 : differ("checkpoints", here.empty() ? "none" : "written",
                                                          there.empty() ? "none" : "written");
        }
        const Checkpoint one = read_checkpoint(here[0]);
        const Checkpoint other = read_checkpoint(there[0]);
        const fs::path name = fs::path("checkpoints") / here[0].filename();
        if (!same_progress(name, one.progress, other.progress) || !tensors(name, one, other)) {
            return false;
        }
        result_.progress = one.progress;
        for (const auto& [tensor, values] : one.tensors) {
            std::size_t& count = tensor.starts_with("optimizer.") ? result_.optimizer
                                 : tensor.starts_with("average.") ? result_.averages
                                                                  : result_.weights;
            count += values.bytes.size() / sizeof(float);
        }
        return true;
    }

    bool best_checkpoints() {
        const fs::path name = fs::path("checkpoints") / best_checkpoint("").filename();
        if (!both_have(name, result_.best) || !result_.best) {
            return !result_.difference;
        }
        const Checkpoint one = read_checkpoint(run_ / name);
        const Checkpoint other = read_checkpoint(other_run_ / name);
        return same_progress(name, one.progress, other.progress) && tensors(name, one, other);
    }

    bool samples() {
        const auto names_in = [](const fs::path& folder) {
            std::vector<std::string> names;
            for (const auto& entry : fs::directory_iterator(folder)) {
                names.push_back(entry.path().filename().string());
            }
            std::sort(names.begin(), names.end());
            return names;
        };
        std::vector<std::string> names = names_in(run_ / "samples");
        const std::vector<std::string> others = names_in(other_run_ / "samples");
        names.insert(names.end(), others.begin(), others.end());
        std::sort(names.begin(), names.end());
        names.erase(std::unique(names.begin(), names.end()), names.end());
        for (const std::string& name : names) {
            if (!file(fs::path("samples") / name)) {
                return false;
            }
            ++result_.samples;
        }
        return true;
    }

    fs::path run_;
    std::string one_;
    fs::path other_run_;
    std::string other_;
    Comparison result_;
};

}  // namespace

Comparison compare_runs(const fs::path& run, const std::string& one, const fs::path& other_run,
                        const std::string& other) {
    return Compared(run, one, other_run, other).all();
}

}  // namespace gandsl::runs
