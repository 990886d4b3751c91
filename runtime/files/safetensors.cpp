#include "runtime/files/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/checksum.hpp"
#include "runtime/terminal/format.hpp"

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian");

namespace gandsl::files {

namespace {

using Json = nlohmann::json;

constexpr const char* metadata_key = "__metadata__";
constexpr const char* header_checksum_key = "crc32";
constexpr const char* tensor_checksum_prefix = "crc32:";
constexpr int max_depth = 4;                         // a tensor's shape lies 2 deep
constexpr std::size_t largest_header = 100'000'000;  // the format's own limit
constexpr std::array<ElementType, 4> element_types = {ElementType::f32, ElementType::f64, ElementType::u64,
                                                      ElementType::i64};

/// Bytes of a tensor, or nothing if they cannot be counted.
std::optional<std::size_t> size_in_bytes(const std::vector<std::size_t>& shape, ElementType type) {
    std::size_t bytes = bytes_of(type);
    for (const std::size_t n : shape) {
        if (n != 0 && bytes > std::numeric_limits<std::size_t>::max() / n) {
            return std::nullopt;
        }
        bytes *= n;
    }
    return bytes;
}

/// The header's checksum covers all of it but itself.
std::string header_checksum(Json header) {
    header[metadata_key].erase(header_checksum_key);
    return hexadecimal(crc32(header.dump()));
}

template <class Number>
TensorView view_of(ElementType type, std::span<const Number> values, std::vector<std::size_t> shape) {
    return {type, std::move(shape), std::as_bytes(values)};
}

template <class Number>
std::vector<Number> numbers(const Tensor& tensor, ElementType wanted) {
    if (tensor.type != wanted) {
        throw Error(ErrorCode::format, std::string("a tensor has elements ") + to_string(tensor.type) +
                                           "; expected " + to_string(wanted));
    }
    std::vector<Number> values(tensor.bytes.size() / sizeof(Number));
    if (!values.empty()) {
        std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(Number));
    }
    return values;
}

/// A tensor's place in a file that is read.
struct Entry {
    std::string name;
    ElementType type = ElementType::f32;
    std::vector<std::size_t> shape;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// One file while it is read, with the messages about it.
class File {
  public:
    explicit File(const std::filesystem::path& path) : path_(path) {
        std::error_code error;
        require_file(path, "a safetensors file");
        size_ = std::filesystem::file_size(path, error);
        if (!error) {
            stream_.open(path, std::ios::binary);
            error = stream_ ? std::error_code{} : std::error_code(errno, std::generic_category());
        }
        if (error) {
            throw Error(ErrorCode::file, path_.string() + " cannot be read: " + error.message());
        }
    }

    std::uint64_t size() const { return size_; }
    std::uint64_t remaining() const { return size_ - read_; }

    void read(std::span<char> to) {
        if (!stream_.read(to.data(), static_cast<std::streamsize>(to.size()))) {
            throw Error(ErrorCode::file,
                        path_.string() + " cannot be read to its end; was it changed meanwhile?");
        }
        read_ += to.size();
    }

    [[noreturn]] void fail(const std::string& what) const {
        throw Error(ErrorCode::format, path_.string() + ": " + what);
    }

    [[noreturn]] void refuse(const std::string& what, std::uint64_t bytes) const {
        throw Error(ErrorCode::memory, path_.string() + ": " + what + " would take " + std::to_string(bytes) +
                                           " bytes of memory; there is room for " +
                                           std::to_string(available_memory()));
    }

    [[noreturn]] void fail(const std::string& tensor, const std::string& what) const {
        fail("tensor " + terminal::printable(tensor) + " " + what);
    }

  private:
    std::filesystem::path path_;
    std::uint64_t size_ = 0;
    std::uint64_t read_ = 0;
    std::ifstream stream_;
};

Json parse_header(const File& file, const std::string& text) {
    std::set<std::string> names;
    std::string twice;
    const auto note_names = [&](int depth, Json::parse_event_t event, Json& value) {
        const bool opens =
            event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
        if (opens && depth > max_depth) {
            file.fail("the header is damaged: it is nested more than " + std::to_string(max_depth) + " deep");
        }
        if (event == Json::parse_event_t::key && depth == 1 &&
            !names.insert(value.get<std::string>()).second) {
            twice = value.get<std::string>();
        }
        return true;
    };
    Json header;
    try {
        // The parser takes a zero byte for the end of the text.
        header = text.find('\0') == std::string::npos ? Json::parse(text, note_names) : Json::parse("");
    } catch (const Json::exception&) {
        file.fail("the header is damaged: it is no JSON");
    }
    if (!header.is_object()) {
        file.fail("the header is damaged: it is no JSON object");
    }
    if (!twice.empty()) {
        file.fail(twice, "is in the header twice");
    }
    return header;
}

Json read_header(File& file) {
    constexpr std::size_t length_size = 8;
    if (file.size() < length_size) {
        file.fail("is cut short: it has " + std::to_string(file.size()) +
                  " bytes, too few for a safetensors file");
    }
    std::array<char, length_size> prefix{};
    file.read(prefix);
    const auto length = std::bit_cast<std::uint64_t>(prefix);
    // Its text, what it says, and the text for its checksum.
    constexpr std::size_t memory_per_byte = 50;
    if (length > largest_header) {
        file.fail("is no safetensors file, or damaged: it promises a header of " + std::to_string(length) +
                  " bytes");
    }
    if (length > file.size() - length_size) {
        file.fail("is cut short: it has " + std::to_string(file.size()) + " bytes, its header alone takes " +
                  std::to_string(length_size + length));
    }
    if (length > available_memory() / memory_per_byte) {
        file.refuse("its header", length * memory_per_byte);
    }
    std::string text(length, '\0');
    file.read(text);
    return parse_header(file, text);
}

Metadata read_metadata(const File& file, const Json& header) {
    Metadata metadata;
    if (!header.contains(metadata_key)) {
        return metadata;
    }
    const Json& entries = header[metadata_key];
    if (!entries.is_object()) {
        file.fail("the header is damaged: __metadata__ is no JSON object");
    }
    for (const auto& [key, value] : entries.items()) {
        if (!value.is_string()) {
            file.fail("the header is damaged: " + terminal::printable(key) + " in __metadata__ is no text");
        }
        metadata[key] = value.get<std::string>();
    }
    return metadata;
}

std::vector<std::size_t> read_sizes(const File& file, const std::string& name, const Json& entry,
                                    const char* key) {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_array()) {
        file.fail(name, std::string("has no ") + key);
    }
    std::vector<std::size_t> sizes;
    for (const Json& size : *found) {
        if (!size.is_number_unsigned()) {
            file.fail(name, std::string("has a wrong ") + key + ": " +
                                terminal::printable(size.dump(-1, ' ', true), 40) + " is no size");
        }
        sizes.push_back(size.get<std::size_t>());
    }
    return sizes;
}

Entry read_entry(const File& file, const std::string& name, const Json& json) {
    if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string()) {
        file.fail(name, "has no dtype");
    }
    Entry entry;
    entry.name = name;
    const std::string type_name = json["dtype"].get<std::string>();
    const auto* type = std::find_if(element_types.begin(), element_types.end(),
                                    [&](ElementType known) { return type_name == to_string(known); });
    if (type == element_types.end()) {
        file.fail(name, "has elements " + terminal::printable(type_name, 20) +
                            "; those read are F32, F64, U64 and I64");
    }
    entry.type = *type;
    entry.shape = read_sizes(file, name, json, "shape");
    const auto offsets = read_sizes(file, name, json, "data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1]) {
        file.fail(name, "has wrong data_offsets; expected a begin and an end");
    }
    entry.begin = offsets[0];
    entry.end = offsets[1];
    const auto bytes = size_in_bytes(entry.shape, entry.type);
    if (bytes != entry.end - entry.begin) {
        file.fail(name, "has " + std::to_string(entry.end - entry.begin) + " bytes; its shape, " +
                            terminal::human_shape(entry.shape) + ", takes " +
                            (bytes ? std::to_string(*bytes) : "more than can be counted"));
    }
    return entry;
}

/// The tensors in the order in which they lie in the file, every byte of which belongs to one of them.
std::vector<Entry> read_entries(const File& file, const Json& header, std::uint64_t data_size) {
    std::vector<Entry> entries;
    for (const auto& [name, json] : header.items()) {
        if (name != metadata_key) {
            entries.push_back(read_entry(file, name, json));
        }
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    std::size_t offset = 0;
    for (const Entry& entry : entries) {
        if (entry.begin != offset) {
            file.fail(entry.name, entry.begin < offset ? "overlaps another"
                                                       : "lies behind a gap of " +
                                                             std::to_string(entry.begin - offset) + " bytes");
        }
        if (entry.end > data_size) {
            file.fail(entry.name, "is cut short: it ends at byte " + std::to_string(entry.end) + " of " +
                                      std::to_string(data_size));
        }
        offset = entry.end;
    }
    if (offset != data_size) {
        file.fail("has " + std::to_string(data_size - offset) + " bytes after its last tensor");
    }
    return entries;
}

/// A file either has all checksums or, from another program, none.
bool check_header(const File& file, const Json& header, const Metadata& metadata) {
    const bool has_any = std::any_of(metadata.begin(), metadata.end(), [](const auto& entry) {
        return entry.first.rfind(header_checksum_key, 0) == 0;
    });
    if (!has_any) {
        return false;
    }
    const auto found = metadata.find(header_checksum_key);
    if (found == metadata.end() || found->second != header_checksum(header)) {
        file.fail("is damaged: the checksum of its header is wrong");
    }
    return true;
}

}  // namespace

const char* to_string(ElementType type) {
    switch (type) {
        case ElementType::f32:
            return "F32";
        case ElementType::f64:
            return "F64";
        case ElementType::u64:
            return "U64";
        case ElementType::i64:
            return "I64";
    }
    return "unknown";
}

std::size_t bytes_of(ElementType type) {
    return type == ElementType::f32 ? 4 : 8;
}

TensorView view(std::span<const float> values, std::vector<std::size_t> shape) {
    return view_of(ElementType::f32, values, std::move(shape));
}
TensorView view(std::span<const double> values, std::vector<std::size_t> shape) {
    return view_of(ElementType::f64, values, std::move(shape));
}
TensorView view(std::span<const std::uint64_t> values, std::vector<std::size_t> shape) {
    return view_of(ElementType::u64, values, std::move(shape));
}
TensorView view(std::span<const std::int64_t> values, std::vector<std::size_t> shape) {
    return view_of(ElementType::i64, values, std::move(shape));
}

std::vector<float> Tensor::floats() const {
    return numbers<float>(*this, ElementType::f32);
}
std::vector<double> Tensor::doubles() const {
    return numbers<double>(*this, ElementType::f64);
}
std::vector<std::uint64_t> Tensor::unsigned_integers() const {
    return numbers<std::uint64_t>(*this, ElementType::u64);
}
std::vector<std::int64_t> Tensor::integers() const {
    return numbers<std::int64_t>(*this, ElementType::i64);
}

void write_safetensors(const std::filesystem::path& path, const std::map<std::string, TensorView>& tensors,
                       const Metadata& metadata) {
    const auto refuse = [&](const std::string& what) {
        throw Error(ErrorCode::invalid_argument, path.string() + ": " + what);
    };
    for (const auto& [key, value] : metadata) {
        if (key.rfind(header_checksum_key, 0) == 0) {
            refuse("the key " + key + " is kept for checksums");
        }
    }
    std::vector<std::pair<std::string, TensorView>> order(tensors.begin(), tensors.end());
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
        return bytes_of(a.second.type) > bytes_of(b.second.type);
    });

    Json header = Json::object();
    header[metadata_key] = metadata;
    std::size_t offset = 0;
    for (const auto& [name, tensor] : order) {
        if (name == metadata_key) {
            refuse("a tensor cannot be called __metadata__");
        }
        if (size_in_bytes(tensor.shape, tensor.type) != tensor.bytes.size()) {
            refuse("tensor " + name + " has " + std::to_string(tensor.bytes.size()) +
                   " bytes, which is not what its shape takes: " + terminal::human_shape(tensor.shape) +
                   " of " + to_string(tensor.type));
        }
        header[name] = {{"dtype", to_string(tensor.type)},
                        {"shape", tensor.shape},
                        {"data_offsets", {offset, offset + tensor.bytes.size()}}};
        header[metadata_key][tensor_checksum_prefix + name] = hexadecimal(crc32(tensor.bytes));
        offset += tensor.bytes.size();
    }
    std::string text;
    try {
        header[metadata_key][header_checksum_key] = header_checksum(header);
        text = header.dump();
    } catch (const Json::exception&) {
        refuse("a name or text is not UTF-8");
    }
    text.append((8 - text.size() % 8) % 8, ' ');
    if (text.size() > largest_header) {
        refuse("the header takes " + std::to_string(text.size()) + " bytes; at most " +
               std::to_string(largest_header) + " can be read");
    }

    AtomicFile file(path);
    const std::uint64_t length = text.size();
    file.write(std::as_bytes(std::span(&length, 1)));
    file.write(text);
    for (const auto& [name, tensor] : order) {
        file.write(tensor.bytes);
    }
    file.commit();
}

Safetensors read_safetensors(const std::filesystem::path& path) {
    File file(path);
    const Json header = read_header(file);
    Safetensors result;
    result.metadata = read_metadata(file, header);
    const bool checked = check_header(file, header, result.metadata);
    result.checked = checked;
    if (file.remaining() > available_memory()) {
        file.refuse("its tensors", file.remaining());
    }
    for (Entry& entry : read_entries(file, header, file.remaining())) {
        Tensor tensor{entry.type, std::move(entry.shape), std::vector<std::byte>(entry.end - entry.begin)};
        file.read({reinterpret_cast<char*>(tensor.bytes.data()), tensor.bytes.size()});
        if (checked) {
            const auto found = result.metadata.find(tensor_checksum_prefix + entry.name);
            if (found == result.metadata.end() || found->second != hexadecimal(crc32(tensor.bytes))) {
                file.fail(entry.name, "is damaged: its checksum is wrong");
            }
        }
        result.tensors.emplace(std::move(entry.name), std::move(tensor));
    }
    if (checked) {
        std::erase_if(result.metadata,
                      [](const auto& entry) { return entry.first.rfind(header_checksum_key, 0) == 0; });
    }
    return result;
}

}  // namespace gandsl::files
