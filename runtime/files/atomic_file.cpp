#include "runtime/files/atomic_file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/files/system_error.hpp"

namespace gandsl::files {

namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& path) {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// A rename is on the disk only when its folder is.
int sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    int reason = ::fsync(descriptor) == 0 ? 0 : errno;
    // Some file systems cannot sync folders, and need not.
    reason = reason == EINVAL || reason == ENOTSUP ? 0 : reason;
    ::close(descriptor);
    return reason;
}

/// The file that a path stands for behind its symbolic links, there or not. What is there must be a regular
/// file: a rename would put one in the place of a device, a pipe or a folder.
fs::path target_of(const fs::path& path) {
    std::error_code error;
    const fs::file_type type = fs::status(path, error).type();
    if (type != fs::file_type::regular && type != fs::file_type::not_found && type != fs::file_type::none) {
        throw Error(ErrorCode::file,
                    path.string() + " cannot be written: it is " +
                        (type == fs::file_type::directory ? "a folder" : "a device, pipe or socket") +
                        "; expected a file, or a name that is free");
    }
    constexpr int max_links = 40;  // as many as the system follows
    fs::path target = path;
    for (int links = 0; fs::is_symlink(fs::symlink_status(target, error)); ++links) {
        const fs::path next = fs::read_symlink(target, error);
        if (error || links == max_links) {
            refuse(path, "written", error ? error.value() : ELOOP);
        }
        target = folder_of(target) / next;
    }
    return target;
}

/// Not on any disk: what a shell makes for `gandsl check <(...)`.
bool is_shells_pipe(int descriptor, const struct stat& status) {
    struct statfs system {};
    return S_ISFIFO(status.st_mode) && ::fstatfs(descriptor, &system) == 0 && system.f_type == PIPEFS_MAGIC;
}

const char* kind_of(const struct stat& status) {
    return S_ISFIFO(status.st_mode) ? "named pipe" : S_ISSOCK(status.st_mode) ? "socket" : "device";
}

bool is_partial(const std::string& name) {
    constexpr std::string_view ending = ".partial";
    return name.size() > ending.size() && name.front() == '.' &&
           name.compare(name.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)), target_(target_of(path_)) {
    // A crashed process with the same number may have left its file; threads of one process may meet, too.
    for (int attempt = 0; attempt < 1000 && descriptor_ < 0; ++attempt) {
        std::string name = ".";
        name += target_.filename().string();
        name += '.' + std::to_string(::getpid());
        if (attempt > 0) {
            name += '-' + std::to_string(attempt);
        }
        partial_ = folder_of(target_) / (name + ".partial");
        descriptor_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor_ < 0 && errno != EEXIST) {
            break;
        }
    }
    if (descriptor_ < 0) {
        refuse(path_, "written", errno);
    }
}

AtomicFile::~AtomicFile() {
    discard();
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) {
            fail("written");
        }
        bytes = bytes.subspan(count < 0 ? 0 : static_cast<std::size_t>(count));
    }
}

void AtomicFile::write(std::string_view text) {
    write(std::as_bytes(std::span(text)));
}

void AtomicFile::commit() {
    if (::fsync(descriptor_) != 0) {
        fail("written to the disk");
    }
    if (::close(std::exchange(descriptor_, -1)) != 0) {
        fail("written");
    }
    if (::rename(partial_.c_str(), target_.c_str()) != 0) {
        fail("replaced");
    }
    partial_.clear();
    if (const int reason = sync_folder(folder_of(target_)); reason != 0) {
        refuse(path_, "synced", reason);
    }
}

void AtomicFile::fail(const char* doing) {
    const int reason = errno;
    discard();
    refuse(path_, doing, reason);
}

void AtomicFile::discard() noexcept {
    if (descriptor_ >= 0) {
        ::close(std::exchange(descriptor_, -1));
    }
    if (!partial_.empty()) {
        ::unlink(partial_.c_str());
        partial_.clear();
    }
}

void write_atomically(const fs::path& path, std::span<const std::byte> content) {
    AtomicFile file(path);
    file.write(content);
    file.commit();
}

void write_atomically(const fs::path& path, std::string_view content) {
    write_atomically(path, std::as_bytes(std::span(content)));
}

std::string read_whole(const fs::path& path, std::size_t limit) {
    struct Descriptor {
        int number;
        ~Descriptor() {
            if (number >= 0) {
                ::close(number);
            }
        }
    };
    // A named pipe that nobody writes to would be waited for when it is opened, else.
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0) {
        refuse(path, "read", errno);
    }
    struct stat status {};
    if (::fstat(file.number, &status) != 0) {
        refuse(path, "read", errno);
    }
    if (S_ISDIR(status.st_mode)) {
        refuse(path, "read", EISDIR);
    }
    if (!S_ISREG(status.st_mode) && !is_shells_pipe(file.number, status)) {
        throw Error(ErrorCode::file, path.string() + " is a " + kind_of(status) + "; expected a file");
    }
    if (::fcntl(file.number, F_SETFL, 0) != 0) {
        refuse(path, "read", errno);
    }
    const auto too_large = [&](const std::string& size) {
        throw Error(ErrorCode::memory, path.string() + " has " + size + " bytes; at most " +
                                           std::to_string(limit) + " are read");
    };
    if (S_ISREG(status.st_mode) && static_cast<std::uintmax_t>(status.st_size) > limit) {
        too_large(std::to_string(status.st_size));
    }
    std::string content;
    content.reserve(S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0);
    char buffer[1 << 16];
    while (true) {
        const ssize_t count = ::read(file.number, buffer, sizeof buffer);
        if (count < 0 && errno != EINTR) {
            refuse(path, "read", errno);
        }
        if (count == 0) {
            return content;
        }
        content.append(buffer, count < 0 ? 0 : static_cast<std::size_t>(count));
        if (content.size() > limit) {
            too_large("more than " + std::to_string(limit));
        }
    }
}

void require_file(const fs::path& path, const std::string& what) {
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
        throw Error(ErrorCode::file, path.string() + " is a " +
                                         (S_ISDIR(status.st_mode) ? "folder" : kind_of(status)) +
                                         "; expected " + what);
    }
}

void remove_partial_files(const fs::path& folder) {
    std::error_code error;
    for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        std::error_code ignored;
        if (is_partial(entry->path().filename().string()) && entry->is_regular_file(ignored)) {
            fs::remove(entry->path(), ignored);
        }
    }
}

}  // namespace gandsl::files
