#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dsl/check.hpp"
#include "dsl/elaborate/budget.hpp"
#include "dsl/elaborate/flow.hpp"
#include "dsl/elaborate/reports.hpp"
#include "dsl/elaborate/scope.hpp"

/// What every check of a part of the file knows: the names, the budget, the reports, and the program so far.
namespace gandsl::dsl {

/// A name of the file.
struct Global {
    enum class Kind { option, data, latent, net, layer } kind = Kind::option;
    std::size_t index = 0;
    std::size_t field = 0;  ///< data: which of its names
    Span span = {};
    bool used = false;
};

/// How far the check of a statement is: what is said of another one may ask before it is done.
enum class Progress { waiting, running, done, failed };

struct LatentState {
    const tree::Draw* tree = nullptr;
    Progress progress = Progress::waiting;
    const Entry* entry = nullptr;
    Arguments arguments = {};
    Type type = {};
    Span span = {};
};

struct NetState {
    const tree::Net* tree = nullptr;
    Progress progress = Progress::waiting;
    std::vector<std::optional<Type>> annotations;
    std::vector<Type> results;
    Span shaped;                      ///< what gave its inputs their shapes: a call or its annotations
    std::set<std::size_t> nets;       ///< all it calls, and those that these call
    std::optional<bool> random = {};  ///< whether its body draws numbers, once that was asked
    /// For each result, how gradients reach each input, once that was asked.
    std::optional<std::vector<std::vector<Flow::GradientPath>>> gradient_paths = {};
    bool absent = false;  ///< from a run that could not be had
};

/// A name bound in a body, followed over all the times its line is checked.
struct Bound {
    std::string name;
    Span span;
    bool used = false;
};

/// What names of the file stand for, and which of them are used.
struct Names {
    std::map<std::string, Global, std::less<>> globals;
    std::vector<Operand> options;
    std::vector<Progress> data;  ///< as Program::data; done where their types are known
    std::vector<LatentState> latents;
    std::vector<NetState> nets;  ///< as Program::nets
    std::vector<const tree::Layer*> layers;
    std::map<std::string, Span, std::less<>> shown;  ///< measures and samples
    std::map<std::size_t, Bound> bound;              ///< by where the name stands
    std::deque<tree::Net> imported;                  ///< stand in for the statements of nets from runs
};

struct Context {
    Context(const Tree& file, const Catalogue& entries, const Settings& given)
        : tree(file), catalogue(entries), settings(given), budget(reports, given.max_instructions) {}
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    /// Gives the value of what was reported.
    Operand report(Diagnostic diagnostic) { return reports.add(std::move(diagnostic)); }

    const Tree& tree;
    const Catalogue& catalogue;
    const Settings& settings;
    Program program;
    Names names;
    Reports reports;
    Budget budget;
};

/// A name of a body, which is used by that; null where it is none.
const Scope::Entry* find(Context& context, const Scope& scope, std::string_view name);
void bind(Context& context, Scope& scope, const tree::Name& name, Operand value);
/// Null where the file has no such name.
Global* find_global(Context& context, std::string_view name);
/// Whether a body or the file has such a name.
bool is_named(Context& context, const Scope& scope, const std::string& name);

/// Names to suggest. `reads`: where data and latents may be named.
std::vector<std::string> value_names(const Context& context, const Scope& scope, bool reads);
std::vector<std::string> callable_names(const Context& context);
std::vector<std::string> net_names(const Context& context);
std::vector<std::string> measure_names(const Context& context);
std::vector<std::string> entry_names(const Catalogue& catalogue, EntryKind kind);

/// For saying what a name is that stands where it cannot.
const Entry* find_of_any_kind(const Catalogue& catalogue, std::string_view name);
/// Whether the file names data.
bool has_data(const Context& context);
/// Whether a log has a column of that name whatever the file says.
bool is_log_column(std::string_view name);

diagnostics::Form describe(EntryKind kind);
diagnostics::Form describe(Global::Kind kind);
diagnostics::Found describe(const Operand& operand);

}  // namespace gandsl::dsl
