#include "runtime/formats/npy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::formats {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::size_t max_axes = 32;

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
    throw Error(ErrorCode::format, path.string() + " " + what);
}

/// The header, a Python literal such as {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class Header {
  public:
    Header(std::string_view text, const fs::path& path) : text_(text), path_(path) {
        expect('{');
        while (!accept('}')) {
            const std::string_view key = string();
            expect(':');
            if (key == "descr") {
                descr = type();
            } else if (key == "fortran_order") {
                fortran_order = truth();
                ordered_ = true;
            } else if (key == "shape") {
                shape = tuple();
                shaped_ = true;
            } else {
                broken();
            }
            if (!accept(',')) {
                expect('}');
                break;
            }
        }
        if (descr.empty() || !ordered_ || !shaped_) {
            broken();
        }
    }

    std::string_view descr;
    bool fortran_order = false;
    std::vector<std::size_t> shape;

  private:
    [[noreturn]] void broken() const {
        fail(path_,
             "has a broken header: expected 'descr', 'fortran_order' and 'shape', as NumPy writes them");
    }
    void blanks() { at_ = std::min(text_.find_first_not_of(" \n\t", at_), text_.size()); }
    bool accept(char c) {
        blanks();
        const bool found = at_ < text_.size() && text_[at_] == c;
        at_ += found ? 1 : 0;
        return found;
    }
    void expect(char c) {
        if (!accept(c)) {
            broken();
        }
    }
    std::string_view string() {
        blanks();
        const char quote = at_ < text_.size() ? text_[at_] : '\0';
        const std::size_t end = text_.find(quote, at_ + 1);
        if ((quote != '\'' && quote != '"') || end == std::string_view::npos) {
            broken();
        }
        const std::string_view content = text_.substr(at_ + 1, end - at_ - 1);
        at_ = end + 1;
        return content;
    }
    std::string_view type() {
        blanks();
        if (at_ < text_.size() && text_[at_] == '[') {
            fail(path_, "has records of several values; expected an array of plain numbers");
        }
        return string();
    }
    bool truth() {
        blanks();
        for (const bool value : {false, true}) {
            const std::string_view word = value ? "True" : "False";
            if (text_.substr(at_, word.size()) == word) {
                at_ += word.size();
                return value;
            }
        }
        broken();
    }
    std::vector<std::size_t> tuple() {
        std::vector<std::size_t> sizes;
        expect('(');
        while (!accept(')')) {
            blanks();
            std::size_t size = 0;
            const auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), size);
            if (error != std::errc() || sizes.size() == max_axes) {
                broken();
            }
            at_ = static_cast<std::size_t>(end - text_.data());
            sizes.push_back(size);
            if (!accept(',')) {
                expect(')');
                break;
            }
        }
        return sizes;
    }

    std::string_view text_;
    const fs::path& path_;
    std::size_t at_ = 0;
    bool ordered_ = false;
    bool shaped_ = false;
};

/// How a number lies in the file.
struct ElementType {
    char kind = 'f';  ///< f: float, i: signed, u: unsigned, b: bool
    std::size_t size = 4;
    bool swapped = false;
};

ElementType element_type(std::string_view descr, const fs::path& path) {
    const auto refuse = [&] {
        fail(path, "has elements of type '" + terminal::printable(descr, 20) +
                       "'; expected float32, float64, bool or whole numbers of 1 to 8 bytes");
    };
    if (descr.size() != 3 || std::string_view("<>|=").find(descr[0]) == std::string_view::npos) {
        refuse();
    }
    const ElementType type{descr[1], static_cast<std::size_t>(descr[2] - '0'),
                           descr[0] == (std::endian::native == std::endian::little ? '>' : '<')};
    const bool whole = (type.kind == 'i' || type.kind == 'u') &&
                       (type.size == 1 || type.size == 2 || type.size == 4 || type.size == 8);
    if (!whole && !(type.kind == 'f' && (type.size == 4 || type.size == 8)) &&
        !(type.kind == 'b' && type.size == 1)) {
        refuse();
    }
    return type;
}

struct ReadNumber {
    float value = 0;
    double number = 0;     ///< as the file has it
    bool rounded = false;  ///< a whole number that `value` is not
};

template <class Number>
ReadNumber read_as(const char* bytes, bool swapped) {
    char ordered[sizeof(Number)];
    std::memcpy(ordered, bytes, sizeof ordered);
    if (swapped) {
        std::reverse(std::begin(ordered), std::end(ordered));
    }
    Number number;
    std::memcpy(&number, ordered, sizeof number);
    const auto value = static_cast<float>(number);
    const auto exact = static_cast<long double>(number);
    return {value, static_cast<double>(number),
            std::isfinite(value) && exact == std::floor(exact) && exact != static_cast<long double>(value)};
}

/// NumPy writes 0 and 1, and takes whatever is not 0 for true.
ReadNumber read_bool(const char* bytes, bool) {
    const float value = *bytes == 0 ? 0.0F : 1.0F;
    return {value, double{value}, false};
}

using NumberReader = ReadNumber (*)(const char* bytes, bool swapped);

NumberReader reader_of(const ElementType& type) {
    if (type.kind == 'f') {
        return type.size == 4 ? read_as<float> : read_as<double>;
    }
    if (type.kind == 'b') {
        return read_bool;
    }
    const bool negative = type.kind == 'i';
    switch (type.size) {
        case 1:
            return negative ? read_as<std::int8_t> : read_as<std::uint8_t>;
        case 2:
            return negative ? read_as<std::int16_t> : read_as<std::uint16_t>;
        case 4:
            return negative ? read_as<std::int32_t> : read_as<std::uint32_t>;
        default:
            return negative ? read_as<std::int64_t> : read_as<std::uint64_t>;
    }
}

/// In Fortran order: where each number of the first example lies among all, counted in numbers. The first
/// axis lies closest together, the last furthest apart.
std::vector<std::size_t> fortran_offsets(const std::vector<std::size_t>& shape, std::size_t count) {
    std::vector<std::size_t> offsets(count / shape[0]);
    for (std::size_t i = 0; i < offsets.size(); ++i) {
        std::size_t rest = i;
        std::size_t stride = count;
        for (std::size_t axis = shape.size() - 1; axis > 0; --axis) {
            stride /= shape[axis];
            offsets[i] += rest % shape[axis] * stride;
            rest /= shape[axis];
        }
    }
    return offsets;
}

/// Where the header ends.
std::size_t header_end(std::string_view start, std::uintmax_t file_size, const fs::path& path) {
    if (start.substr(0, magic.size()) != magic) {
        fail(path, "is no file in NumPy's format (.npy): it does not begin with \\x93NUMPY");
    }
    const auto byte = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(start[i]));
    };
    if (start.size() < 12) {
        fail(path, "is truncated: it ends in its header");
    }
    const std::size_t version = byte(6);
    if (version < 1 || version > 3) {
        fail(path, "is of version " + std::to_string(version) + " of NumPy's format; expected 1, 2 or 3");
    }
    const std::size_t end = version == 1 ? 10 + (byte(8) | byte(9) << 8U)
                                         : 12 + (byte(8) | byte(9) << 8U | byte(10) << 16U | byte(11) << 24U);
    if (end > file_size) {
        fail(path, "is truncated: its header alone takes " + std::to_string(end) + " bytes, it has " +
                       std::to_string(file_size));
    }
    return end;
}

std::size_t checked_count(const std::vector<std::size_t>& shape, std::size_t size, std::uintmax_t found,
                          const fs::path& path) {
    std::size_t count = 1;
    for (const std::size_t extent : shape) {
        if (extent == 0) {
            fail(path, "is empty: its shape is " + terminal::human_shape(shape));
        }
        if (count > std::numeric_limits<std::size_t>::max() / size / extent) {
            fail(path, "promises " + terminal::human_shape(shape) + " numbers, more than can be counted");
        }
        count *= extent;
    }
    if (count * size != found) {
        fail(path, std::string(count * size > found ? "is truncated" : "goes on after its end") +
                       ": after its header it has " + std::to_string(found) + " bytes, and " +
                       terminal::human_shape(shape) + " numbers of " + std::to_string(size) + " bytes take " +
                       std::to_string(count * size));
    }
    return count;
}

}  // namespace

NpyArray read_npy(const fs::path& path, std::size_t limit) {
    files::require_file(path, "one in NumPy's format (.npy)");
    // What is read is at most what is there, and what is allocated for it a few times as much.
    const std::size_t room = std::min(limit, available_memory());
    const std::string content = files::read_whole(path, room / 2);
    const std::size_t end = header_end(content, content.size(), path);
    const std::size_t begin = content[6] == 1 ? 10 : 12;
    const Header header(std::string_view(content).substr(begin, end - begin), path);
    const ElementType type = element_type(header.descr, path);
    const std::size_t count = checked_count(header.shape, type.size, content.size() - end, path);
    if (header.shape.empty()) {
        fail(path, "has a single number; expected an array whose first axis counts the examples");
    }
    const std::size_t each = count / header.shape[0];
    const std::size_t taken =
        content.size() + count * sizeof(float) + (header.fortran_order ? each * sizeof(std::size_t) : 0);
    if (taken > room) {
        throw Error(ErrorCode::memory, path.string() + " has " + std::to_string(count) +
                                           " numbers, which take " + std::to_string(taken) +
                                           " bytes of memory; there is room for " + std::to_string(room));
    }
    NpyArray array{header.shape, std::vector<float>(count), 0, 0};
    const std::vector<std::size_t> offsets =
        header.fortran_order ? fortran_offsets(header.shape, count) : std::vector<std::size_t>();
    const NumberReader read_number = reader_of(type);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t example = i / each;
        const std::size_t at = header.fortran_order ? example + offsets[i % each] : i;
        const ReadNumber read = read_number(content.data() + end + at * type.size, type.swapped);
        array.values[i] = read.value;
        if (read.rounded && array.rounded++ == 0) {
            array.rounded_example = read.number;
        }
        if (!std::isfinite(array.values[i])) {
            fail(path, "has a number that is not finite (or too large for 32 bits) in example " +
                           std::to_string(example));
        }
    }
    return array;
}

std::string npy_content(const std::vector<std::size_t>& shape, std::span<const float> values) {
    std::string sizes;
    for (const std::size_t size : shape) {
        sizes += (sizes.empty() ? "" : " ") + std::to_string(size) + ",";
    }
    // The header is a Python literal, padded so that the numbers begin at a multiple of 64 bytes.
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes + "), }";
    constexpr std::size_t fixed = 10;
    header.append(63 - (fixed + header.size()) % 64, ' ');
    header += '\n';
    std::string content = "\x93NUMPY";
    content += '\x01';
    content += '\x00';
    content += static_cast<char>(header.size() & 0xFFU);
    content += static_cast<char>(header.size() >> 8U);
    content += header;
    content.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return content;
}

}  // namespace gandsl::formats
