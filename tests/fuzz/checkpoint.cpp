#include "runtime/runs/checkpoint.hpp"

#include "runtime/files/safetensors.hpp"
#include "tests/fuzz/list.hpp"
#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

/// A checkpoint as `--resume`, `gandsl sample` and `net F from` read it, and any safetensors file; what was
/// read can be written, and is read again as the same.
void checkpoint(std::string_view input) {
    const std::filesystem::path path = put(input);
    survives([&] { runs::read_checkpoint(path); });
    survives([&] {
        const files::Safetensors read = files::read_safetensors(path);
        std::map<std::string, files::TensorView> views;
        for (const auto& [name, tensor] : read.tensors) {
            views.emplace(name, files::TensorView{tensor.type, tensor.shape, tensor.bytes});
        }
        const std::filesystem::path copy = scratch() / "copy";
        files::write_safetensors(copy, views, read.metadata);
        const files::Safetensors again = files::read_safetensors(copy);
        if (again.metadata != read.metadata || again.tensors.size() != read.tensors.size()) {
            broken("what was written is read back as something else");
        }
        for (const auto& [name, tensor] : read.tensors) {
            const auto found = again.tensors.find(name);
            if (found == again.tensors.end() || found->second.bytes != tensor.bytes ||
                found->second.shape != tensor.shape) {
                broken("a tensor is read back as another");
            }
        }
    });
}

}  // namespace gandsl::fuzz
