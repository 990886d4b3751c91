#include "runtime/data/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "autodiff/error.hpp"

namespace gandsl::data {

namespace {

struct Decoded {
    char32_t value = 0;
    std::size_t bytes = 0;
};

/// The forms of UTF-8: the bits of the first byte that mark it, and the least code point that needs it.
struct Form {
    unsigned char mask;
    unsigned char mark;
    char32_t least;
};
constexpr std::array<Form, 4> forms = {
    {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}}};

/// What begins at `offset`, or nothing where that is no code point in its shortest form.
std::optional<Decoded> decode(std::string_view text, std::size_t offset) {
    const auto byte_at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte_at(offset);
    const auto form = std::find_if(forms.begin(), forms.end(),
                                   [first](const Form& f) { return (first & f.mask) == f.mark; });
    if (form == forms.end()) {
        return std::nullopt;
    }
    Decoded result{static_cast<char32_t>(first & static_cast<unsigned char>(~form->mask)),
                   static_cast<std::size_t>(form - forms.begin()) + 1};
    for (std::size_t i = 1; i < result.bytes; ++i) {
        if (offset + i >= text.size() || (byte_at(offset + i) & 0xC0U) != 0x80) {
            return std::nullopt;
        }
        result.value = result.value << 6U | (byte_at(offset + i) & 0x3FU);
    }
    const bool surrogate = result.value >= 0xD800 && result.value <= 0xDFFF;
    if (result.value < form->least || result.value > 0x10FFFF || surrogate) {
        return std::nullopt;
    }
    return result;
}

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

std::vector<char32_t> code_points(std::string_view utf8, const std::string& name) {
    std::vector<char32_t> result;
    result.reserve(utf8.size());
    std::size_t offset = utf8.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    while (offset < utf8.size()) {
        const auto decoded = decode(utf8, offset);
        if (!decoded) {
            refuse(utf8, offset, name);
        }
        const bool after_return = offset > 0 && utf8[offset - 1] == '\r';
        if (decoded->value == U'\r') {
            result.push_back(U'\n');
        } else if (decoded->value != U'\n' || !after_return) {
            result.push_back(decoded->value);
        }
        offset += decoded->bytes;
    }
    return result;
}

bool is_utf8(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        const auto decoded = decode(text, offset);
        if (!decoded) {
            return false;
        }
        offset += decoded->bytes;
    }
    return true;
}

void refuse_utf16(std::string_view text, const std::string& name) {
    if (is_utf16(text)) {
        refuse(text, 0, name);
    }
}

std::string to_utf8(char32_t code_point) {
    std::size_t bytes = forms.size();
    while (bytes > 1 && code_point < forms[bytes - 1].least) {
        --bytes;
    }
    std::string text(bytes, '\0');
    for (std::size_t i = bytes - 1; i > 0; --i) {
        text[i] = static_cast<char>(0x80U | (code_point & 0x3FU));
        code_point >>= 6U;
    }
    text[0] = static_cast<char>(forms[bytes - 1].mark | code_point);
    return text;
}

}  // namespace gandsl::data
