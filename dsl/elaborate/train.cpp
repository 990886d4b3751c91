#include "dsl/elaborate/train.hpp"

#include <algorithm>
#include <utility>

#include "dsl/elaborate/argument_values.hpp"
#include "dsl/elaborate/arguments.hpp"
#include "dsl/elaborate/bodies.hpp"
#include "dsl/elaborate/expressions.hpp"
#include "dsl/elaborate/reads.hpp"
#include "dsl/elaborate/updates.hpp"
#include "dsl/spelling.hpp"

namespace gandsl::dsl {

namespace {

Argument whole(std::string name, std::string doc, double min, std::optional<double> fallback) {
    Argument argument;
    argument.name = std::move(name);
    argument.kind = ArgumentKind::integer;
    argument.doc = std::move(doc);
    argument.min = min;
    argument.positional = false;
    Value value;
    if (fallback) {
        value.data = *fallback;
    }
    argument.fallback = value;
    return argument;
}

/// `train(...)` has arguments as a catalogue entry has.
Entry train_entry() {
    Entry entry;
    entry.name = "train";
    entry.kind = EntryKind::function;
    entry.example = "train(epochs = 25, batch = 64) { ... }";
    entry.arguments = {whole("epochs", "how often to go through the data", 1, std::nullopt),
                       whole("steps", "how many steps to take", 1, std::nullopt),
                       whole("batch", "examples in a step", 1, 64),
                       whole("seed", "of all that is random", 0, 0)};
    Argument stop;
    stop.name = "stop";
    stop.kind = ArgumentKind::call;
    stop.doc = "when to end before that";
    stop.choices = {"stop_rule"};
    stop.fallback = Value{};
    stop.positional = false;
    entry.arguments.push_back(std::move(stop));
    return entry;
}

std::optional<std::size_t> size(const Arguments& arguments, std::string_view name) {
    const Value& value = arguments.find(name)->second;
    if (value.empty()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(std::get<double>(value.data));
}

void check_length(Context& context, const Arguments& arguments, const tree::Train& tree) {
    Train& result = *context.program.train;
    result.epochs = size(arguments, "epochs");
    result.steps = size(arguments, "steps");
    if (result.epochs && result.steps) {
        context.report(diagnostics::train_length_twice(tree.arguments.span));
    }
    // The command line's length replaces the file's, whichever of the two it is in.
    if (context.settings.epochs || context.settings.steps) {
        result.epochs = context.settings.epochs;
        result.steps = context.settings.steps;
    }
    if (!result.epochs && !result.steps) {
        context.report(diagnostics::train_length_missing(tree.arguments.span));
    }
    // What the command line says has no place in the file: it is refused where the run's length is counted.
    if (result.epochs && !context.settings.epochs && !has_data(context)) {
        context.report(diagnostics::no_epochs(arguments.find("epochs")->second.span));
    }
    result.batch = context.settings.batch.value_or(size(arguments, "batch").value_or(64));
    result.seed = context.settings.seed.value_or(size(arguments, "seed").value_or(0));
    const Value& stop = arguments.find("stop")->second;
    if (const auto* call = std::get_if<NestedCall>(&stop.data)) {
        result.stop = *call;
    }
}

/// Each `update` of the file is a site; its iterations share it.
void find_updates(const std::vector<tree::Line>& lines, std::vector<const tree::Update*>& updates) {
    for (const tree::Line& line : lines) {
        if (const auto* update = std::get_if<tree::Update>(&line.data)) {
            updates.push_back(update);
        } else if (const auto* repeat = std::get_if<tree::Repeat>(&line.data)) {
            find_updates(repeat->body.lines, updates);
        }
    }
}

UpdateSites sites_of(const std::vector<tree::Line>& lines) {
    UpdateSites sites;
    find_updates(lines, sites.updates);
    std::map<std::string, std::size_t> seen;
    for (const tree::Update* update : sites.updates) {
        const std::string& net = update->nets.front().text;
        std::string prefix;
        do {  // the second of `D` is `D_2`, unless a net is called so
            const std::size_t number = ++seen[net];
            prefix = net + (number == 1 ? "" : "_" + std::to_string(number)) + ".";
        } while (std::find(sites.prefixes.begin(), sites.prefixes.end(), prefix) != sites.prefixes.end());
        sites.prefixes.push_back(sites.updates.size() == 1 ? "" : prefix);
    }
    return sites;
}

void check_average(Context& context, Emitter& emitter, const tree::Average& tree) {
    const Global* net = check_net_name(context, tree.net);
    if (net == nullptr) {
        return;
    }
    const auto decay = check_number(context, emitter, tree.decay, Scope{}, diagnostics::Form::number);
    if (!decay) {
        return;
    }
    if (*decay <= 0 || *decay >= 1) {
        context.report(diagnostics::wrong_value(tree.decay.span, spell(*decay),
                                                {diagnostics::Form::number_between, {"0", "1"}}));
        return;
    }
    auto& averages = context.program.train->averages;
    const bool twice = std::any_of(averages.begin(), averages.end(), [&](const Average& average) {
        return average.net == net->index && !(average.span == tree.net.span);
    });
    if (twice) {
        context.report(diagnostics::repeated_argument(tree.net.span, tree.net.text, "average"));
    } else if (averages.empty() || !(averages.back().span == tree.net.span)) {
        averages.push_back({net->index, *decay, tree.net.span});
    }
}

/// What all lines of train share.
struct TrainBody {
    Context& context;
    UpdateSites sites;
    Space space = {};
};

std::vector<TrainItem> check_iteration(TrainBody& train, const std::vector<tree::Line>& lines, Scope& scope);

void check_repeat(TrainBody& train, Emitter& emitter, const tree::Repeat& repeat, const Scope& scope,
                  std::vector<TrainItem>& items) {
    Context& context = train.context;
    const auto count = check_repeat_count(context, emitter, repeat.count, scope);
    if (!count) {
        return;
    }
    for (std::size_t iteration = 0; iteration < *count; ++iteration) {
        context.budget.check(repeat.count.span);
        const std::size_t before = context.reports.count();
        Scope inner;
        inner.parent = &scope;
        auto more = check_iteration(train, repeat.body.lines, inner);
        items.insert(items.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        if (context.reports.count() > before) {
            return;
        }
    }
}

/// A line that is neither an update nor a repeat.
void check_line(Context& context, Emitter& emitter, const tree::Line& line, Scope& scope) {
    if (const auto* binding = std::get_if<tree::Binding>(&line.data)) {
        bind_names(context, *binding, check_value(context, emitter, binding->value, scope), scope);
    } else if (const auto* drawn = std::get_if<tree::Draw>(&line.data)) {
        bind(context, scope, drawn->name, check_draw(context, emitter, *drawn, scope));
    } else if (const auto* average = std::get_if<tree::Average>(&line.data)) {
        check_average(context, emitter, *average);
    } else if (std::holds_alternative<tree::Expression>(line.data)) {
        context.report(
            diagnostics::no_effect(line.span, diagnostics::Idle::in_train, first_word(context, line, scope)));
    } else {
        report_misplaced(context, line);
    }
}

/// The lines of train or of one iteration of a repeat: what they read of data and latents comes first, once.
std::vector<TrainItem> check_iteration(TrainBody& train, const std::vector<tree::Line>& lines, Scope& scope) {
    Context& context = train.context;
    std::vector<TrainItem> items;
    Instructions body;
    Instructions reads;
    Iteration iteration;
    Emitter emitter(context, Emitter::Kind::train, train.space, body);
    emitter.reads = &reads;
    emitter.iteration = &iteration;
    const auto flush = [&] {
        if (!body.empty()) {
            items.emplace_back(std::exchange(body, {}));
        }
    };
    const DepthGuard guard(context.budget);
    for (const tree::Line& line : lines) {
        context.budget.check(line.span);
        if (const auto* update = std::get_if<tree::Update>(&line.data)) {
            flush();
            items.emplace_back(check_update(context, emitter, train.sites, *update, line.span, scope));
            emitter.known.clear();  // the weights have changed
        } else if (const auto* repeat = std::get_if<tree::Repeat>(&line.data)) {
            flush();
            check_repeat(train, emitter, *repeat, scope, items);
            emitter.known.clear();
        } else {
            check_line(context, emitter, line, scope);
        }
    }
    flush();
    if (!reads.empty()) {
        items.insert(items.begin(), std::move(reads));
    }
    return items;
}

/// The one `train` statement; more are reported.
const tree::Statement* find_train(Context& context) {
    const tree::Statement* first = nullptr;
    for (const tree::Statement& statement : context.tree.statements) {
        const auto* found = std::get_if<tree::Train>(&statement.data);
        if (found != nullptr && first != nullptr) {
            context.report(diagnostics::several_trains(found->arguments.head,
                                                       std::get<tree::Train>(first->data).arguments.head));
        } else if (found != nullptr) {
            first = &statement;
        }
    }
    return first;
}

}  // namespace

void check_train(Context& context) {
    const tree::Statement* statement = find_train(context);
    if (statement == nullptr) {
        return;
    }
    const auto& tree = std::get<tree::Train>(statement->data);
    Train& result = context.program.train.emplace();
    result.span = statement->span;
    Emitter before_run(context);
    if (const auto arguments =
            resolve_arguments(context, before_run, train_entry(), given_arguments(tree.arguments),
                              tree.arguments.span, Scope{})) {
        check_length(context, *arguments, tree);
    }
    TrainBody train{context, sites_of(tree.body.lines)};
    if (train.sites.updates.empty()) {
        context.report(diagnostics::empty_train(tree.arguments.head));
    }
    Scope scope;
    result.items = check_iteration(train, tree.body.lines, scope);
    result.types = std::move(train.space.types);
    result.batch_slots = std::max<std::size_t>(train.space.batches, 1);
}

}  // namespace gandsl::dsl
