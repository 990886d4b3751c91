#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace gandsl::test {

/// An empty folder of its own that goes away with its owner.
class ScratchFolder {
  public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

    /// Names of all that is in it, folders with a "/" at their end, sorted.
    std::vector<std::string> content() const;

  private:
    std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path, std::string_view content);
std::string read_file(const std::filesystem::path& path);
void write_gzipped(const std::filesystem::path& path, std::string_view content);

/// An IDX file: magic number, sizes, bytes.
std::string idx_content(std::uint32_t magic, std::initializer_list<std::uint32_t> sizes,
                        std::string_view bytes);

/// The message of the Error that `body` throws; "nothing thrown" if it does not.
template <class Body>
std::string message_of(Body body);

}  // namespace gandsl::test

#include "autodiff/error.hpp"

template <class Body>
std::string gandsl::test::message_of(Body body) {
    try {
        body();
    } catch (const Error& error) {
        return error.what();
    }
    return "nothing thrown";
}
