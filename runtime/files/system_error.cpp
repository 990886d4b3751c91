#include "runtime/files/system_error.hpp"

#include <system_error>

#include "autodiff/error.hpp"

namespace gandsl::files {

void refuse(const std::filesystem::path& path, const std::string& doing, int reason) {
    throw Error(ErrorCode::file,
                path.string() + " cannot be " + doing + ": " + std::generic_category().message(reason));
}

}  // namespace gandsl::files
