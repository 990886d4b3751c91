#include "runtime/formats/idx.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/checksum.hpp"
#include "runtime/files/system_error.hpp"
#include "runtime/terminal/format.hpp"

namespace gandsl::formats {

namespace {

constexpr std::uint32_t label_magic = 0x00000801;
constexpr std::uint32_t image_magic = 0x00000803;
constexpr std::size_t chunk = std::size_t{1} << 20;

struct CloseGzip {
    void operator()(gzFile_s* file) const { gzclose_r(file); }
};
using GzipFile = std::unique_ptr<gzFile_s, CloseGzip>;

/// One IDX file while it is read, with the messages about it.
class File {
  public:
    explicit File(const std::filesystem::path& path) : path_(path) {
        files::require_file(path, "an IDX file");
        errno = 0;
        file_.reset(gzopen(path.c_str(), "rbe"));
        if (!file_) {
            const int reason = errno;
            if (reason == ENOENT) {
                throw Error(ErrorCode::file, path.string() + " is not there");
            }
            files::refuse(path, "read", reason);
        }
        gzbuffer(file_.get(), 1 << 17);
    }

    /// As many bytes as there are, at most `size`.
    std::size_t read(std::uint8_t* to, std::size_t size) {
        std::size_t got = 0;
        while (got < size) {
            const auto wanted = static_cast<unsigned>(std::min(size - got, chunk));
            const int count = gzread(file_.get(), to + got, wanted);
            if (count < 0) {
                int code = Z_OK;
                const std::string reason = gzerror(file_.get(), &code);
                if (code == Z_BUF_ERROR) {
                    fail("is truncated: the compressed data ends in the middle");
                }
                fail(code == Z_ERRNO
                         ? "cannot be read: " + std::generic_category().message(errno)
                         : "is damaged: its compressed data cannot be unpacked" + after_colon(reason));
            }
            got += static_cast<std::size_t>(count);
            if (static_cast<unsigned>(count) < wanted) {
                check_end();
                break;
            }
        }
        return got;
    }

    [[noreturn]] void fail(const std::string& what, ErrorCode code = ErrorCode::format) const {
        throw Error(code, path_.string() + " " + what);
    }

  private:
    /// zlib reports a gzip stream that was cut off only when it is asked.
    void check_end() {
        int code = Z_OK;
        gzerror(file_.get(), &code);
        if (code == Z_BUF_ERROR) {
            fail("is truncated: the compressed data ends in the middle");
        }
    }

    std::string after_colon(const std::string& reason) const {
        const std::size_t colon = reason.rfind(": ");
        return colon == std::string::npos ? std::string{} : " (" + reason.substr(colon + 2) + ")";
    }

    std::filesystem::path path_;
    GzipFile file_;
};

std::uint32_t big_endian(const std::uint8_t* bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
           bytes[3];
}

void check_magic(const File& file, std::uint32_t found, std::uint32_t expected) {
    if (found == expected) {
        return;
    }
    const auto hexadecimal = [](std::uint32_t value) { return "0x" + files::hexadecimal(value); };
    std::string hint;
    if (found == label_magic) {
        hint = "; is this a label file?";
    } else if (found == image_magic) {
        hint = "; is this a file of pictures?";
    } else if (found >> 16 == 0 && (found >> 8) != 0x08) {
        hint = "; its elements are not bytes, and only bytes are read";
    } else {
        hint = "; this is no IDX file";
    }
    file.fail("has the wrong magic number: found " + hexadecimal(found) + ", expected " +
              hexadecimal(expected) + (expected == image_magic ? " (pictures)" : " (labels)") + hint);
}

/// The product of the sizes; the largest number if it is greater than that.
std::size_t saturated_product(const std::vector<std::size_t>& shape) {
    if (std::find(shape.begin(), shape.end(), 0) != shape.end()) {
        return 0;
    }
    std::size_t product = 1;
    for (const std::size_t n : shape) {
        if (product > std::numeric_limits<std::size_t>::max() / n) {
            return std::numeric_limits<std::size_t>::max();
        }
        product *= n;
    }
    return product;
}

// A gzip file unpacked at once, three times as fast as piece by piece, if it is whole and has just `size`
// bytes. Whoever reads it piece by piece finds out what is wrong with another.
std::optional<std::vector<std::uint8_t>> unpack_whole(const std::filesystem::path& path, std::size_t size) {
    std::error_code error;
    const std::uintmax_t packed_size = std::filesystem::file_size(path, error);
    constexpr std::uintmax_t max_packed = 1032;  // bytes that deflate can put into one
    if (error || size / max_packed > packed_size || packed_size > size + (1U << 16U)) {
        return std::nullopt;
    }
    std::vector<std::uint8_t> packed(packed_size);
    std::ifstream file(path, std::ios::binary);
    file.read(reinterpret_cast<char*>(packed.data()), static_cast<std::streamsize>(packed.size()));
    if (!file || packed.size() < 2 || packed[0] != 0x1f || packed[1] != 0x8b) {
        return std::nullopt;
    }
    const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    std::vector<std::uint8_t> bytes(size);
    std::size_t used = 0;
    if (!decompressor ||
        libdeflate_gzip_decompress_ex(decompressor.get(), packed.data(), packed.size(), bytes.data(), size,
                                      &used, nullptr) != LIBDEFLATE_SUCCESS ||
        used != packed.size()) {
        return std::nullopt;
    }
    return bytes;
}

Idx read_idx(const std::filesystem::path& path, std::uint32_t magic, std::size_t limit) {
    File file(path);
    const std::size_t axes = magic & 0xff;
    std::array<std::uint8_t, 16> header{};
    const std::size_t header_size = 4 + 4 * axes;
    const std::size_t got = file.read(header.data(), header_size);
    if (got >= 4) {
        check_magic(file, big_endian(header.data()), magic);
    }
    if (got < header_size) {
        file.fail("is truncated: it has " + std::to_string(got) + " bytes, its header alone takes " +
                  std::to_string(header_size));
    }

    Idx idx;
    for (std::size_t axis = 0; axis < axes; ++axis) {
        idx.shape.push_back(big_endian(header.data() + 4 + 4 * axis));
    }
    const std::size_t size = saturated_product(idx.shape);
    if (size == 0) {
        file.fail(idx.shape[0] == 0 ? "has no examples"
                                    : "has pictures without pixels: " + terminal::human_shape(idx.shape));
    }
    if (size > limit) {
        const bool countable = size != std::numeric_limits<std::size_t>::max();
        file.fail("promises " + terminal::human_shape(idx.shape) + " bytes, " +
                      (countable ? std::to_string(size) : "more than can be counted") +
                      " in all; there is room for " + std::to_string(limit),
                  ErrorCode::memory);
    }

    if (auto whole = unpack_whole(path, header_size + size)) {
        whole->erase(whole->begin(), whole->begin() + static_cast<std::ptrdiff_t>(header_size));
        idx.bytes = std::move(*whole);
        return idx;
    }
    // What a header promises is believed only as far as bytes arrive.
    for (std::size_t have = 0; have < size;) {
        const std::size_t wanted = std::min(size, std::max(have * 2, chunk)) - have;
        idx.bytes.resize(have + wanted);
        const std::size_t count = file.read(idx.bytes.data() + have, wanted);
        have += count;
        if (count < wanted) {
            file.fail("is truncated: it has " + std::to_string(header_size + have) +
                      " bytes, its header promises " + std::to_string(header_size + size) + " (" +
                      terminal::human_shape(idx.shape) + ")");
        }
    }
    std::uint8_t more = 0;
    if (file.read(&more, 1) != 0) {
        file.fail("goes on after the " + std::to_string(header_size + size) +
                  " bytes that its header promises (" + terminal::human_shape(idx.shape) + ")");
    }
    return idx;
}

}  // namespace

Idx read_idx_images(const std::filesystem::path& path, std::size_t limit) {
    return read_idx(path, image_magic, limit);
}

Idx read_idx_labels(const std::filesystem::path& path, std::size_t limit) {
    return read_idx(path, label_magic, limit);
}

}  // namespace gandsl::formats
