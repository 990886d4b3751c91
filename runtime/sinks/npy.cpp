#include "runtime/formats/npy.hpp"

#include "runtime/files/atomic_file.hpp"
#include "runtime/sinks/sink.hpp"

namespace gandsl::sinks {

namespace {

void write_npy(const std::filesystem::path& path, const Shown& shown) {
    std::vector<std::size_t> shape = {shown.count};
    for (const dsl::Index size : shown.shape) {
        shape.push_back(static_cast<std::size_t>(size));
    }
    files::write_atomically(path, formats::npy_content(shape, shown.values));
}

}  // namespace

Sink npy_sink() {
    return {.entry = record("npy", "A file in NumPy's format; its first axis counts the examples.", "",
                            {count_argument("examples to write", 64)}, any_type,
                            "sample codes = encoder(x) as npy(1000) every 5 epochs"),
            .extension = "npy",
            .repeats_rows = true,
            .write = write_npy};
}

}  // namespace gandsl::sinks
