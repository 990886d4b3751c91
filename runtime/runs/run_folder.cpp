#include "runtime/runs/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/system_error.hpp"

namespace gandsl::runs {

namespace {

namespace fs = std::filesystem;

/// The number of a run folder, or 0 if the name is none.
unsigned long number_of(const std::string& name) {
    unsigned long number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    return error == std::errc{} && end == name.data() + name.size() ? number : 0;
}

std::string name_of(unsigned long number) {
    std::string digits = std::to_string(number);
    digits.insert(0, digits.size() < 3 ? 3 - digits.size() : 0, '0');
    return digits;
}

/// The run with the highest number, or 0.
unsigned long highest_number(const fs::path& folder) {
    unsigned long highest = 0;
    std::error_code error;
    for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        highest = std::max(highest, number_of(entry->path().filename().string()));
    }
    return highest;
}

void remove_empty(const std::vector<fs::path>& outermost_first) {
    for (auto folder = outermost_first.rbegin(); folder != outermost_first.rend(); ++folder) {
        ::rmdir(folder->c_str());
    }
}

/// Makes a folder and those above it; notes those that were not there.
void make_folders(const fs::path& folder, std::vector<fs::path>& made) {
    fs::path path;
    for (const fs::path& part : folder) {
        path /= part;
        struct stat status {};
        if (::mkdir(path.c_str(), 0777) == 0) {
            made.push_back(path);
        } else if (const int reason = errno; ::stat(path.c_str(), &status) != 0) {
            files::refuse(path, "made", reason);
        } else if (!S_ISDIR(status.st_mode)) {
            throw Error(ErrorCode::file, path.string() + " is a file; expected a folder for runs");
        }
    }
}

/// Points `folder`/latest to a run beside it. File systems without links do without.
void point_latest(const fs::path& folder, const std::string& run) {
    const fs::path link = folder / "latest";
    std::error_code ignored;
    const fs::file_status status = fs::symlink_status(link, ignored);
    if (fs::exists(status) && !fs::is_symlink(status)) {
        throw Error(ErrorCode::file,
                    link.string() + " is no link; move it away, its name is used for the latest run");
    }
    std::string name = ".latest.";
    name += std::to_string(::getpid()) + ".partial";
    const fs::path partial = folder / name;
    ::unlink(partial.c_str());
    if (::symlink(run.c_str(), partial.c_str()) != 0) {
        if (errno == EPERM || errno == ENOTSUP) {
            return;
        }
        files::refuse(link, "made", errno);
    }
    if (::rename(partial.c_str(), link.c_str()) != 0) {
        const int reason = errno;
        ::unlink(partial.c_str());
        files::refuse(link, "replaced", reason);
    }
}

/// What the lock file says about its holder.
std::optional<long> read_holder(int lock) {
    std::array<char, 32> text{};
    const ssize_t count = ::pread(lock, text.data(), text.size(), 0);
    long process = 0;
    if (count <= 0 || std::from_chars(text.data(), text.data() + count, process).ec != std::errc{}) {
        return std::nullopt;
    }
    return process;
}

[[noreturn]] void refuse_second(const fs::path& run, std::optional<long> holder) {
    throw Error(ErrorCode::file, run.string() + " is being written by " +
                                     (holder ? "process " + std::to_string(*holder) : "another process") +
                                     ", and two would spoil it\n  Wait until it has ended" +
                                     (holder ? ", or stop it with `kill " + std::to_string(*holder) +
                                                   "`: it writes a checkpoint first"
                                             : "") +
                                     ".");
}

/// Locks that the system takes back when its process ends, however it does.
RunFolder::Locks take_locks(const fs::path& run, std::optional<long>& crashed) {
    const fs::path path = run / ".lock";
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
        throw Error(ErrorCode::file, path.string() + " is no file: remove it, and gandsl makes its own");
    }
    RunFolder::Locks locks;
    locks.note = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (locks.note < 0) {
        files::refuse(path, "written", errno);
    }
    locks.folder = ::open(run.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const auto give_up = [&] {
        ::close(locks.note);
        if (locks.folder >= 0) {
            ::close(locks.folder);
        }
    };
    // Some file systems lock no folders; there the file has to do.
    const bool folder_taken =
        locks.folder >= 0 && ::flock(locks.folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    if (folder_taken || ::flock(locks.note, LOCK_EX | LOCK_NB) != 0) {
        const int reason = folder_taken ? EWOULDBLOCK : errno;
        const auto holder = read_holder(locks.note);
        give_up();
        if (reason == EWOULDBLOCK) {
            refuse_second(run, holder);
        }
        files::refuse(path, "locked", reason);
    }
    crashed = read_holder(locks.note);
    const std::string process = std::to_string(::getpid()) + "\n";
    if (::ftruncate(locks.note, 0) != 0 ||
        ::pwrite(locks.note, process.data(), process.size(), 0) != static_cast<ssize_t>(process.size())) {
        const int reason = errno;
        give_up();
        files::refuse(path, "written", reason);
    }
    return locks;
}

}  // namespace

RunFolder RunFolder::create(const fs::path& runs, const std::string& model) {
    if (model.empty() || model == "." || model == ".." || model.find('/') != std::string::npos) {
        throw Error(ErrorCode::invalid_argument, "a run cannot be called \"" + model + "\"");
    }
    const fs::path parent = runs / model;
    std::vector<fs::path> made;
    fs::path path;
    try {
        make_folders(parent, made);
        for (unsigned long number = highest_number(parent) + 1; path.empty(); ++number) {
            const fs::path attempt = parent / name_of(number);
            if (::mkdir(attempt.c_str(), 0777) == 0) {
                path = attempt;
            } else if (errno != EEXIST) {
                files::refuse(attempt, "made", errno);
            }
        }
        std::optional<long> crashed;
        RunFolder run(path, take_locks(path, crashed), std::nullopt);
        for (const fs::path& folder : {run.samples(), run.checkpoints()}) {
            if (::mkdir(folder.c_str(), 0777) != 0) {
                files::refuse(folder, "made", errno);
            }
        }
        point_latest(parent, path.filename().string());
        run.made_ = std::move(made);
        return run;
    } catch (...) {
        std::error_code ignored;
        if (!path.empty()) {
            fs::remove_all(path, ignored);
        }
        remove_empty(made);
        throw;
    }
}

RunFolder RunFolder::open(const fs::path& run) {
    std::error_code error;
    const fs::path path = fs::canonical(run, error);
    if (error) {
        throw Error(ErrorCode::file,
                    run.string() + " is not there, or cannot be followed: " + error.message());
    }
    if (fs::is_regular_file(path, error) && path.extension() == ".safetensors") {
        throw Error(ErrorCode::file,
                    run.string() +
                        " is a checkpoint: --resume goes on with a run's folder, from its last "
                        "one; with --fork it begins a new run at any");
    }
    if (!fs::is_directory(path / "checkpoints", error)) {
        const bool has_runs = fs::is_symlink(path / "latest", error);
        throw Error(ErrorCode::file,
                    run.string() + " is no run: it has no folder checkpoints" +
                        (has_runs ? "; did you mean " + (run / "latest").string() + "?" : ""));
    }
    std::optional<long> crashed;
    RunFolder folder(path, take_locks(path, crashed), std::nullopt);
    folder.crashed_ = crashed;
    if (::mkdir(folder.samples().c_str(), 0777) != 0 && errno != EEXIST) {
        files::refuse(folder.samples(), "made", errno);
    }
    folder.remove_partial_files();
    return folder;
}

void RunFolder::remove_partial_files() const {
    for (const fs::path& written : {path_, samples(), checkpoints()}) {
        files::remove_partial_files(written);
    }
}

RunFolder::RunFolder(fs::path path, Locks locks, std::optional<long> crashed)
    : path_(std::move(path)), locks_(locks), crashed_(crashed) {}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : path_(std::move(other.path_)),
      locks_(std::exchange(other.locks_, {})),
      crashed_(other.crashed_),
      made_(std::move(other.made_)) {}

RunFolder& RunFolder::operator=(RunFolder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(locks_, other.locks_);
    std::swap(crashed_, other.crashed_);
    std::swap(made_, other.made_);
    return *this;
}

RunFolder::~RunFolder() {
    unlock();
}

void RunFolder::unlock() noexcept {
    if (locks_.note < 0) {
        return;
    }
    // The file stays, empty: removing it would let a third process lock another file of the same name.
    const int failed = ::ftruncate(locks_.note, 0);
    static_cast<void>(failed);
    ::close(locks_.note);
    if (locks_.folder >= 0) {
        ::close(locks_.folder);
    }
    locks_ = {};
}

void RunFolder::remove() noexcept {
    const fs::path parent = path_.parent_path();
    std::error_code ignored;
    fs::remove_all(path_, ignored);
    unlock();
    try {
        if (const unsigned long before = highest_number(parent); before != 0) {
            point_latest(parent, name_of(before));
        } else {
            fs::remove(parent / "latest", ignored);
        }
    } catch (const std::exception&) {
        fs::remove(parent / "latest", ignored);
    }
    remove_empty(made_);
}

}  // namespace gandsl::runs
