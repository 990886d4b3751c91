#include "runtime/terminal/format.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "dsl/utf8.hpp"

namespace gandsl::terminal {

namespace {

// The prefix is the first with which the number is below 1000.
std::string with_prefix(double number, const char* unit) {
    constexpr const char* prefixes[] = {"", "k", "M", "G", "T", "P", "E", "Z", "Y"};
    std::size_t prefix = 0;
    while (number >= 999.95 && prefix + 1 < std::size(prefixes)) {
        number /= 1000;
        ++prefix;
    }
    return fmt::format("{:.{}f} {}{}", number, prefix == 0 ? 0 : 1, prefixes[prefix], unit);
}

std::string escaped(char c) {
    return fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
}

/// Length of the code point of UTF-8 that begins here; 0 where there is none that can be shown.
std::size_t shown_bytes(std::string_view text) {
    const utf8::CodePoint first = utf8::decode(text, 0);
    const bool command = first.value < ' ' || (first.value >= 0x7F && first.value < 0xA0);
    return command ? 0 : first.bytes;
}

}  // namespace

std::string human_shape(const std::vector<std::size_t>& sizes) {
    return sizes.empty() ? "one number" : fmt::format("{}", fmt::join(sizes, " x "));
}

std::string printable(std::string_view text, std::size_t max) {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
        if (at >= max) {
            return result + "...";
        }
        const std::size_t length = shown_bytes(text.substr(at));
        result += length == 0 ? escaped(text[at]) : std::string(text.substr(at, length));
        at += std::max<std::size_t>(length, 1);
    }
    return result;
}

std::string printable_lines(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::size_t end = std::min(text.find_first_of("\n\t", at), text.size());
        result += printable(text.substr(at, end - at), text.size());
        result += text.substr(end, 1);
        at = end;
    }
    return result;
}

std::string human_duration(double seconds) {
    if (!(seconds >= 0 && seconds < 1e12)) {
        return "?";
    }
    // Each unit is rounded before it is judged, so that 59.97 s is a minute and not "60.0 s".
    if (seconds < 0.9995) {
        return fmt::format("{:.0f} ms", seconds * 1000);
    }
    if (std::round(seconds * 10) < 600) {
        return fmt::format("{:.1f} s", seconds);
    }
    const long long whole = std::llround(seconds);
    if (whole < 3600) {
        return fmt::format("{} min {:02} s", whole / 60, whole % 60);
    }
    const long long minutes = std::llround(seconds / 60);
    if (minutes < 1440) {
        return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
    }
    const long long hours = std::llround(seconds / 3600);
    return fmt::format("{} d {:02} h", hours / 24, hours % 24);
}

std::string human_number(double value) {
    if (std::isnan(value)) {
        return "nan";
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    const double size = std::abs(value);
    if (size == 0) {
        return "0";
    }
    if (size < 0.0009995 || size >= 9999999.5) {
        return fmt::format("{:.1e}", value);
    }
    if (size >= 999.95) {
        return fmt::format("{:.0f}", value);
    }
    return fmt::format("{:#.4g}", value);
}

std::string human_count(double value) {
    if (!(std::abs(value) < 1e16)) {
        return "?";
    }
    if (value < 9.95) {
        return value == std::round(value) ? fmt::format("{:.0f}", value) : fmt::format("{:.1f}", value);
    }
    std::string digits = fmt::format("{:.0f}", value);
    for (std::size_t i = digits.size(); i > 3;) {
        i -= 3;
        digits.insert(digits.begin() + static_cast<std::ptrdiff_t>(i), ',');
    }
    return digits;
}

std::string human_bytes(double bytes) {
    return with_prefix(bytes, "B");
}

std::string human_flops(double flops) {
    return with_prefix(flops, "FLOP");
}

}  // namespace gandsl::terminal
