#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace gandsl::files {

/// CRC-32 (ISO 3309, as in gzip) of bytes after others with the checksum `before`: finds every single flipped
/// bit and every burst of up to 32.
std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0);
std::uint32_t crc32(std::string_view text, std::uint32_t before = 0);

/// Eight hexadecimal digits.
std::string hexadecimal(std::uint32_t value);

}  // namespace gandsl::files
