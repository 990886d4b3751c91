#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/build/graph.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/runs/record.hpp"
#include "runtime/runs/saved_run.hpp"

/// `net F from "RUN"`: the weights of nets that were trained elsewhere.
namespace gandsl::loading {

/// Gives the nets that a program takes from runs the weights of the newest whole checkpoint there; moving
/// averages where that run kept them, as its samples and measures used them. `notes` receives what the user
/// should know. Throws Error(format) where a checkpoint is not the model's.
std::vector<runs::LoadedNet> load_nets(const Loaded& loaded, const runtime::Graph& graph,
                                       std::vector<std::string>& notes);

/// Copies what is needed to read this run without those: nets/NAME/{model.gan, run.json}.
void keep_models(const Loaded& loaded, const std::filesystem::path& run);

/// Fills the states of a graph that only evaluates from a run's checkpoint. Throws Error(format) naming what
/// does not fit.
void fill_states(const runs::Weights& weights, const runtime::Graph& graph);

}  // namespace gandsl::loading
