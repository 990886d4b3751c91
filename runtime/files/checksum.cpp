#include "runtime/files/checksum.hpp"

#include <libdeflate.h>

namespace gandsl::files {

std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before) {
    // A null pointer would make it start anew.
    return bytes.empty() ? before : ::libdeflate_crc32(before, bytes.data(), bytes.size());
}

std::uint32_t crc32(std::string_view text, std::uint32_t before) {
    return crc32(std::as_bytes(std::span(text)), before);
}

std::string hexadecimal(std::uint32_t value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(8, '0');
    for (std::size_t i = 0; i < 8; ++i) {
        text[7 - i] = digits[(value >> (4 * i)) & 0xf];
    }
    return text;
}

}  // namespace gandsl::files
