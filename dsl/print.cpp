#include "dsl/print.hpp"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "dsl/utf8.hpp"

namespace gandsl::dsl {

namespace {

using tree::Expression;
using Kind = Expression::Kind;

constexpr std::size_t max_columns = 110;
constexpr std::size_t indentation = 4;
constexpr std::size_t min_broken = 24;
/// As what follows an expression: print it on one line, whatever its length.
constexpr std::size_t endless = static_cast<std::size_t>(-1) / 4;

/// How tightly an expression holds together; an operand looser than its place needs parentheses.
enum Binding : std::uint8_t { pipes = 1, comparisons, sums, products, negations, powers, atoms };

Binding binding(const Expression& e) {
    switch (e.kind) {
        case Kind::pipe:
            return pipes;
        case Kind::negate:
            return negations;
        case Kind::binary:
            return e.text == "^"                    ? powers
                   : e.text == "*" || e.text == "/" ? products
                   : e.text == "+" || e.text == "-" ? sums
                                                    : comparisons;
        default:
            return atoms;
    }
}

/// The binding that the left and right operands need to stand without parentheses.
std::pair<Binding, Binding> needs(const Expression& e) {
    switch (binding(e)) {
        case pipes:
            return {pipes, comparisons};
        case comparisons:
            return {sums, sums};
        case sums:
            return {sums, products};
        case products:
            return {products, negations};
        default:
            return {atoms, negations};  // 2 ^ -x ^ y stands without parentheses
    }
}

/// Text that may span lines, the first of which starts at `column`.
std::string format(const Expression& e, std::size_t indent, std::size_t column, std::size_t tail);

std::string format_in(const Expression& e, Binding min, std::size_t indent, std::size_t column,
                      std::size_t tail) {
    if (binding(e) >= min) {
        return format(e, indent, column, tail);
    }
    return "(" + format(e, indent, column + 1, tail == endless ? endless : tail + 1) + ")";
}

std::string flat(const Expression& e) {
    return format(e, 0, 0, endless);
}

std::size_t last_line(const std::string& text, std::size_t column) {
    const std::size_t end = text.rfind('\n');
    return end == std::string::npos ? column + utf8::length(text) : utf8::length(text.substr(end + 1));
}

bool has_comments(const Expression& e) {
    return !e.before.empty() || e.trailing || !e.closing.empty() ||
           std::any_of(e.operands.begin(), e.operands.end(), has_comments);
}

/// Whether an expression cannot stand on one line.
bool must_break(const Expression& e) {
    return !e.closing.empty() || std::any_of(e.operands.begin(), e.operands.end(), has_comments);
}

/// `tail` is the width of what follows on the last line.
std::string items(const Expression& e, const std::string& open, const std::string& close, std::size_t indent,
                  std::size_t column, std::size_t tail) {
    const auto item = [&](std::size_t i, std::size_t inner, std::size_t at, std::size_t after) {
        std::string name = e.kind == Kind::call && !e.names[i].text.empty() ? e.names[i].text + " = " : "";
        const std::size_t start = at + utf8::length(name);
        return name + format(e.operands[i], inner, start, after);
    };
    std::string result = open;
    for (std::size_t i = 0; i < e.operands.size(); ++i) {
        result += (i == 0 ? "" : ", ") + item(i, 0, 0, endless);
    }
    result += close;
    // Breaking a short list gains little and reads worse than a long line.
    const bool fits = column + utf8::length(result) + tail <= max_columns;
    if (!must_break(e) && (tail == endless || fits || utf8::length(result) < min_broken)) {
        return result;
    }
    const std::size_t inner = indent + indentation;
    const std::string start = "\n" + std::string(inner, ' ');
    result = open;
    for (std::size_t i = 0; i < e.operands.size(); ++i) {
        for (const tree::Comment& comment : e.operands[i].before) {
            result += start + comment.text;
        }
        result += start + item(i, inner, inner, 1);
        result += i + 1 < e.operands.size() ? "," : "";
        if (e.operands[i].trailing) {
            result += std::string(indentation, ' ') + e.operands[i].trailing->text;
        }
    }
    for (const tree::Comment& comment : e.closing) {
        result += start + comment.text;
    }
    return result + "\n" + std::string(indent, ' ') + close;
}

std::string operands(const Expression& e, const std::string& sign, std::size_t indent, std::size_t column,
                     std::size_t tail) {
    const auto [left, right] = needs(e);
    if (tail != endless && !must_break(e)) {
        const std::string one_line = operands(e, sign, indent, column, endless);
        if (column + utf8::length(one_line) + tail <= max_columns) {
            return one_line;
        }
    }
    std::string result = format_in(e.operands[0], left, indent, column, tail == endless ? endless : 0) + sign;
    return result + format_in(e.operands[1], right, indent, last_line(result, column), tail);
}

std::string format(const Expression& e, std::size_t indent, std::size_t column, std::size_t tail) {
    switch (e.kind) {
        case Kind::number:
        case Kind::text:
        case Kind::boolean:
        case Kind::name:
            return e.text;
        case Kind::list:
            return items(e, "[", "]", indent, column, tail);
        case Kind::call:
            return items(e, e.text + "(", ")", indent, column, tail);
        case Kind::negate:
            return "-" + format_in(e.operands[0], negations, indent, column + 1, tail);
        case Kind::pipe:
            return operands(e, " | ", indent, column, tail);
        case Kind::binary:
            return operands(e, e.text == "^" ? "^" : " " + e.text + " ", indent, column, tail);
        case Kind::index:
            return format_in(e.operands[0], atoms, indent, column, endless) + "[" + flat(e.operands[1]) + "]";
        case Kind::slice:
            return format_in(e.operands[0], atoms, indent, column, endless) + "[" + flat(e.operands[1]) +
                   ":" + flat(e.operands[2]) + "]";
        case Kind::none:
            break;
    }
    return "";
}

struct OutputLine {
    std::string code;
    std::optional<tree::Comment> trailing;
};

std::string joined(const std::vector<tree::Name>& names) {
    std::string result;
    for (const tree::Name& name : names) {
        result += (result.empty() ? "" : ", ") + name.text;
    }
    return result;
}

std::string print_annotation(const tree::Annotation& annotation) {
    std::string result;
    for (const tree::Name& size : annotation.sizes) {
        result += (result.empty() ? "" : " x ") + size.text;
    }
    if (annotation.classes) {
        result += (result.empty() ? "label(" : " x label(") + annotation.classes->text + ")";
    }
    return result;
}

// The text of lines and heads.

std::string line_text(const Expression& expression, std::size_t indent, std::size_t /*pad*/) {
    return format(expression, indent, indent, 0);
}

std::string line_text(const tree::Binding& binding, std::size_t indent, std::size_t pad) {
    const std::string head = joined(binding.names) + std::string(pad, ' ') + " = ";
    return head + format(binding.value, indent, indent + utf8::length(head), 0);
}

std::string line_text(const tree::Draw& draw, std::size_t indent, std::size_t /*pad*/) {
    const std::string head = draw.name.text + " ~ ";
    return head + format(draw.distribution, indent, indent + utf8::length(head), 0);
}

std::string line_text(const tree::Repeat& repeat, std::size_t indent, std::size_t /*pad*/) {
    return "repeat " + format(repeat.count, indent, indent + 7, 2) + " ";
}

std::string line_text(const tree::Return& line, std::size_t indent, std::size_t /*pad*/) {
    std::string text = "return ";
    for (std::size_t i = 0; i < line.values.size(); ++i) {
        text += i == 0 ? "" : ", ";
        text += format(line.values[i], indent, last_line(text, indent), 1);
    }
    return text;
}

std::string line_text(const tree::Update& update, std::size_t indent, std::size_t /*pad*/) {
    const std::string head = "update " + joined(update.nets) + " with ";
    return head + format(update.optimizer, indent, indent + utf8::length(head), 2) + " ";
}

std::string line_text(const tree::Average& average, std::size_t indent, std::size_t /*pad*/) {
    const std::string head = "average " + average.net.text + " with ";
    return head + format(average.decay, indent, indent + utf8::length(head), 0);
}

std::string line_text(const tree::Objective& objective, std::size_t indent, std::size_t /*pad*/) {
    const std::string head = objective.maximize ? "maximize " : "minimize ";
    return head + format(objective.value, indent, indent + utf8::length(head), 0);
}

/// A line up to its block, if it has one.
std::string header(const tree::Line& line, std::size_t indent, std::size_t pad) {
    return std::visit([&](const auto& data) { return line_text(data, indent, pad); }, line.data);
}

const tree::Block* nested(const tree::Line& line) {
    if (const auto* repeat = std::get_if<tree::Repeat>(&line.data)) {
        return &repeat->body;
    }
    if (const auto* update = std::get_if<tree::Update>(&line.data)) {
        return &update->body;
    }
    return nullptr;
}

/// `{ line }`, when the author wrote it so and nothing in it wants a line of its own.
std::optional<std::string> one_line(const tree::Block& body) {
    if (!body.one_line || body.opening || !body.closing.empty()) {
        return std::nullopt;
    }
    if (body.lines.empty()) {
        return "{ }";
    }
    const tree::Line& line = body.lines.front();
    if (!line.trivia.before.empty() || line.trivia.trailing) {
        return std::nullopt;
    }
    const tree::Block* inner = nested(line);
    std::string text = header(line, 0, 0);
    if (inner != nullptr) {
        const auto inside = one_line(*inner);
        if (!inside) {
            return std::nullopt;
        }
        text += *inside;
    }
    if (text.find('\n') != std::string::npos) {
        return std::nullopt;
    }
    return "{ " + text + " }";
}

std::string parameters(const std::vector<tree::Parameter>& parameters) {
    std::string text = "(";
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        text += (i == 0 ? "" : ", ") + parameters[i].name.text;
        if (parameters[i].annotation) {
            text += ": " + print_annotation(*parameters[i].annotation);
        }
        if (parameters[i].fallback) {
            text += " = " + flat(*parameters[i].fallback);
        }
    }
    return text + ")";
}

class Printer {
  public:
    std::string file(const Tree& tree) {
        statements(tree.statements);
        comments(tree.closing, 0);
        return finish();
    }

  private:
    // Blank lines and comments.

    void empty_line() { lines_.push_back({}); }

    void comments(const std::vector<tree::Comment>& comments, std::size_t indent) {
        for (const tree::Comment& comment : comments) {
            if (comment.blank_before) {
                empty_line();
            }
            lines_.push_back({std::string(indent, ' ') + comment.text, {}});
        }
    }

    void above(const tree::Trivia& trivia, std::size_t indent) {
        if (trivia.blank_before) {
            empty_line();
        }
        comments(trivia.before, indent);
        if (trivia.blank_after_comments) {
            empty_line();
        }
    }

    /// Adds code, which may hold line ends; the comment goes behind its last line.
    void code(const std::string& text, const std::optional<tree::Comment>& trailing) {
        std::size_t begin = 0;
        for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
            lines_.push_back({text.substr(begin, end - begin), {}});
            begin = end + 1;
        }
        lines_.push_back({text.substr(begin), trailing});
    }

    /// Runs of neighbouring lines whose comments began in one column keep them in one column.
    std::string finish() {
        std::string result;
        for (std::size_t i = 0; i < lines_.size();) {
            std::size_t end = i + 1;
            std::size_t column = 0;
            if (lines_[i].trailing) {
                while (end < lines_.size() && lines_[end].trailing &&
                       lines_[end].trailing->column == lines_[i].trailing->column) {
                    ++end;
                }
                std::size_t gap = endless;
                for (std::size_t j = i; j < end; ++j) {
                    gap = std::min(gap, lines_[j].trailing->gap);
                    column = std::max(column, utf8::length(lines_[j].code));
                }
                column += gap;
            }
            for (; i < end; ++i) {
                result += lines_[i].code;
                if (lines_[i].trailing) {
                    result +=
                        std::string(column - utf8::length(lines_[i].code), ' ') + lines_[i].trailing->text;
                }
                result += "\n";
            }
        }
        return result;
    }

    // Lining up. `width(i)` is the width of what is padded on line i.

    template <typename Item, typename Width>
    std::vector<std::size_t> padding(const std::vector<Item>& items, Width width) {
        std::vector<std::size_t> result(items.size(), 0);
        for (std::size_t i = 0; i < items.size();) {
            std::size_t end = i + 1;
            while (items[i].trivia.aligned && end < items.size() &&
                   items[end].trivia.aligned == items[i].trivia.aligned && !items[end].trivia.blank_before &&
                   items[end].trivia.before.empty()) {
                ++end;
            }
            std::size_t widest = 0;
            for (std::size_t j = i; j < end; ++j) {
                widest = std::max(widest, width(items[j]));
            }
            for (; i < end; ++i) {
                result[i] = widest - width(items[i]);
            }
        }
        return result;
    }

    // Statements.

    void statements(const std::vector<tree::Statement>& statements) {
        const auto pads = padding(statements, [](const tree::Statement& statement) -> std::size_t {
            return std::holds_alternative<tree::Data>(statement.data) ? 4 : 6;  // data; latent, option
        });
        for (std::size_t i = 0; i < statements.size(); ++i) {
            above(statements[i].trivia, 0);
            pad_ = std::string(pads[i], ' ');
            trailing_ = statements[i].trivia.trailing;
            std::visit([&](const auto& data) { statement(data); }, statements[i].data);
        }
    }

    void statement(const tree::Option& option) {
        code("option " + pad_ + option.name.text + " = " + flat(option.value), trailing_);
    }

    void statement(const tree::Data& data) {
        std::string text = "data " + pad_ + joined(data.names) + " = ";
        for (std::size_t i = 0; i < data.sources.size(); ++i) {
            text += i == 0 ? "" : " or ";
            text += format(data.sources[i], 0, last_line(text, 0), i + 1 < data.sources.size() ? 3 : 0);
        }
        code(text, trailing_);
    }

    void statement(const tree::Draw& latent) {
        const std::string text = "latent " + pad_ + latent.name.text + " ~ ";
        code(text + format(latent.distribution, 0, utf8::length(text), 0), trailing_);
    }

    void statement(const tree::Net& net) {
        if (net.from) {
            code("net " + net.name.text + " from " + net.from->text, trailing_);
            return;
        }
        std::string text = "net " + net.name.text + parameters(net.parameters);
        for (std::size_t i = 0; i < net.results.size(); ++i) {
            text += (i == 0 ? " -> " : ", ") + print_annotation(net.results[i]);
        }
        block(text + " ", net.body, "", 0, trailing_);
    }

    void statement(const tree::Layer& layer) {
        block("layer " + layer.name.text + parameters(layer.parameters) + " ", layer.body, "", 0, trailing_);
    }

    void statement(const tree::Train& train) {
        block((train.bare ? "train" : format(train.arguments, 0, 0, 2)) + " ", train.body, "", 0, trailing_);
    }

    void statement(const tree::Measure& measure) {
        shown("measure " + measure.name.text, measure.value, " on " + measure.split.text, measure.period);
    }

    void statement(const tree::Sample& sample) {
        shown("sample " + sample.name.text, sample.value, " as " + flat(sample.sink), sample.period);
    }

    void shown(const std::string& head, const std::variant<Expression, tree::Block>& value, std::string tail,
               const tree::Period& period) {
        tail += " every " + (period.count ? flat(*period.count) + " " : "") + period.unit.text;
        if (const auto* body = std::get_if<tree::Block>(&value)) {
            block(head + " = ", *body, tail, 0, trailing_);
        } else {
            const std::string text = head + " = ";
            code(text + format(std::get<Expression>(value), 0, utf8::length(text), utf8::length(tail)) + tail,
                 trailing_);
        }
    }

    // Blocks.

    void block(const std::string& head, const tree::Block& body, const std::string& tail, std::size_t indent,
               const std::optional<tree::Comment>& trailing) {
        if (const auto text = one_line(body)) {
            if (last_line(head, 0) + utf8::length(*text + tail) <= max_columns) {
                code(head + *text + tail, trailing);
                return;
            }
        }
        code(head + "{", body.opening);
        lines(body.lines, indent + indentation);
        comments(body.closing, indent + indentation);
        code(std::string(indent, ' ') + "}" + tail, trailing);
    }

    void lines(const std::vector<tree::Line>& lines, std::size_t indent) {
        const auto pads = padding(lines, [](const tree::Line& line) -> std::size_t {
            const auto* binding = std::get_if<tree::Binding>(&line.data);
            return binding == nullptr ? 0 : joined(binding->names).size();
        });
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const tree::Line& line = lines[i];
            above(line.trivia, indent);
            const std::string text = std::string(indent, ' ') + header(line, indent, pads[i]);
            if (const tree::Block* body = nested(line)) {
                block(text, *body, "", indent, line.trivia.trailing);
            } else {
                code(text, line.trivia.trailing);
            }
        }
    }

    std::vector<OutputLine> lines_;
    std::string pad_;
    std::optional<tree::Comment> trailing_;
};

}  // namespace

std::string print(const Tree& tree) {
    return Printer().file(tree);
}

std::string print(const Expression& expression) {
    return flat(expression);
}

}  // namespace gandsl::dsl
