#include <algorithm>
#include <utility>

#include "dsl/elaborator.hpp"
#include "dsl/spelling.hpp"
#include "dsl/types.hpp"

namespace gandsl::dsl {

namespace {

Argument whole(std::string name, std::string doc, double least, std::optional<double> fallback) {
    Argument argument;
    argument.name = std::move(name);
    argument.kind = ArgumentKind::integer;
    argument.doc = std::move(doc);
    argument.least = least;
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

}  // namespace

void Elaborator::check_train() {
    const tree::Train* train = nullptr;
    Span span;
    for (const tree::Statement& statement : tree_.statements) {
        const auto* found = std::get_if<tree::Train>(&statement.data);
        if (found == nullptr) {
            continue;
        }
        if (train != nullptr) {
            report(diagnostics::several_trains(found->arguments.head, train->arguments.head));
            continue;
        }
        train = found;
        span = statement.span;
    }
    if (train == nullptr) {
        return;
    }
    program_.train.emplace();
    Train& result = *program_.train;
    result.span = span;
    const Entry entry = train_entry();
    if (const auto arguments =
            resolve_arguments(entry, given(train->arguments), train->arguments.span, empty_scope_)) {
        train_length(*arguments, *train);
    }
    number_sites(train->body.lines);
    if (sites_.empty()) {
        report(diagnostics::empty_train(train->arguments.head));
    }
    draws_ = 0;
    Frame frame;
    frame.kind = Frame::Kind::train;
    frame.space = &train_space_;
    frame_ = &frame;
    Scope scope;
    TurnItems turn = walk_turn(train->body.lines, scope);
    frame_ = nullptr;
    result.items = std::move(turn.items);
    result.types = train_space_.types;
    result.batch_slots = std::max<std::size_t>(batches_, 1);
}

bool Elaborator::has_data() const {
    return std::any_of(
        tree_.statements.begin(), tree_.statements.end(),
        [](const tree::Statement& statement) { return std::holds_alternative<tree::Data>(statement.data); });
}

void Elaborator::check_schedule(const Entry& entry, Span span) {
    if (entry.by_epochs && !has_data()) {
        report(diagnostics::no_epochs(span, "`" + entry.name + "`",
                                      "write a schedule that goes by steps: `linear(1e-2, 0)` over the whole "
                                      "run, or `linear(1e-2, 1e-3, steps = 1000)`"));
    }
}

void Elaborator::train_length(const Arguments& arguments, const tree::Train& tree) {
    Train& result = *program_.train;
    result.epochs = size(arguments, "epochs");
    result.steps = size(arguments, "steps");
    if (result.epochs && result.steps) {
        report(diagnostics::train_length_twice(tree.arguments.span));
    }
    // The command line's length replaces the file's, whichever of the two it is in.
    if (settings_.epochs || settings_.steps) {
        result.epochs = settings_.epochs;
        result.steps = settings_.steps;
    }
    if (!result.epochs && !result.steps) {
        report(diagnostics::train_length_missing(tree.arguments.span));
    }
    // What the command line says has no place in the file: it is refused where the run's length is counted.
    if (result.epochs && !settings_.epochs && !has_data()) {
        report(diagnostics::no_epochs(arguments.find("epochs")->second.span, "`train`",
                                      "say how long in steps: `train(steps = 10000, batch = 64)`"));
    }
    result.batch = settings_.batch.value_or(size(arguments, "batch").value_or(64));
    result.seed = settings_.seed.value_or(size(arguments, "seed").value_or(0));
    const Value& stop = arguments.find("stop")->second;
    if (const auto* call = std::get_if<NestedCall>(&stop.data)) {
        result.stop = *call;
    }
}

// Each `update` of the file is a site; its turns share it, and what they log is named after its first net.

void Elaborator::number_sites(const std::vector<tree::Line>& lines) {
    for (const tree::Line& line : lines) {
        if (const auto* update = std::get_if<tree::Update>(&line.data)) {
            sites_.push_back(update);
        } else if (const auto* repeat = std::get_if<tree::Repeat>(&line.data)) {
            number_sites(repeat->body.lines);
        }
    }
    std::map<std::string, std::size_t> seen;
    prefixes_.clear();
    for (const tree::Update* site : sites_) {
        const std::string& net = site->nets.front().text;
        std::string prefix;
        do {  // the second of `D` is `D_2`, unless a net is called so
            const std::size_t number = ++seen[net];
            prefix = net + (number == 1 ? "" : "_" + std::to_string(number)) + ".";
        } while (std::find(prefixes_.begin(), prefixes_.end(), prefix) != prefixes_.end());
        prefixes_.push_back(sites_.size() == 1 ? "" : prefix);
    }
}

std::size_t Elaborator::site_of(const tree::Update& update) const {
    return static_cast<std::size_t>(std::find(sites_.begin(), sites_.end(), &update) - sites_.begin());
}

// Turns.

/// The lines of train or of one turn of a repeat: what they read of data and latents comes first, once.
Elaborator::TurnItems Elaborator::walk_turn(const std::vector<tree::Line>& lines, Scope& scope) {
    TurnItems result;
    Turn turn;
    Frame& frame = *frame_;
    Turn* const outer_turn = frame.turn;
    Instructions* const outer_reads = frame.reads;
    Instructions* const outer_body = frame.body;
    Instructions body;
    frame.turn = &turn;
    frame.reads = &result.reads;
    frame.body = &body;
    const auto flush = [&] {
        if (!body.empty()) {
            result.items.emplace_back(std::move(body));
            body = {};
        }
    };
    ++recursion_;
    for (const tree::Line& line : lines) {
        spend(line.span);
        if (const auto* update = std::get_if<tree::Update>(&line.data)) {
            flush();
            walk_update(*update, line.span, scope, result.items);
            frame.known.clear();  // the weights have changed
        } else if (const auto* repeat = std::get_if<tree::Repeat>(&line.data)) {
            flush();
            walk_train_repeat(*repeat, scope, result.items);
            frame.known.clear();
        } else if (const auto* binding = std::get_if<tree::Binding>(&line.data)) {
            bind_names(*binding, value(binding->value, scope), scope);
        } else if (const auto* drawn = std::get_if<tree::Draw>(&line.data)) {
            bind(scope, drawn->name, draw(*drawn, scope));
        } else if (const auto* average = std::get_if<tree::Average>(&line.data)) {
            check_average(*average);
        } else if (const auto* objective = std::get_if<tree::Objective>(&line.data)) {
            report(diagnostics::misplaced(line.span, objective->maximize ? diagnostics::Construct::maximize
                                                                         : diagnostics::Construct::minimize));
        } else if (std::holds_alternative<tree::Return>(line.data)) {
            report(diagnostics::misplaced(line.span, diagnostics::Construct::return_line));
        } else {
            report(diagnostics::no_effect(line.span, diagnostics::Idle::in_train, first_word(line, scope)));
        }
    }
    --recursion_;
    flush();
    frame.turn = outer_turn;
    frame.reads = outer_reads;
    frame.body = outer_body;
    if (!result.reads.empty()) {
        result.items.insert(result.items.begin(), std::move(result.reads));
    }
    return result;
}

void Elaborator::walk_train_repeat(const tree::Repeat& repeat, Scope& scope, std::vector<TrainItem>& items) {
    const auto count = repeat_count(repeat.count, scope);
    if (!count) {
        return;
    }
    for (std::size_t turn = 0; turn < *count; ++turn) {
        spend(repeat.count.span);
        const std::size_t before = diagnostics_.size();
        frame_->known.clear();
        Scope inner;
        inner.parent = &scope;
        TurnItems walked = walk_turn(repeat.body.lines, inner);
        items.insert(items.end(), std::make_move_iterator(walked.items.begin()),
                     std::make_move_iterator(walked.items.end()));
        if (diagnostics_.size() > before) {
            return;
        }
    }
}

// Updates.

void Elaborator::walk_update(const tree::Update& tree, Span span, Scope& scope,
                             std::vector<TrainItem>& items) {
    Update result;
    result.site = site_of(tree);
    result.prefix = prefixes_[result.site];
    result.span = span;
    std::map<std::string, Span> seen;
    for (const tree::Name& name : tree.nets) {
        const auto [at, added] = seen.emplace(name.text, name.span);
        const auto global = globals_.find(name.text);
        if (!added) {
            report(diagnostics::duplicate_name(name.span, name.text, at->second));
        } else if (global == globals_.end()) {
            report(diagnostics::unknown_name(name.span, name.text, "net", net_names()));
        } else if (global->second.kind != Global::Kind::net) {
            report(diagnostics::wrong_kind_of_name(name.span, name.text, describe(global->second.kind),
                                                   "a net"));
        } else {
            global->second.used = true;
            result.nets.push_back(global->second.index);
        }
    }
    if (auto optimizer = resolve(tree.optimizer, EntryKind::optimizer, scope)) {
        result.optimizer = {optimizer->entry, std::move(optimizer->arguments), tree.optimizer.span};
    }
    Frame frame;
    frame.kind = Frame::Kind::update;
    frame.space = &train_space_;
    frame.turn = frame_->turn;
    frame.reads = frame_->reads;
    frame.body = &result.body;
    Frame* const outer = frame_;
    frame_ = &frame;
    Scope inner;
    inner.parent = &scope;
    walk_update_lines(tree, inner, result);
    frame_ = outer;
    items.emplace_back(std::move(result));
}

void Elaborator::walk_update_lines(const tree::Update& tree, Scope& scope, Update& result) {
    std::optional<Span> first;
    bool misspelt = false;  // perhaps its objective
    const auto log = [&](const tree::Name& name) {
        const Scope::Entry& entry = scope.names.find(name.text)->second;
        const auto* tensor = std::get_if<Tensor>(&entry.value);
        if (tensor == nullptr || !is_one_number(tensor->type)) {
            return;
        }
        bound_.find(name.span.begin)->second.used = true;  // it is logged
        if (result.prefix.empty() && is_log_column(name.text)) {
            report(diagnostics::log_column(name.span, name.text));
        }
        std::erase_if(result.named, [&](const Named& named) { return named.name == name.text; });
        result.named.push_back({name.text, tensor->id});
    };
    ++recursion_;
    for (const tree::Line& line : tree.body.lines) {
        spend(line.span);
        if (const auto* binding = std::get_if<tree::Binding>(&line.data)) {
            Operand operand = value(binding->value, scope);
            bind_names(*binding, operand, scope);
            for (const tree::Name& name : binding->names) {
                log(name);
            }
        } else if (const auto* drawn = std::get_if<tree::Draw>(&line.data)) {
            bind(scope, drawn->name, draw(*drawn, scope));
        } else if (const auto* goal = std::get_if<tree::Objective>(&line.data)) {
            if (first) {
                report(diagnostics::several_objectives(line.span, *first));
                continue;
            }
            first = line.span;
            objective(*goal, scope, result);
            if (!has_errors()) {
                check_reached(tree, result);
            }
        } else if (const auto* repeat = std::get_if<tree::Repeat>(&line.data)) {
            report(diagnostics::misplaced({line.span.begin, repeat->count.span.end},
                                          diagnostics::Construct::repeat));
        } else if (std::holds_alternative<tree::Return>(line.data)) {
            report(diagnostics::misplaced(line.span, diagnostics::Construct::return_line));
        } else if (std::holds_alternative<tree::Update>(line.data)) {
            report(diagnostics::misplaced(line.span, diagnostics::Construct::update));
        } else if (std::holds_alternative<tree::Average>(line.data)) {
            report(diagnostics::misplaced(line.span, diagnostics::Construct::average));
        } else {
            const std::string word = first_word(line, scope);
            misspelt = misspelt || !word.empty();
            report(diagnostics::no_effect(line.span, diagnostics::Idle::in_update, word));
        }
    }
    --recursion_;
    if (!first && !misspelt) {
        report(diagnostics::missing_objective({tree.optimizer.span.begin, tree.optimizer.span.end}));
    }
}

void Elaborator::objective(const tree::Objective& tree, Scope& scope, Update& result) {
    const Operand operand = value(tree.value, scope);
    const auto goal = tensor(operand, tree.value.span, tree.maximize ? "maximize" : "minimize");
    if (!goal) {
        return;
    }
    if (!is_one_number(goal->type)) {
        report(diagnostics::not_one_number(tree.value.span, diagnostics::Scalar::objective, goal->type));
        return;
    }
    // A name of the file's stays what the file says it is.
    std::string column = "loss";
    const auto taken = [&](const Named& named) { return named.name == column && named.value != goal->id; };
    for (std::size_t number = 1; std::any_of(result.named.begin(), result.named.end(), taken); ++number) {
        column = number == 1 ? "objective" : "objective_" + std::to_string(number);
    }
    std::erase_if(result.named, [&](const Named& named) { return named.name == column; });
    result.named.push_back({column, goal->id});
    result.objective = goal->id;
    if (tree.maximize) {
        const Entry* entry = catalogue_.find(Role::negate);
        if (entry == nullptr) {
            report(diagnostics::not_yet(tree.value.span, "maximize", ""));
            return;
        }
        const Type type{goal->type.shape, std::nullopt, goal->type.batched};
        const Operand negated = apply_typed(*entry, {*goal}, {}, {type}, tree.value.span);
        result.objective = std::get<Tensor>(negated).id;
    }
}

/// What an update names must learn something from it.
void Elaborator::check_reached(const tree::Update& tree, const Update& result) {
    const auto behind = nets_behind(train_space_, result.objective);
    for (const tree::Name& name : tree.nets) {
        const std::size_t net = globals_.find(name.text)->second.index;
        const auto& weights = program_.nets[net].weights;
        if (!behind.contains(net)) {
            report(diagnostics::not_in_objective(name.span, name.text));
        } else if (std::none_of(weights.begin(), weights.end(),
                                [](const NetWeight& weight) { return weight.learned; })) {
            report(diagnostics::nothing_to_learn(name.span, name.text, learning_inside(net)));
        }
    }
}

/// The nets that a net calls and that have weights to learn.
std::vector<std::string> Elaborator::learning_inside(std::size_t net) const {
    std::vector<std::string> names;
    for (const std::size_t inner : nets_[net].nets) {
        const auto& weights = program_.nets[inner].weights;
        if (std::any_of(weights.begin(), weights.end(),
                        [](const NetWeight& weight) { return weight.learned; })) {
            names.push_back(program_.nets[inner].name);
        }
    }
    return names;
}

void Elaborator::check_average(const tree::Average& tree) {
    const auto global = globals_.find(tree.net.text);
    if (global == globals_.end()) {
        report(diagnostics::unknown_name(tree.net.span, tree.net.text, "net", net_names()));
        return;
    }
    if (global->second.kind != Global::Kind::net) {
        report(diagnostics::wrong_kind_of_name(tree.net.span, tree.net.text, describe(global->second.kind),
                                               "a net"));
        return;
    }
    const auto decay = static_number(tree.decay, empty_scope_, "a number");
    if (!decay) {
        return;
    }
    if (*decay <= 0 || *decay >= 1) {
        report(diagnostics::wrong_value(tree.decay.span, spell(*decay), "a number between 0 and 1"));
        return;
    }
    auto& averages = program_.train->averages;
    const bool twice = std::any_of(averages.begin(), averages.end(), [&](const Average& average) {
        return average.net == global->second.index && !(average.span == tree.net.span);
    });
    if (twice) {
        report(diagnostics::repeated_argument(tree.net.span, tree.net.text, "average"));
    } else if (averages.empty() || !(averages.back().span == tree.net.span)) {
        averages.push_back({global->second.index, *decay, tree.net.span});
    }
}

}  // namespace gandsl::dsl
