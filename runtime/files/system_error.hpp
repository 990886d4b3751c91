#pragma once

#include <filesystem>
#include <string>

namespace gandsl::files {

/// Throws Error(file): "PATH cannot be DOING: REASON", in the system's words for the number `reason`.
[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& doing, int reason);

}  // namespace gandsl::files
