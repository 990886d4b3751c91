#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dsl/elaborate/context.hpp"
#include "dsl/elaborate/flow.hpp"

namespace gandsl::dsl {

/// The numbered values of a net, of train, of a measure or of a sample.
struct Space {
    std::vector<Type> types;
    Flow flow;
    std::size_t draws = 0;    ///< of random numbers
    std::size_t batches = 0;  ///< that are read
};

/// One iteration of train, or a whole measure or sample: one batch and one draw of each latent.
struct Iteration {
    std::optional<std::size_t> batch;
    std::map<std::vector<std::size_t>, Tensor> data;  ///< by data, field, slot and next
    std::map<std::size_t, Tensor> latents;
};

/// A layer around others (spectral_norm), while these are checked.
struct Wrapper {
    const Entry* entry = nullptr;
    const Arguments* arguments = nullptr;
    std::size_t changes = 0;  ///< how many weights it found
};

/// Where the instructions of a body go, and what may be named there.
class Emitter {
  public:
    enum class Kind { before_run, net, train, update, measure, sample };

    /// Of what is known before the run: nothing can be emitted.
    explicit Emitter(Context& context) : budget_(context.budget) {}
    Emitter(Context& context, Kind kind_of_body, Space& values, Instructions& into)
        : kind(kind_of_body), space(&values), body(&into), budget_(context.budget) {}

    bool before_run() const { return kind == Kind::before_run; }
    bool in_layer() const { return !layers.empty(); }
    /// Whether data and latents may be named.
    bool reads_data() const { return reads != nullptr && !in_layer(); }

    /// The ids of the values, one for each type.
    std::vector<ValueId> emit(Instruction instruction, std::vector<Type> types);
    /// Where what is written twice is computed once.
    std::vector<ValueId> emit_once(Instruction instruction, std::vector<Type> types);
    /// Of data and latents, which are read before all else.
    Tensor emit_read(Instruction instruction, const Type& type);

    Kind kind = Kind::before_run;
    Space* space = nullptr;
    Instructions* body = nullptr;
    Instructions* reads = nullptr;  ///< where data and latents are read; null in nets
    Iteration* iteration = nullptr;
    std::map<std::string, std::vector<ValueId>> known = {};  ///< equal calls give equal values
    std::size_t net = 0;                                     ///< in nets
    std::optional<std::pair<Index, Index>> grid = {};        ///< rows and columns of a sample
    std::vector<std::pair<std::size_t, Span>> layers = {};   ///< being unrolled, and where they were used
    std::map<std::string, std::size_t> mentions = {};        ///< of each layer of a net, by prefix and name
    std::string prefix = {};                                 ///< of the names of weights
    Wrapper* wrapper = nullptr;

  private:
    std::vector<ValueId> emit(Instruction instruction, std::vector<Type> types, Instructions& into);

    Budget& budget_;
};

/// Reports what a type rule threw: at the argument at fault where it was given, else at the call.
void report_rule(Context& context, const Emitter& emitter, Diagnostic diagnostic, const Arguments& arguments,
                 Span span);

}  // namespace gandsl::dsl
