#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/program/process.hpp"

/// A folder for one test, and the small models it runs.
namespace gandsl::test {

/// An empty folder that goes away with its owner, with commands to run in it.
class Scratch {
  public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

    void write(const std::string& name, std::string_view content) const;
    std::string read(const std::string& name) const;
    bool has(const std::string& name) const;
    /// Names of all that is in a folder below, sorted.
    std::vector<std::string> list(const std::string& name) const;

    /// Runs gandsl here.
    Outcome gandsl(std::vector<std::string> words) const;

  private:
    std::filesystem::path path_;
};

/// Runs gandsl there, as part of a test that cannot go on where it fails.
void succeed(const Scratch& scratch, const std::vector<std::string>& words);

bool contains(std::string_view text, std::string_view part);

/// A GAN of a few numbers on drawn digits: 16 steps in two epochs, with a named binding, dropout and an
/// option.
extern const char* const tiny_gan;
/// A net that copies pictures through four numbers, with a measure.
extern const char* const tiny_autoencoder;

/// `text` with the one occurrence of `from` replaced.
std::string replaced(std::string text, const std::string& from, const std::string& to);

std::vector<std::string> lines_of(const std::string& text);

/// A log without its column of seconds, which no two runs share.
std::string without_seconds(const std::string& log);

/// An IDX file of bytes: magic number, sizes, content.
std::string idx_file(std::uint32_t magic, const std::vector<std::uint32_t>& sizes, std::string_view content);

/// Pictures of 28 x 28 with varied bytes, and labels 0 .. 9.
std::string idx_pictures(std::uint32_t count);
std::string idx_labels(std::uint32_t count);

}  // namespace gandsl::test
