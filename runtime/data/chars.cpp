#include "runtime/data/chars.hpp"

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "autodiff/error.hpp"
#include "dsl/utf8.hpp"
#include "runtime/data/sequence.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/formats/glob.hpp"
#include "runtime/formats/idx.hpp"
#include "runtime/formats/utf8.hpp"

namespace gandsl::data {

namespace {

namespace fs = std::filesystem;

/// A text takes this many bytes of memory for each of its own while it is read: itself and its code points.
constexpr std::size_t text_memory_per_byte = 9;

void check_memory(const std::vector<fs::path>& files) {
    const std::size_t room = available_memory() / text_memory_per_byte;
    std::size_t total = 0;
    for (const fs::path& file : files) {
        std::error_code error;
        const std::uintmax_t size = fs::file_size(file, error);
        if (!error && size > room - total) {
            throw Error(ErrorCode::memory, file.string() + ": the text up to here has " +
                                               std::to_string(total + size) + " bytes; there is room for " +
                                               std::to_string(room));
        }
        total += error ? 0 : static_cast<std::size_t>(size);
    }
}

}  // namespace

std::optional<std::string> chars_absent(const CharsSource& source) {
    if (!formats::matching_files(source.files, source.folder).empty()) {
        return std::nullopt;
    }
    return formats::nothing_matches(source.files, source.folder);
}

DatasetPointer open_chars(const CharsSource& source) {
    const std::vector<fs::path> files = formats::matching_files(source.files, source.folder);
    if (files.empty()) {
        throw Error(ErrorCode::file, formats::nothing_matches(source.files, source.folder));
    }
    check_memory(files);
    std::vector<char32_t> text;
    for (const fs::path& file : files) {
        const std::vector<char32_t> part = formats::code_points(files::read_whole(file), file.string());
        text.insert(text.end(), part.begin(), part.end());
    }
    const std::string origin = files.size() == 1 ? files[0].string()
                                                 : std::to_string(files.size()) + " files that match " +
                                                       formats::placed(source.files, source.folder).string();
    const Windows windows(text.size(), source.length, source.holdout, Stride::tiled,
                          origin + " (" + std::to_string(text.size()) + " symbols)");

    const std::size_t symbol_count = std::size_t{*std::max_element(text.begin(), text.end())} + 1;
    std::vector<bool> occurs(symbol_count);
    for (const char32_t symbol : text) {
        occurs[symbol] = true;
    }
    std::vector<float> class_of(symbol_count);
    std::vector<char32_t> sorted;
    for (char32_t symbol = 0; symbol < symbol_count; ++symbol) {
        if (occurs[symbol]) {
            class_of[symbol] = static_cast<float>(sorted.size());
            sorted.push_back(symbol);
        }
    }
    std::vector<float> classes(text.size());
    std::transform(text.begin(), text.end(), classes.begin(),
                   [&](char32_t symbol) { return class_of[symbol]; });
    Description description;
    description.source = "chars";
    description.origin = origin + ", " + std::to_string(text.size()) + " symbols, " +
                         std::to_string(sorted.size()) + " of them different";
    Field field{"text", {source.length}, sorted.size()};
    for (const char32_t symbol : sorted) {
        field.names.push_back(utf8::encode(symbol));
    }
    return std::make_shared<Sequence>(std::move(description), std::move(field), std::move(classes), windows);
}

}  // namespace gandsl::data
