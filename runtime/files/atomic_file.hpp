#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "autodiff/machine.hpp"

/// Files of a run, written so that a crash leaves the old content or the new one.

namespace gandsl::files {

/// A file that appears under its name only when it is complete: written beside it as ".NAME.PID.partial",
/// synced, renamed, and the folder synced. Throws `file` with path and reason ("No space left on device");
/// the temporary file is gone then, and what was under the name before is untouched. A symbolic link is
/// followed to the file it names; a device, a pipe or a folder is refused.
class AtomicFile {
  public:
    explicit AtomicFile(std::filesystem::path path);
    ~AtomicFile();  ///< without commit(): removes the temporary file
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::span<const std::byte> bytes);
    void write(std::string_view text);
    void commit();

  private:
    [[noreturn]] void fail(const char* doing);
    void discard() noexcept;

    std::filesystem::path path_;
    std::filesystem::path target_;  ///< behind symbolic links
    std::filesystem::path partial_;
    int descriptor_ = -1;
};

void write_atomically(const std::filesystem::path& path, std::span<const std::byte> content);
void write_atomically(const std::filesystem::path& path, std::string_view content);

/// The whole content of a file, or of a pipe without a name. Throws `file`, also for folders, devices and
/// named pipes, which might never end, and `memory` for more than `limit` bytes.
std::string read_whole(const std::filesystem::path& path, std::size_t limit = available_memory() / 2);

/// Throws `file` where the path leads to a folder, a device or a pipe; `what` was expected ("an IDX file").
void require_file(const std::filesystem::path& path, const std::string& what);

/// Removes what crashed writers left in this folder (not below it); only for a folder that nobody else
/// writes.
void remove_partial_files(const std::filesystem::path& folder);

}  // namespace gandsl::files
