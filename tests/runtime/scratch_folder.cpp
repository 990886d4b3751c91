#include "tests/runtime/scratch_folder.hpp"

#include <stdlib.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace gandsl::test {

ScratchFolder::ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "gandsl-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no scratch folder " + name);
    }
    path_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> ScratchFolder::content() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path_)) {
        const bool folder = entry.is_directory() && !entry.is_symlink();
        names.push_back(std::filesystem::relative(entry.path().parent_path(), path_) /
                        entry.path().filename());
        names.back() =
            (names.back().rfind("./", 0) == 0 ? names.back().substr(2) : names.back()) + (folder ? "/" : "");
    }
    std::sort(names.begin(), names.end());
    return names;
}

void write_file(const std::filesystem::path& path, std::string_view content) {
    std::ofstream out(path, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!out.flush()) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return {std::istreambuf_iterator<char>(in), {}};
}

void write_gzipped(const std::filesystem::path& path, std::string_view content) {
    gzFile out = gzopen(path.c_str(), "wb");
    const int written = gzwrite(out, content.data(), static_cast<unsigned>(content.size()));
    if (gzclose(out) != Z_OK || written != static_cast<int>(content.size())) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

std::string idx_content(std::uint32_t magic, std::initializer_list<std::uint32_t> sizes,
                        std::string_view bytes) {
    std::string content;
    const auto append = [&content](std::uint32_t value) {
        for (const unsigned shift : {24U, 16U, 8U, 0U}) {
            content += static_cast<char>(value >> shift & 0xff);
        }
    };
    append(magic);
    for (const std::uint32_t size : sizes) {
        append(size);
    }
    return content.append(bytes);
}

}  // namespace gandsl::test
