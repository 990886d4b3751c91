#pragma once

#include "version.hpp"  // first: refuses an older C++ before what follows fails in it

#include <cstddef>
#include <exception>
#include <optional>
#include <string>

namespace gandsl {

/// What kind of mistake an Error reports; the message says which one.
enum class ErrorCode {
    invalid_argument,  ///< a value outside what the function or option takes
    shape,             ///< shapes that do not fit together
    file,              ///< a file or folder that is missing, unreadable, unwritable or locked
    format,            ///< a file whose content is not what it should be
    memory,            ///< would take more memory than there is
    not_finite,        ///< a NaN or an infinity where a number was needed
    interrupted,       ///< stopped on request
    internal,          ///< a bug of gandsl, not of its user
};

/// "invalid argument", "file", ...
const char* to_string(ErrorCode code);

/// A place in a text file. Lines and columns count from 1; 0 means unknown.
struct SourceLocation {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;

    friend bool operator==(const SourceLocation&, const SourceLocation&) = default;
};

/// The one exception type. The message says what was found, what was expected, and how to mend it.
class Error : public std::exception {
  public:
    Error(ErrorCode code, std::string message);
    Error(ErrorCode code, std::string message, SourceLocation location);

    ErrorCode code() const noexcept { return code_; }
    const std::string& message() const noexcept { return message_; }
    const std::optional<SourceLocation>& location() const noexcept { return location_; }

    /// The message, after "file:line:column: " where a location is known.
    const char* what() const noexcept override;

  private:
    ErrorCode code_;
    std::string message_;
    std::optional<SourceLocation> location_;
    std::string what_;
};

}  // namespace gandsl
