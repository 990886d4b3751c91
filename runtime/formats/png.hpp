#pragma once

#include <filesystem>

#include "runtime/formats/image.hpp"

namespace gandsl::formats {

/// Writes a PNG file, atomically. Throws `shape` for an image without pixels, with other than 1 or 3 channels
/// or with another number of bytes than its sizes say; `memory` where there is none for the file; `file`
/// where it cannot be written.
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace gandsl::formats
