#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace gandsl::files {

enum class ElementType { f32, f64, u64, i64 };

/// "F32", "F64", "U64", "I64".
const char* to_string(ElementType type);
std::size_t bytes_of(ElementType type);

/// What is to be written: memory of the caller's.
struct TensorView {
    ElementType type = ElementType::f32;
    std::vector<std::size_t> shape;
    std::span<const std::byte> bytes;
};

TensorView view(std::span<const float> values, std::vector<std::size_t> shape);
TensorView view(std::span<const double> values, std::vector<std::size_t> shape);
TensorView view(std::span<const std::uint64_t> values, std::vector<std::size_t> shape);
TensorView view(std::span<const std::int64_t> values, std::vector<std::size_t> shape);

/// What was read. The accessors throw `format` where the element type is another.
struct Tensor {
    ElementType type = ElementType::f32;
    std::vector<std::size_t> shape;
    std::vector<std::byte> bytes;

    std::vector<float> floats() const;
    std::vector<double> doubles() const;
    std::vector<std::uint64_t> unsigned_integers() const;
    std::vector<std::int64_t> integers() const;
};

using Metadata = std::map<std::string, std::string>;

struct Safetensors {
    std::map<std::string, Tensor> tensors;
    Metadata metadata;     ///< without the checksums
    bool checked = false;  ///< whether it has them
};

/// Writes a safetensors file atomically: the header's length, a JSON header padded to 8 bytes, the tensors
/// without gaps, those of 8-byte elements first and then by name, so that each is aligned to its elements.
/// `__metadata__` holds what is given, "crc32:NAME" of each tensor's bytes and "crc32" of the rest of the
/// header. Throws invalid_argument where a shape does not have as many bytes as there are, a name or text is
/// not UTF-8, or a key begins with "crc32"; `file` as AtomicFile does.
void write_safetensors(const std::filesystem::path& path, const std::map<std::string, TensorView>& tensors,
                       const Metadata& metadata);

/// Reads and verifies a safetensors file. Throws `file` where it cannot be read, `format` naming file and
/// tensor for a header that is cut short, too long or no JSON, offsets that overlap, leave gaps or do not fit
/// shape or file, an element type other than the four, or a wrong checksum. Files without checksums, from
/// other programs, are read.
Safetensors read_safetensors(const std::filesystem::path& path);

}  // namespace gandsl::files
