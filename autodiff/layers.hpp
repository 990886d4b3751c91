#pragma once

#include <string>
#include <vector>

#include "initializers.hpp"
#include "operations.hpp"

/// Layers as the language has them, composed of ordinary operations. A struct holds what a layer has learned
/// and its settings, a function applies it, and make_NAME makes its weights as states of a tape:
///
///     WeightKeys keys(1);
///     const Dense hidden = make_dense(tape, 784, 100, keys, {.name = "hidden"});
///     const Var result = tanh(dense(x, hidden));
///
/// What acts differently in training has a function for that, which says so: `batch_norm_in_training`, and
/// `dropout`, which is left out of evaluation. Channels stand last. All throw Error(shape), which names the
/// layer and the shapes, where shapes do not fit, and Error(invalid_argument) for Vars that are empty or of
/// different tapes, and for settings that make no sense.
namespace gandsl {
inline namespace GANDSL_PRECISION {

/// How make_NAME makes a layer.
struct LayerOptions {
    std::string name = {};         ///< states are called "NAME.weight", "NAME.bias"; without one "weight"
    Initializer initializer = {};  ///< of what multiplies the input; empty: what make_NAME says
    bool bias = true;              ///< false: none, for layers that can do without
};

/// y = x W + b on the last axis.
struct Dense {
    Var weight = {};  ///< (inputs, units)
    Var bias = {};    ///< (units), or empty
};
/// x (..., inputs) to (..., units).
Var dense(Var x, const Dense& layer);
/// All uniform between -1/sqrt(inputs) and 1/sqrt(inputs).
Dense make_dense(Tape& tape, Index inputs, Index units, WeightKeys& keys, const LayerOptions& options = {});

/// A learned vector for each row of a table.
struct Embedding {
    Var weight = {};  ///< (rows, width)
};
/// indices (s...), whole numbers, to (s..., width).
Var embedding(Var indices, const Embedding& layer);
/// Adds a row of the table to each step of a sequence: x (..., steps, width), at most as many steps as rows
/// (Gehring et al., 2017; Radford et al., 2018).
Var position(Var x, const Embedding& layer);
/// Normal with standard deviation 1. For positions 0.02 is common.
Embedding make_embedding(Tape& tape, Index rows, Index width, WeightKeys& keys,
                         const LayerOptions& options = {});

/// Sets the share `rate` of x's numbers to 0 and divides the others by 1 - rate (Srivastava et al., 2014).
/// For training alone. What is drawn depends on the tape's seed, `stream` and the step, as in
/// random_uniform: each dropout of a net needs a stream of its own, and on an eager tape, which knows no
/// step, each step one.
Var dropout(Var x, double rate, std::uint32_t stream);

/// (x - mean) / sqrt(variance + epsilon), both over `axes`.
Var standardize(Var x, Axes axes, double epsilon = 1e-5);

/// Ioffe & Szegedy, 2015. Each feature is an index of the last axis.
struct BatchNorm {
    Var weight = {};            ///< (features)
    Var bias = {};              ///< (features)
    Var running_mean = {};      ///< (features)
    Var running_variance = {};  ///< (features)
    double epsilon = 1e-5;      ///< 0 or above
    double momentum = 0.1;      ///< share of the batch in the running statistics, 0 to 1
};
/// Evaluation: x (..., features), normalised by the running statistics.
Var batch_norm(Var x, const BatchNorm& layer);
/// The result, and what the running statistics are after this step: a plan stores them by the assignments
/// {layer.running_mean, step.running_mean} and so on, an eager loop by Tape::assign.
struct BatchNormStep {
    Var result = {};
    Var running_mean = {};
    Var running_variance = {};
};
/// Training: normalised by the mean and variance of x itself over all axes but the last. The running variance
/// is the unbiased estimate.
BatchNormStep batch_norm_in_training(Var x, const BatchNorm& layer);
/// Weight and running variance 1, bias and running mean 0.
BatchNorm make_batch_norm(Tape& tape, Index features, const std::string& name = {});

/// A normalisation of each example by itself, then a scale and shift of each index of the last axis.
struct Norm {
    Var weight = {};  ///< (features), or empty
    Var bias = {};    ///< (features), or empty
    double epsilon = 1e-5;
};
/// Ba et al., 2016: x (..., features) over its last axis, or over the last `axes` ones: 3 for whole images.
Var layer_norm(Var x, const Norm& layer, Index axes = 1);
/// x / sqrt(mean(x * x) + epsilon), the mean over the last axis (Zhang & Sennrich, 2019).
Var rms_norm(Var x, const Norm& layer);
/// Each channel by itself (Ulyanov et al., 2016): x (n, height, width, features) with the default of 2
/// `positions`, which is how many axes before the last are normalised over; 1 for sequences.
Var instance_norm(Var x, const Norm& layer, Index positions = 2);
/// Each of `groups` groups of neighbouring channels (Wu & He, 2018); x and `positions` as for instance_norm.
Var group_norm(Var x, const Norm& layer, Index groups, Index positions = 2);
/// Weight 1, bias 0.
Norm make_norm(Tape& tape, Index features, const std::string& name = {});

/// What a window does at the border. `same`: zeros stand outside, so that there are ceil(size / stride)
/// windows; `valid`: windows stay inside; `causal`: along the first of the two axes a window ends at its
/// position (van den Oord et al., 2016, WaveNet), along the second as `valid`.
enum class Padding { same, valid, causal };

/// Along height and width, or along the length of a sequence and 1.
struct Window {
    Index kernel[2] = {1, 1};
    Index stride[2] = {1, 1};
    Index dilation[2] = {1, 1};
    Padding padding = Padding::same;
};
/// Where windows stand on an image of this size, and how many there are along an axis: 0 if not even one
/// fits in. Throw Error(shape) for sizes, strides and dilations below 1.
ConvolutionGeometry geometry_of(const Window& window, const Index (&input)[2]);
Index window_count(const Window& window, const Index (&input)[2], std::size_t axis);

/// A convolution with learned filters.
struct Conv {
    Var weight = {};  ///< (kernel height, kernel width, in, out); sequences: (kernel, 1, in, out)
    Var bias = {};    ///< (out), or empty
    Window window = {};
};
/// x (n, height, width, in) to (n, rows, columns, out), or a sequence (n, length, in) to (n, rows, out).
Var conv(Var x, const Conv& layer);
/// All uniform between -1/sqrt(k) and 1/sqrt(k), k = in * kernel height * kernel width.
Conv make_conv(Tape& tape, Index in, Index out, const Window& window, WeightKeys& keys,
               const LayerOptions& options = {});

/// The adjoint of a convolution: enlarges by its stride (Zeiler et al., 2010; Dumoulin & Visin, 2016).
struct ConvTranspose {
    Var weight = {};     ///< (kernel height, kernel width, out, in); sequences: (kernel, 1, out, in)
    Var bias = {};       ///< (out), or empty
    Window window = {};  ///< not `causal`, of dilation 1
};
/// x (n, height, width, in) to (n, rows, columns, out), or a sequence (n, length, in) to (n, rows, out), with
/// transposed_size() numbers along an axis.
Var conv_transpose(Var x, const ConvTranspose& layer);
/// `same`: size * stride; `valid`: (size - 1) * stride + kernel.
Index transposed_size(const Window& window, Index size, std::size_t axis);
/// All uniform between -1/sqrt(k) and 1/sqrt(k), k = out * kernel height * kernel width.
ConvTranspose make_conv_transpose(Tape& tape, Index in, Index out, const Window& window, WeightKeys& keys,
                                  const LayerOptions& options = {});

/// The largest number of each window, and the mean, channel by channel; positions outside do not count. x is
/// (n, height, width, c) or a sequence (n, length, c), as for conv. `window` is not `causal`, and of
/// dilation 1 for avg_pool.
Var max_pool(Var x, const Window& window);
Var avg_pool(Var x, const Window& window);
/// Nearest neighbour: each position `rows` times along the height or length, `columns` times along the width;
/// for sequences `columns` is 1.
Var upsample(Var x, Index rows, Index columns);

// Recurrent layers take a sequence x (n, steps, width), or one of them, (steps, width), and give the states,
// (n, steps, units) or (steps, units). A state is (n, units). Without a first state it is 0; with one, the
// last comes back too, so that a sequence may be taken in parts. A cell is one step, of x (n, width). All
// weights begin uniform between -1/sqrt(units) and 1/sqrt(units).

/// h = tanh(x W + h' U + b), h' the state before (Elman, 1990).
struct Rnn {
    Var weight_input = {};  ///< W (width, units)
    Var weight_state = {};  ///< U (units, units)
    Var bias = {};          ///< b (units)
};
/// The states of all steps, and the one to go on from.
struct StatesAndLast {
    Var states = {};
    Var last = {};  ///< (n, units)
};
Var rnn_cell(Var x, Var state, const Rnn& layer);
Var rnn(Var x, const Rnn& layer);
StatesAndLast rnn(Var x, const Rnn& layer, Var first);
Rnn make_rnn(Tape& tape, Index width, Index units, WeightKeys& keys, const LayerOptions& options = {});

/// Hochreiter & Schmidhuber, 1997, with the forget gate of Gers et al., 2000: memory c = f c' + i g, state
/// h = o tanh(c). The gates stand in the order i, f, g, o.
struct Lstm {
    Var weight_input = {};  ///< (width, 4 units)
    Var weight_state = {};  ///< (units, 4 units)
    Var bias = {};          ///< (4 units)
};
struct LstmState {
    Var state = {};   ///< h (n, units)
    Var memory = {};  ///< c (n, units)
};
struct LstmStatesAndLast {
    Var states = {};
    LstmState last = {};
};
LstmState lstm_cell(Var x, const LstmState& state, const Lstm& layer);
/// One operation for all steps, the `lstm` of operations.hpp: fast, and from 0 only.
Var lstm(Var x, const Lstm& layer);
/// A cell for each step.
LstmStatesAndLast lstm(Var x, const Lstm& layer, const LstmState& first);
Lstm make_lstm(Tape& tape, Index width, Index units, WeightKeys& keys, const LayerOptions& options = {});

/// Cho et al., 2014: h = (1 - z) n + z h', n = tanh(x W + b + r (h' U + d)). The gates stand in the order
/// r, z, n.
struct Gru {
    Var weight_input = {};  ///< W (width, 3 units)
    Var weight_state = {};  ///< U (units, 3 units)
    Var bias = {};          ///< b (3 units)
    Var bias_state = {};    ///< d (3 units)
};
Var gru_cell(Var x, Var state, const Gru& layer);
Var gru(Var x, const Gru& layer);
StatesAndLast gru(Var x, const Gru& layer, Var first);
Gru make_gru(Tape& tape, Index width, Index units, WeightKeys& keys, const LayerOptions& options = {});

/// softmax(Q K' / sqrt(d)) V for each head of d = width / heads numbers, then a linear layer (Vaswani et al.,
/// 2017).
struct Attention {
    Dense query = {};  ///< all with weight (width, width), bias (width) or none
    Dense key = {};
    Dense value = {};
    Dense result = {};
    Index heads = 1;
    bool causal = false;  ///< a step sees itself and earlier ones only
};
/// Self-attention: x (n, steps, width), or one sequence (steps, width), to the same shape.
Var attention(Var x, const Attention& layer);
/// The steps of x look at those of `context` (n, other steps, width), of which a causal layer needs as many.
Var attention(Var x, Var context, const Attention& layer);
/// The parts of attention, for those who keep the keys and values of earlier steps: the projections, each
/// (n, heads, steps, width / heads), the query scaled; and what becomes of them, (n, steps, width).
/// `hidden`, if not empty, is added to the scores (n, heads, steps, other steps): far below 0 where a step
/// may not look. Here `causal` does nothing.
struct AttentionHeads {
    Var query = {};
    Var key = {};
    Var value = {};
};
AttentionHeads attention_heads(Var x, Var context, const Attention& layer);
Var attend(const AttentionHeads& heads, const Attention& layer, Var hidden = {});
/// All uniform between -1/sqrt(width) and 1/sqrt(width). States "NAME.query_weight", "NAME.query_bias" and
/// so on.
Attention make_attention(Tape& tape, Index width, Index heads, WeightKeys& keys,
                         const LayerOptions& options = {});

/// A weight over its largest singular value, read as a matrix with a column for each index of its last axis,
/// and the vector from which the next step goes on (Miyato et al., 2018).
struct SpectralNorm {
    Var weight = {};           ///< of the shape of the weight given
    Var singular_vector = {};  ///< (last axis); stored in training as BatchNormStep's statistics
};
/// `singular_vector` (last axis) is a state that begins normal. `iterations` power iterations, at least 1. A
/// layer takes the result in place of its weight.
SpectralNorm spectral_norm(Var weight, Var singular_vector, Index iterations = 1);

/// What an optimizer changes: the Vars of a layer in their order, without empty ones and running statistics.
std::vector<Var> parameters(const Dense& layer);
std::vector<Var> parameters(const Embedding& layer);
std::vector<Var> parameters(const BatchNorm& layer);
std::vector<Var> parameters(const Norm& layer);
std::vector<Var> parameters(const Conv& layer);
std::vector<Var> parameters(const ConvTranspose& layer);
std::vector<Var> parameters(const Rnn& layer);
std::vector<Var> parameters(const Lstm& layer);
std::vector<Var> parameters(const Gru& layer);
std::vector<Var> parameters(const Attention& layer);
/// Of several layers, one after the other.
template <class First, class Second, class... Rest>
std::vector<Var> parameters(const First& first, const Second& second, const Rest&... rest) {
    std::vector<Var> all = parameters(first);
    const std::vector<Var> others = parameters(second, rest...);
    all.insert(all.end(), others.begin(), others.end());
    return all;
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
