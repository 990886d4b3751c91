#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// UTF-8 (RFC 3629), byte by byte.
namespace gandsl::utf8 {

/// Whether a byte is one of a code point's later ones.
constexpr bool continues(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Code points of well-formed text.
inline std::size_t length(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return !continues(byte); }));
}

/// The forms of one to four bytes: the bits of the first byte that mark it, and the least code point that
/// needs it.
struct Form {
    unsigned char mask;
    unsigned char mark;
    char32_t min;
};
inline constexpr std::array<Form, 4> forms = {
    {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}}};

struct CodePoint {
    char32_t value = 0;
    std::size_t bytes = 0;  ///< 0: there is none
};

/// The code point at `offset`; none at the end, and where the bytes are none, or none in its shortest form.
inline CodePoint decode(std::string_view text, std::size_t offset) {
    if (offset >= text.size()) {
        return {};
    }
    const auto first = static_cast<unsigned char>(text[offset]);
    for (std::size_t i = 0; i < forms.size(); ++i) {
        const Form& form = forms[i];
        if ((first & form.mask) != form.mark) {
            continue;
        }
        CodePoint result{static_cast<char32_t>(first & static_cast<unsigned char>(~form.mask)), i + 1};
        for (const char byte : text.substr(offset + 1, i)) {
            if (!continues(byte)) {
                return {};
            }
            result.value = result.value << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
        }
        const bool surrogate = result.value >= 0xD800 && result.value <= 0xDFFF;
        const bool whole = text.size() - offset >= result.bytes;
        return !whole || result.value < form.min || result.value > 0x10FFFF || surrogate ? CodePoint{}
                                                                                         : result;
    }
    return {};
}

/// One code point as bytes.
inline std::string encode(char32_t code_point) {
    std::size_t bytes = forms.size();
    while (bytes > 1 && code_point < forms[bytes - 1].min) {
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

}  // namespace gandsl::utf8
