#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "runtime/loading/file_request.hpp"

namespace gandsl::training {

/// What `gandsl run` was asked for.
struct RunRequest {
    loading::FileRequest file;
    std::filesystem::path out = "runs";
    std::optional<std::filesystem::path> resume;  ///< a run; with `fork`, or a checkpoint's file
    bool fork = false;                            ///< go on in a run of its own, whatever differs
    std::optional<std::uint64_t> stop_at;         ///< a step after which to stop as if asked to
    bool help = false;                            ///< list the file's options instead
    std::string program = "gandsl";  ///< as it was called, for the command that goes on with a run
};

}  // namespace gandsl::training
