#include <algorithm>
#include <utility>

#include "dsl/diagnostics.hpp"
#include "dsl/utf8.hpp"

namespace gandsl::dsl {

namespace {

struct SourceLine {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t number = 1;
};

SourceLine line_of(std::string_view text, std::size_t offset) {
    SourceLine line;
    offset = std::min(offset, text.size());
    for (std::size_t i = 0; i < offset; ++i) {
        if (text[i] == '\n') {
            line.begin = i + 1;
            ++line.number;
        }
    }
    line.end = std::min(text.find('\n', line.begin), text.size());
    if (line.end > line.begin && text[line.end - 1] == '\r') {
        --line.end;
    }
    return line;
}

/// Bytes that would disturb a terminal are shown as `?`.
std::string printable(std::string_view line) {
    std::string result;
    for (const char c : line) {
        const auto byte = static_cast<unsigned char>(c);
        result += byte < 0x20 || byte == 0x7F ? (c == '\t' ? '\t' : '?') : c;
    }
    return result;
}

constexpr std::size_t widest_line = 160;

/// The part of a long line that is worth showing, from before the span on.
std::pair<std::size_t, std::size_t> window(std::string_view text, const SourceLine& line, std::size_t begin) {
    if (line.end - line.begin <= widest_line) {
        return {line.begin, line.end};
    }
    std::size_t first = std::max(line.begin, begin - std::min(begin, widest_line / 2));
    std::size_t last = std::min(line.end, first + widest_line);
    while (first > line.begin && utf8::continues(text[first])) {
        --first;
    }
    while (last < line.end && utf8::continues(text[last])) {
        ++last;
    }
    return {first, last};
}

/// The source line and its underline, indented.
std::string excerpt(std::string_view text, Span span) {
    SourceLine line = line_of(text, span.begin);
    const std::size_t begin = std::min(span.begin, line.end);
    if (line.begin == 0 && text.substr(0, 3) == "\xEF\xBB\xBF") {
        line.begin = 3;
    }
    const auto [first, last] = window(text, line, begin);
    const std::size_t end = std::clamp(span.end, begin, last);
    // Tabs go into the underline as they stand in the line, so that both move alike.
    std::string underline(first > line.begin ? 3 : 0, ' ');
    for (std::size_t i = first; i < begin; ++i) {
        if (!utf8::continues(text[i])) {
            underline += text[i] == '\t' ? '\t' : ' ';
        }
    }
    std::size_t width = 0;
    for (std::size_t i = begin; i < end; ++i) {
        width += utf8::continues(text[i]) ? 0 : 1;
    }
    underline += std::string(std::max<std::size_t>(width, 1), '^');
    return "    " + std::string(first > line.begin ? "..." : "") +
           printable(text.substr(first, last - first)) + (last < line.end ? "..." : "") + "\n    " +
           underline + "\n";
}

std::string where(std::string_view path, std::string_view text, Span span) {
    const LineColumn at = line_column(text, span.begin);
    return std::string(path) + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
}

}  // namespace

LineColumn line_column(std::string_view text, std::size_t offset) {
    const SourceLine line = line_of(text, offset);
    std::size_t column = 1;
    std::size_t begin = line.begin;
    if (begin == 0 && text.substr(0, 3) == "\xEF\xBB\xBF") {
        begin = 3;
    }
    for (std::size_t i = begin; i < std::min(offset, text.size()); ++i) {
        column += utf8::continues(text[i]) ? 0 : 1;
    }
    return {line.number, column};
}

std::string render(const Diagnostic& diagnostic, std::string_view path, std::string_view text) {
    std::string result = diagnostic.span ? where(path, text, *diagnostic.span) : std::string(path) + ": ";
    result += diagnostic.severity == Severity::error ? "error: " : "warning: ";
    result += diagnostic.message + " [" + std::string(name(diagnostic.code)) + "]\n";
    if (diagnostic.span) {
        result += excerpt(text, *diagnostic.span);
    }
    if (!diagnostic.found.empty()) {
        result += "  found:    " + diagnostic.found + "\n";
    }
    if (!diagnostic.expected.empty()) {
        result += "  expected: " + diagnostic.expected + "\n";
    }
    for (const std::string& help : diagnostic.help) {
        result += "  help: " + help + "\n";
    }
    for (const Note& note : diagnostic.notes) {
        result += where(path, text, note.span) + "note: " + note.text + "\n" + excerpt(text, note.span);
    }
    return result;
}

}  // namespace gandsl::dsl
