#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gandsl::runs {

/// The folder of one run, locked for as long as this lives:
///
///     runs/mnist/001/{model.gan, run.json, log.csv, curves.svg, samples/, checkpoints/, .lock}
///     runs/mnist/latest -> 001
class RunFolder {
  public:
    /// Makes the number after the highest below `runs`/`model`, with its subfolders, and points `latest` to
    /// it (where the file system has links). Two processes never get the same number. Throws `file` with path
    /// and reason, and leaves nothing behind then.
    static RunFolder create(const std::filesystem::path& runs, const std::string& model);

    /// Takes an existing run, to go on with it. A link such as runs/mnist/latest is followed. Removes the
    /// unfinished temporary files of a crashed process. Throws `file` if it is no run folder, or another
    /// process holds it.
    static RunFolder open(const std::filesystem::path& run);

    RunFolder(RunFolder&& other) noexcept;
    RunFolder& operator=(RunFolder&& other) noexcept;
    ~RunFolder();  ///< gives the lock back

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path samples() const { return path_ / "samples"; }
    std::filesystem::path checkpoints() const { return path_ / "checkpoints"; }
    std::filesystem::path model() const { return path_ / "model.gan"; }
    std::filesystem::path record() const { return path_ / "run.json"; }
    std::filesystem::path log() const { return path_ / "log.csv"; }
    std::filesystem::path curves() const { return path_ / "curves.svg"; }

    /// What a process that ended, or a folder that could not be written for a while, left half written.
    void remove_partial_files() const;

    /// The process that held the run before and ended without giving it back; only after open().
    std::optional<long> crashed_process() const { return crashed_; }

    /// Removes the whole run and the folders made for it, for one that failed before its first step; `latest`
    /// points to the run before, if there is one. Nothing else may be called afterwards.
    void remove() noexcept;

    /// Locks of the system's: on the file that says who holds them, and on the folder itself, which holds
    /// where that file is removed.
    struct Locks {
        int note = -1;
        int folder = -1;
    };

  private:
    RunFolder(std::filesystem::path path, Locks locks, std::optional<long> crashed);
    void unlock() noexcept;

    std::filesystem::path path_;
    Locks locks_;
    std::optional<long> crashed_;
    std::vector<std::filesystem::path> made_;  ///< parent folders that create() had to make, outermost first
};

}  // namespace gandsl::runs
