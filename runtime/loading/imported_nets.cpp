#include "runtime/loading/imported_nets.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "runtime/files/atomic_file.hpp"
#include "runtime/files/checksum.hpp"

namespace gandsl::loading {

namespace {

namespace fs = std::filesystem;

const files::Tensor* find(const runs::Weights& weights, const std::string& name) {
    const auto found = weights.tensors.find(name);
    return found == weights.tensors.end() ? nullptr : &found->second;
}

// Throws where the model has no use for it.
void fill(Var state, const std::string& name, const files::Tensor* tensor, const runs::Weights& weights) {
    if (tensor == nullptr) {
        throw Error(ErrorCode::format,
                    fmt::format("{}: has no '{}', which the model wants; it was written by another "
                                "model",
                                weights.path.string(), name));
    }
    const Shape shape(tensor->shape.begin(), tensor->shape.end());
    if (shape != Shape(state.shape())) {
        throw Error(
            ErrorCode::format,
            fmt::format("{}: '{}' has shape {} there, and {} in the model: an option with which the net was "
                        "trained has another value now, or the model is another",
                        weights.path.string(), name, to_string(shape), to_string(state.shape())));
    }
    if (tensor->type != files::ElementType::f32) {
        throw Error(ErrorCode::format,
                    fmt::format("{}: '{}' holds elements of type {}, the model's are {}; it was written by "
                                "another program",
                                weights.path.string(), name, files::to_string(tensor->type),
                                files::to_string(files::ElementType::f32)));
    }
    state.tape().assign(state, tensor->floats());
}

Var state_of(const runtime::Graph& graph, const std::string& name) {
    for (const runtime::NamedState& each : graph.states) {
        if (each.name == name) {
            return each.var;
        }
    }
    throw Error(ErrorCode::internal, "the graph has no state '" + name + "'");
}

void write_copy(const fs::path& from, const fs::path& to) {
    files::write_atomically(to, files::read_whole(from));
}

// With what it keeps itself of runs before it.
void copy_model(const fs::path& from, const fs::path& to) {
    fs::create_directories(to);
    write_copy(from / "model.gan", to / "model.gan");
    write_copy(from / "run.json", to / "run.json");
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(from / "nets", none)) {
        copy_model(entry.path(), to / "nets" / entry.path().filename());
    }
}

}  // namespace

std::vector<runs::LoadedNet> load_nets(const Loaded& loaded, const runtime::Graph& graph,
                                       std::vector<std::string>& notes) {
    std::vector<runs::LoadedNet> nets;
    std::map<std::string, runs::Weights> read;
    for (const dsl::Net& net : loaded.program.nets) {
        if (!net.from) {
            continue;
        }
        auto found = read.find(*net.from);
        if (found == read.end()) {
            std::vector<std::string> skipped;
            found = read.emplace(*net.from, runs::read_weights(loaded.trained.at(*net.from), false, skipped))
                        .first;
            for (const std::string& message : skipped) {
                notes.push_back("skipped a broken checkpoint: " + message);
            }
        }
        const runs::Weights& weights = found->second;
        std::uint32_t hash = 0;
        bool averaged = false;
        for (const dsl::NetWeight& weight : net.weights) {
            const std::string theirs = net.origin + "." + weight.name;
            const files::Tensor* average = find(weights, "average." + theirs);
            const files::Tensor* tensor = average != nullptr ? average : find(weights, theirs);
            averaged = averaged || average != nullptr;
            const std::string own = net.name + "." + weight.name;
            fill(state_of(graph, own), theirs, tensor, weights);
            hash = files::crc32(tensor->bytes, hash);
            for (const runtime::NamedState& each : graph.states) {
                if (each.name == "average." + own) {
                    fill(each.var, theirs, tensor, weights);
                }
            }
        }
        nets.push_back({net.name, *net.from, weights.path, "crc32:" + files::hexadecimal(hash)});
        notes.push_back(fmt::format("{} is taken from {}, after step {}{}", net.name, *net.from, weights.step,
                                    averaged ? ", its moving average" : ""));
    }
    return nets;
}

void keep_models(const Loaded& loaded, const fs::path& run) {
    for (const dsl::Net& net : loaded.program.nets) {
        const fs::path kept = kept_model(run, net.name);
        if (net.from && net.name.find('/') == std::string::npos) {
            copy_model(loaded.trained.at(*net.from).folder, kept);
        }
    }
}

void fill_states(const runs::Weights& weights, const runtime::Graph& graph) {
    for (const runtime::NamedState& state : graph.states) {
        fill(state.var, state.name, find(weights, state.name), weights);
    }
}

}  // namespace gandsl::loading
