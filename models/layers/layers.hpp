#pragma once

#include <vector>

#include "models/builder.hpp"

/// The layers, one file each; their rows are in models/catalogue.cpp.
namespace gandsl::models {
inline namespace GANDSL_PRECISION {

Definition define_dense();
Definition define_conv();
Definition define_conv_transpose();
Definition define_embedding();
Definition define_position();
Definition define_rnn();
Definition define_lstm();
Definition define_gru();
Definition define_attention();
Definition define_batch_norm();
Definition define_layer_norm();
Definition define_instance_norm();
Definition define_group_norm();
Definition define_spectral_norm();
Definition define_dropout();
Definition define_flatten();
Definition define_reshape();
Definition define_upsample();
Definition define_max_pool();
Definition define_avg_pool();
std::vector<Definition> define_activations();

/// A weight that a layer may do without: an empty Var where it has fewer.
inline Var weight_or_none(const BuildCall& call, std::size_t index) {
    return index < call.weights.size() ? call.weights[index] : Var();
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::models
