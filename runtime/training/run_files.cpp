#include "runtime/training/run_files.hpp"

#include "runtime/files/atomic_file.hpp"
#include "runtime/loading/imported_nets.hpp"
#include "runtime/render/curves.hpp"
#include "runtime/runs/measure_log.hpp"
#include "runtime/runs/record.hpp"

namespace gandsl::training {

void RunFiles::create(const std::string& record) {
    folder_.emplace(runs::RunFolder::create(run_.request.out, run_.loaded.path.stem().string()));
    created_after_ = progress_.step;
    progress_.log_rows = 0;
    try {
        files::write_atomically(folder_->model(), run_.loaded.text);
        loading::copy_models(run_.loaded, folder_->path());
        files::write_atomically(folder_->record(), record);
        log_.emplace(files::CsvLog::create(folder_->log(), run_.value_names));
        if (!run_.measure_names.empty()) {
            measure_log_.emplace(files::CsvLog::create(measures(), run_.measure_names));
        }
    } catch (...) {
        discard_if_new();
        throw;
    }
}

void RunFiles::discard_if_new() {
    if (created_after_ == progress_.step) {
        log_.reset();
        measure_log_.reset();
        folder_->remove();
    }
}

void RunFiles::open(const std::filesystem::path& folder) {
    folder_.emplace(runs::RunFolder::open(folder));
}

std::filesystem::path RunFiles::restore(const std::filesystem::path& checkpoints,
                                        std::vector<std::string>& notes) {
    std::vector<std::string> broken;
    runs::Restored restored = runs::load_newest_checkpoint(checkpoints, run_.graph.states, broken);
    for (const std::string& message : broken) {
        notes.push_back("skipped a broken checkpoint: " + message);
    }
    progress_ = restored.progress;
    return std::move(restored.file);
}

void RunFiles::restore_own(std::vector<std::string>& notes) {
    // An older one is still wanted where those after it are broken.
    const std::filesystem::path restored = restore(folder_->checkpoints(), notes);
    if (restored == runs::checkpoints_in(folder_->checkpoints()).front()) {
        runs::drop_old_checkpoints(folder_->checkpoints());
    }
    saved_ = progress_.step;
}

void RunFiles::resume_logs(const std::string& recorded, std::uint64_t shown,
                           std::optional<std::uint64_t> best) {
    runs::set_epoch(folder_->log(), progress_.log_rows, run_.length.epoch_of(progress_.step));
    log_.emplace(files::CsvLog::resume(folder_->log(), run_.value_names, progress_.log_rows));
    if (progress_.log_rows > 0) {
        progress_.seconds = files::read_log(folder_->log()).seconds.at(progress_.log_rows - 1);
    }
    files::write_atomically(folder_->record(),
                            runs::with_length(recorded, run_.length.steps, run_.length.epochs));
    if (!run_.measure_names.empty()) {
        const runs::EpochOf epoch_of = [this](std::uint64_t step) { return run_.length.epoch_of(step); };
        measure_log_.emplace(
            files::CsvLog::resume(measures(), run_.measure_names,
                                  runs::truncate_measures(measures(), shown, measure_due(run_), epoch_of)));
        runs::restore_best_checkpoint(folder_->checkpoints(), best);
    }
}

void RunFiles::advance(double seconds) {
    ++progress_.step;
    progress_.seconds = seconds;
}

void RunFiles::log(std::span<const float> values) {
    log_->append(progress_.step, run_.length.epoch_of(progress_.step), progress_.seconds, values);
}

void RunFiles::log_measures(std::span<const float> values) {
    measure_log_->append(progress_.step, run_.length.epoch_of(progress_.step), progress_.seconds, values);
}

void RunFiles::drop_logged(std::uint64_t rows) {
    log_.emplace(files::CsvLog::resume(folder_->log(), run_.value_names, log_->rows() - rows));
}

void RunFiles::write_checkpoint() {
    sync_logs();
    runs::save_checkpoint(folder_->checkpoints(), progress_, run_.graph.states);
    saved_ = progress_.step;
}

void RunFiles::write_best_checkpoint(bool keep_before) {
    sync_logs();
    runs::save_best_checkpoint(folder_->checkpoints(), progress_, run_.graph.states, keep_before);
}

void RunFiles::draw_curves() const {
    files::write_atomically(folder_->curves(), render::draw_curves(files::read_log(folder_->log()),
                                                                   run_.loaded.path.stem().string()));
}

// What a checkpoint counts on is on the disk before it.
void RunFiles::sync_logs() {
    log_->sync();
    if (measure_log_) {
        measure_log_->sync();
    }
    progress_.log_rows = log_->rows();
    progress_.seed = run_.program.train->seed;
    progress_.batch = run_.program.train->batch;
}

}  // namespace gandsl::training
