#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/builder.hpp"
#include "runtime/build/graph.hpp"
#include "runtime/build/random_streams.hpp"

/// What recording straight-line code needs to know; the steps of `build`.
namespace gandsl::runtime {
inline namespace GANDSL_PRECISION {

/// A net's weights on the tape, in the order of dsl::Net::weights.
struct NetWeights {
    std::vector<Var> states;                ///< at the start of the step
    std::vector<Var> current;               ///< after what was recorded so far
    std::vector<std::vector<Var>> earlier;  ///< values this step already replaced
    std::vector<Var> averages;              ///< of all of them; invalid where none is kept
    Var averaged_steps;   ///< how many steps are in the averages, each counted as much as it still weighs
    bool frozen = false;  ///< from another run, and updated nowhere: always in evaluation mode
};

/// Where code runs: a training step, a sample or a measure.
struct Scope {
    models::Mode mode = models::Mode::evaluate;
    Index batch = 1;
    streams::Purpose draws = streams::Purpose::draws;
    streams::Purpose layers = streams::Purpose::layers;
    std::vector<DataInput>* inputs = nullptr;            ///< where data that has to be fed is listed
    Index grid_columns = 1;                              ///< inside a grid sample
    std::map<std::size_t, models::Value> drawn = {};     ///< by slot
    std::vector<Continuation>* continuations = nullptr;  ///< where a sample lists them
    models::Steps* steps = nullptr;                      ///< set where one step of a sequence is recorded
};

class Recorder {
  public:
    Recorder(const dsl::Program& program, const BuildOptions& options, Graph& graph);

    /// Runs code; `values` by id, as far as they exist yet.
    void run(const dsl::Instructions& code, Scope& scope, const std::vector<dsl::Type>& types,
             std::vector<models::Value>& values);

    Tape& tape() { return *graph_.tape; }
    /// What is recorded from now on comes from here.
    void set_origin(const Origin& origin);
    NetWeights& weights(std::size_t net) { return nets_[net]; }

    /// What a schedule gives at this step: a scalar. `span`: where it stands.
    Var schedule(std::string_view name, const dsl::Arguments& arguments, const dsl::Span& span);

    /// Starts to keep a moving average of a net, weights and running statistics, which evaluation then uses.
    void keep_average(std::size_t net);

  private:
    using Values = std::vector<models::Value>;

    Values apply(const dsl::Instruction& code, Scope& scope, const dsl::Net* net, std::size_t net_index,
                 const Values& inputs, const std::vector<dsl::Type>& results);
    Values call(std::size_t net, Scope& scope, const Values& given);
    void run_in(const dsl::Instructions& code, Scope& scope, const std::vector<dsl::Type>& types,
                Values& values, const dsl::Net* net, std::size_t net_index);
    Var changed(const dsl::WeightChange& change, Var weight, models::Mode mode, Index batch,
                std::size_t net_index);
    models::Value data(const dsl::Instruction& code, Scope& scope, const dsl::Type& type);
    models::Value draw(const dsl::Instruction& code, Scope& scope, const dsl::Type& type, bool inside_net);
    /// A net on one step of the sequence it takes; `input` has a first axis of 1. In continuation.cpp.
    models::Value step(std::size_t net, Scope& scope, const models::Value& input);
    models::Value continuation(const dsl::Instruction& code, Scope& scope, const Values& inputs,
                               const dsl::Type& type);
    Values run_one(const dsl::Instruction& code, Scope& scope, const Values& inputs,
                   const std::vector<dsl::Type>& results, const dsl::Net* net, std::size_t net_index);
    models::Value cell(const dsl::Instruction& code, const Scope& scope, const dsl::Type& type);
    Var weight(std::size_t net, std::size_t index, models::Mode mode) const;
    void freeze_nets();
    void collect_nets(std::size_t net, std::set<std::size_t>& reached) const;
    std::uint32_t next_stream(streams::Purpose purpose);

    const dsl::Program& program_;
    const BuildOptions& options_;
    Graph& graph_;
    std::vector<NetWeights> nets_;
    std::vector<std::set<std::size_t>> called_;  ///< for each net: itself and all nets it calls
    std::map<std::vector<std::uint64_t>, Values> calls_;
    std::map<std::pair<NodeId, int>, Var> changed_;  ///< by weight and mode
    std::map<streams::Purpose, std::size_t> stream_counts_;
};

}  // namespace GANDSL_PRECISION
}  // namespace gandsl::runtime
