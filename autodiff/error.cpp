#include "error.hpp"

#include <utility>

namespace gandsl {

const char* to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_argument:
            return "invalid argument";
        case ErrorCode::shape:
            return "shape";
        case ErrorCode::file:
            return "file";
        case ErrorCode::format:
            return "format";
        case ErrorCode::memory:
            return "memory";
        case ErrorCode::not_finite:
            return "not finite";
        case ErrorCode::interrupted:
            return "interrupted";
        case ErrorCode::internal:
            return "internal";
    }
    return "unknown";
}

Error::Error(ErrorCode code, std::string message)
    : code_(code), message_(std::move(message)), what_(message_) {}

Error::Error(ErrorCode code, std::string message, SourceLocation location)
    : code_(code), message_(std::move(message)), location_(std::move(location)) {
    what_ = location_->file;
    if (location_->line > 0) {
        what_ += ':' + std::to_string(location_->line);
        if (location_->column > 0) {
            what_ += ':' + std::to_string(location_->column);
        }
    }
    what_ += ": " + message_;
}

const char* Error::what() const noexcept {
    return what_.c_str();
}

}  // namespace gandsl
