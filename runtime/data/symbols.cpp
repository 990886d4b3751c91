#include "runtime/data/symbols.hpp"

#include <algorithm>
#include <map>

#include "autodiff/error.hpp"
#include "dsl/utf8.hpp"
#include "runtime/formats/utf8.hpp"

namespace gandsl::data {

namespace {

/// A symbol as a message shows it: control characters and blanks by their number.
std::string spelled(char32_t symbol) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string number;
    for (char32_t rest = symbol; rest != 0 || number.size() < 4; rest /= 16) {
        number.insert(number.begin(), digits[rest % 16]);
    }
    const bool visible = symbol > U' ' && (symbol < 0x7F || symbol > 0xA0);
    return visible ? "'" + utf8::encode(symbol) + "' (U+" + number + ")" : "U+" + number;
}

}  // namespace

std::vector<std::size_t> encode(std::span<const std::string> symbols, std::string_view utf8) {
    std::map<std::string_view, std::size_t> classes;
    for (std::size_t i = 0; i < symbols.size(); ++i) {
        classes.emplace(symbols[i], i);
    }
    std::vector<std::size_t> result;
    std::vector<char32_t> unknown;
    for (const char32_t symbol : formats::code_points(utf8, "the text")) {
        const auto known = classes.find(utf8::encode(symbol));
        if (known != classes.end()) {
            result.push_back(known->second);
        } else if (std::find(unknown.begin(), unknown.end(), symbol) == unknown.end()) {
            unknown.push_back(symbol);
        }
    }
    if (!unknown.empty()) {
        throw Error(ErrorCode::invalid_argument,
                    "the text has " + spelled(unknown[0]) + ", which the data of the model never has" +
                        (unknown.size() == 1 ? ""
                                             : "; in all, " + std::to_string(unknown.size()) +
                                                   " of its symbols are unknown") +
                        "; write it with the symbols of the data");
    }
    return result;
}

std::string decode(std::span<const std::string> symbols, std::span<const std::size_t> classes) {
    std::string text;
    for (const std::size_t index : classes) {
        if (index >= symbols.size()) {
            throw Error(ErrorCode::invalid_argument, "there is no symbol " + std::to_string(index) +
                                                         "; there are " + std::to_string(symbols.size()));
        }
        text += symbols[index];
    }
    return text;
}

}  // namespace gandsl::data
