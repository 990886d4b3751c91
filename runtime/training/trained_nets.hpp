#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/build/graph.hpp"
#include "runtime/program/load.hpp"
#include "runtime/training/record.hpp"
#include "runtime/training/trained_run.hpp"

/// `net F from "RUN"`: the weights of nets that were trained elsewhere.
namespace gandsl::training {

/// Gives the nets that a program takes from runs the weights of the newest whole checkpoint there; moving
/// averages where that run kept them, as its samples and measures used them. `notes` receives what the user
/// should know. Throws Error(format) where a checkpoint is not the model's.
std::vector<LoadedNet> load_nets(const program::Loaded& loaded, const runtime::Graph& graph,
                                 std::vector<std::string>& notes);

/// Copies what is needed to read this run without those: nets/NAME/{model.gan, run.json}.
void keep_models(const program::Loaded& loaded, const std::filesystem::path& run);

/// Fills the states of a graph that only evaluates from a run's checkpoint. Throws Error(format) naming what
/// does not fit.
void fill_states(const Weights& weights, const runtime::Graph& graph);

}  // namespace gandsl::training
