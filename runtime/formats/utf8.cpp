#include "runtime/formats/utf8.hpp"

#include <algorithm>

#include "autodiff/error.hpp"
#include "dsl/utf8.hpp"

namespace gandsl::formats {

namespace {

bool is_utf16(std::string_view text) {
    return text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF";
}

[[noreturn]] void refuse(std::string_view text, std::size_t offset, const std::string& name) {
    const std::string_view before = text.substr(0, offset);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    constexpr std::string_view digits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(text[offset]);
    throw Error(ErrorCode::format,
                name + " is not UTF-8: byte " + std::to_string(offset) + " (in line " + std::to_string(line) +
                    ") is 0x" + digits[byte >> 4U] + digits[byte & 0xFU] +
                    "; convert it, for instance with: " +
                    (is_utf16(text) ? "iconv -f utf-16 -t utf-8" : "iconv -f latin1 -t utf-8"));
}

}  // namespace

std::vector<char32_t> code_points(std::string_view text, const std::string& name) {
    std::vector<char32_t> result;
    result.reserve(text.size());
    std::size_t offset = text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    while (offset < text.size()) {
        const utf8::CodePoint decoded = utf8::decode(text, offset);
        if (decoded.bytes == 0) {
            refuse(text, offset, name);
        }
        const bool after_return = offset > 0 && text[offset - 1] == '\r';
        if (decoded.value == U'\r') {
            result.push_back(U'\n');
        } else if (decoded.value != U'\n' || !after_return) {
            result.push_back(decoded.value);
        }
        offset += decoded.bytes;
    }
    return result;
}

bool is_utf8(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        const utf8::CodePoint decoded = utf8::decode(text, offset);
        if (decoded.bytes == 0) {
            return false;
        }
        offset += decoded.bytes;
    }
    return true;
}

void refuse_utf16(std::string_view text, const std::string& name) {
    if (is_utf16(text)) {
        refuse(text, 0, name);
    }
}

}  // namespace gandsl::formats
