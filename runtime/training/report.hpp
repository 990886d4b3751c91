#pragma once

#include <filesystem>
#include <string>

#include "dsl/program.hpp"
#include "runtime/training/feeder.hpp"
#include "runtime/training/run_request.hpp"

/// What a run says of itself on standard output.
namespace gandsl::training {

/// The command that goes on with a run, as a shell takes it.
std::string spell_command(const RunRequest& request, const std::filesystem::path& run);

/// What each `data` statement has become, and which of its sources were passed over.
void print_data(const dsl::Program& program, const data::Datasets& datasets);

void print_nets(const dsl::Program& program);

}  // namespace gandsl::training
