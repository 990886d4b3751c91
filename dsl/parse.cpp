#include "dsl/parse.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

#include "dsl/grammar.hpp"
#include "dsl/scan.hpp"
#include "dsl/syntax_error.hpp"
#include "dsl/trivia.hpp"

namespace gandsl::dsl {

namespace {

namespace pegtl = tao::pegtl;
using Node = pegtl::parse_tree::node;
using tree::Expression;
using Kind = Expression::Kind;

/// Deeper trees are refused, so that whatever walks one may recurse.
constexpr std::size_t max_depth = 256;
constexpr std::size_t max_errors_of_a_statement = 20;

template <typename Rule>
bool is(const Node& node) {
    return node.is_type<Rule>();
}

Span span_of(const Node& node) {
    if (node.has_content()) {
        return {node.m_begin.byte, node.m_end.byte};
    }
    // A folded node has lost its end; its children have not.
    const Span first = span_of(*node.children.front());
    const Span last = span_of(*node.children.back());
    return {std::min(node.m_begin.byte, first.begin), last.end};
}

tree::Name name_of(const Node& node) {
    return {node.string(), span_of(node)};
}

/// From the parse tree to the tree: the only code that sees both.
class Converter {
  public:
    tree::Statement statement(const Node& node) {
        tree::Statement result;
        result.span = span_of(node);
        if (is<grammar::option_statement>(node)) {
            result.data = tree::Option{name_of(*node.children[0]), option_value(node)};
        } else if (is<grammar::data_statement>(node)) {
            result.data = data(node);
        } else if (is<grammar::latent_statement>(node)) {
            result.data = tree::Draw{name_of(*node.children[0]), expression(*node.children[1])};
        } else if (is<grammar::net_statement>(node)) {
            result.data = net(node);
        } else if (is<grammar::layer_statement>(node)) {
            result.data = layer(node);
        } else if (is<grammar::train_statement>(node)) {
            result.data = train(node);
        } else if (is<grammar::measure_statement>(node)) {
            result.data = tree::Measure{name_of(*node.children[0]), shown(*node.children[1]),
                                        name_of(*node.children[2]), period(*node.children[3])};
        } else {
            result.data = tree::Sample{name_of(*node.children[0]), shown(*node.children[1]),
                                       expression(*node.children[2]), period(*node.children[3])};
        }
        return result;
    }

    std::vector<Diagnostic> diagnostics;

  private:
    /// Gives the expression its depth, and reports one that is too deep instead of keeping it.
    Expression finish(Expression expression) {
        std::size_t depth = 0;
        for (const Expression& operand : expression.operands) {
            depth = std::max(depth, operand.depth);
        }
        expression.depth = depth + 1;
        if (expression.depth > max_depth) {
            if (!too_deep_) {
                too_deep_ = true;
                diagnostics.push_back(diagnostics::nesting_too_deep(
                    {expression.span.begin, expression.span.begin + 1}, max_depth));
            }
            return none(expression.span);
        }
        return expression;
    }

    static Expression none(Span span) {
        Expression result;
        result.span = span;
        return result;
    }

    Expression make(Kind kind, Span span, std::string text, std::vector<Expression> operands, Span head) {
        Expression result;
        result.kind = kind;
        result.span = span;
        result.text = std::move(text);
        result.operands = std::move(operands);
        result.head = head;
        return finish(std::move(result));
    }

    static Expression leaf(Kind kind, const Node& node) {
        Expression result;
        result.kind = kind;
        result.span = span_of(node);
        result.head = result.span;
        result.text = node.string();
        return result;
    }

    Expression number(const Node& node) {
        Expression result = leaf(Kind::number, node);
        result.number = std::strtod(result.text.c_str(), nullptr);
        if (!(result.number <= max_number)) {
            diagnostics.push_back(diagnostics::number_too_large(result.span, result.text));
        }
        return result;
    }

    static Expression text(const Node& node) {
        Expression result = leaf(Kind::text, node);
        const std::string_view inside = std::string_view(result.text).substr(1, result.text.size() - 2);
        for (std::size_t i = 0; i < inside.size(); ++i) {
            char c = inside[i];
            if (c == '\\') {
                c = inside[++i];
                c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
            }
            result.decoded += c;
        }
        return result;
    }

    Expression expression(const Node& node) {
        if (is<grammar::number>(node)) {
            return number(node);
        }
        if (is<grammar::text>(node)) {
            return text(node);
        }
        if (is<grammar::boolean>(node)) {
            return leaf(Kind::boolean, node);
        }
        if (is<grammar::reference>(node)) {
            return reference(node);
        }
        if (is<grammar::group>(node) || is<grammar::expression_line>(node)) {
            Expression inner = expression(*node.children[0]);
            inner.span = is<grammar::group>(node) ? span_of(node) : inner.span;
            return inner;
        }
        if (is<grammar::list_of>(node)) {
            return make(Kind::list, span_of(node), "", all(node, 0), span_of(node));
        }
        if (is<grammar::postfix>(node)) {
            return postfix(node);
        }
        if (is<grammar::unary>(node) || is<grammar::exponent>(node)) {
            return negated(node);
        }
        if (is<grammar::power>(node)) {
            return power(node);
        }
        if (is<grammar::pipe>(node)) {
            Expression left = expression(*node.children[0]);
            for (std::size_t i = 1; i < node.children.size(); ++i) {
                left = joined(Kind::pipe, "|", {}, std::move(left), expression(*node.children[i]));
            }
            return left;
        }
        // product, sum, comparison: operands with operators between them
        Expression left = expression(*node.children[0]);
        for (std::size_t i = 1; i + 1 < node.children.size(); i += 2) {
            const Node& sign = *node.children[i];
            left = joined(Kind::binary, sign.string(), span_of(sign), std::move(left),
                          expression(*node.children[i + 1]));
        }
        return left;
    }

    Expression joined(Kind kind, std::string sign, Span head, Expression left, Expression right) {
        const Span span{left.span.begin, right.span.end};
        std::vector<Expression> operands;
        operands.push_back(std::move(left));
        operands.push_back(std::move(right));
        return make(kind, span, std::move(sign), std::move(operands), head);
    }

    Expression negated(const Node& node) {
        Expression result = expression(*node.children.back());
        for (std::size_t i = node.children.size() - 1; i-- > 0;) {
            const Span sign = span_of(*node.children[i]);
            const Span span{sign.begin, result.span.end};
            std::vector<Expression> operands;
            operands.push_back(std::move(result));
            result = make(Kind::negate, span, "-", std::move(operands), sign);
        }
        return result;
    }

    Expression power(const Node& node) {
        Expression right = expression(*node.children.back());
        for (std::size_t i = node.children.size() - 1; i-- > 0;) {
            const Node& base = *node.children[i];
            const bool negative = is<grammar::exponent>(base) && base.children.size() > 1;
            if (!negative) {
                right = joined(Kind::binary, "^", {}, expression(base), std::move(right));
                continue;
            }
            // a ^ -b ^ c is a ^ (-(b ^ c))
            right = joined(Kind::binary, "^", {}, expression(*base.children.back()), std::move(right));
            for (std::size_t sign = base.children.size() - 1; sign-- > 0;) {
                const Span at = span_of(*base.children[sign]);
                const Span span{at.begin, right.span.end};
                std::vector<Expression> operands;
                operands.push_back(std::move(right));
                right = make(Kind::negate, span, "-", std::move(operands), at);
            }
        }
        return right;
    }

    Expression postfix(const Node& node) {
        Expression result = expression(*node.children[0]);
        for (std::size_t i = 1; i < node.children.size(); ++i) {
            const Node& index = *node.children[i];
            const Span span{result.span.begin, span_of(index).end};
            std::vector<Expression> operands;
            operands.push_back(std::move(result));
            bool slice = false;
            std::vector<Expression> bounds;
            for (const auto& child : index.children) {
                if (is<grammar::colon>(*child)) {
                    slice = true;
                    bounds.resize(1, none(span_of(*child)));
                } else {
                    bounds.push_back(expression(*child));
                }
            }
            if (slice) {
                bounds.resize(2, none(span_of(index)));
            }
            operands.insert(operands.end(), bounds.begin(), bounds.end());
            result = make(slice ? Kind::slice : Kind::index, span, "", std::move(operands), span_of(index));
        }
        return result;
    }

    Expression reference(const Node& node) {
        const Node& name = *node.children[0];
        if (node.children.size() == 1) {
            return leaf(Kind::name, name);
        }
        return call(name.string(), span_of(name), span_of(node), *node.children[1]);
    }

    Expression call(std::string text, Span head, Span span, const Node& arguments) {
        Expression result;
        result.kind = Kind::call;
        result.text = std::move(text);
        result.span = span;
        result.head = head;
        for (const auto& child : arguments.children) {
            if (is<grammar::named_argument>(*child)) {
                result.names.push_back(name_of(*child->children[0]));
                result.operands.push_back(expression(*child->children[1]));
            } else {
                result.names.emplace_back();
                result.operands.push_back(expression(*child));
            }
        }
        return finish(std::move(result));
    }

    std::vector<Expression> all(const Node& node, std::size_t from) {
        std::vector<Expression> result;
        for (std::size_t i = from; i < node.children.size(); ++i) {
            result.push_back(expression(*node.children[i]));
        }
        return result;
    }

    tree::Block block(const Node& node) {
        tree::Block result;
        result.span = span_of(node);
        for (const auto& child : node.children) {
            result.lines.push_back(line(*child));
        }
        return result;
    }

    tree::Line line(const Node& node) {
        tree::Line result;
        result.span = span_of(node);
        const auto& children = node.children;
        if (is<grammar::repeat_line>(node)) {
            result.data = tree::Repeat{expression(*children[0]), block(*children[1])};
        } else if (is<grammar::return_line>(node)) {
            result.data = tree::Return{all(node, 0)};
        } else if (is<grammar::update_line>(node)) {
            tree::Update update;
            for (std::size_t i = 0; i + 2 < children.size(); ++i) {
                update.nets.push_back(name_of(*children[i]));
            }
            update.optimizer = expression(*children[children.size() - 2]);
            update.body = block(*children.back());
            result.data = std::move(update);
        } else if (is<grammar::objective_line>(node)) {
            result.data = tree::Objective{is<grammar::word_maximize>(*children[0]), expression(*children[1])};
        } else if (is<grammar::average_line>(node)) {
            result.data = tree::Average{name_of(*children[0]), expression(*children[1])};
        } else if (is<grammar::draw_line>(node)) {
            result.data = tree::Draw{name_of(*children[0]), expression(*children[1])};
        } else if (is<grammar::binding_line>(node)) {
            tree::Binding binding;
            for (std::size_t i = 0; i + 2 < children.size(); ++i) {
                binding.names.push_back(name_of(*children[i]));
            }
            result.trivia.aligned = children[children.size() - 2]->m_begin.byte;
            binding.value = expression(*children.back());
            result.data = std::move(binding);
        } else {
            result.data = expression(*children[0]);
        }
        return result;
    }

    Expression option_value(const Node& node) {
        if (is<grammar::minus_sign>(*node.children[1])) {
            Expression value = number(*node.children[2]);
            const Span sign = span_of(*node.children[1]);
            const Span span{sign.begin, value.span.end};
            std::vector<Expression> operands;
            operands.push_back(std::move(value));
            return make(Kind::negate, span, "-", std::move(operands), sign);
        }
        return expression(*node.children[1]);
    }

    tree::Data data(const Node& node) {
        tree::Data result;
        for (const auto& child : node.children) {
            if (is<grammar::name>(*child)) {
                result.names.push_back(name_of(*child));
            } else {
                result.sources.push_back(expression(*child));
            }
        }
        return result;
    }

    static tree::Annotation annotation(const Node& node) {
        tree::Annotation result;
        result.span = span_of(node);
        for (const auto& child : node.children) {
            if (is<grammar::label>(*child)) {
                result.classes = name_of(*child->children[0]);
            } else {
                result.sizes.push_back(name_of(*child));
            }
        }
        return result;
    }

    tree::Net net(const Node& node) {
        tree::Net result;
        for (const auto& child : node.children) {
            if (is<grammar::name>(*child)) {
                result.name = name_of(*child);
            } else if (is<grammar::net_parameter>(*child)) {
                tree::Parameter parameter{name_of(*child->children[0]), std::nullopt, std::nullopt};
                if (child->children.size() > 1) {
                    parameter.annotation = annotation(*child->children[1]);
                }
                result.parameters.push_back(std::move(parameter));
            } else if (is<grammar::result>(*child)) {
                result.results.push_back(annotation(*child->children[0]));
            } else if (is<grammar::net_from>(*child)) {
                result.from = text(*child->children[0]);
            } else {
                result.body = block(*child);
            }
        }
        return result;
    }

    tree::Layer layer(const Node& node) {
        tree::Layer result;
        result.name = name_of(*node.children[0]);
        for (std::size_t i = 1; i + 1 < node.children.size(); ++i) {
            const Node& child = *node.children[i];
            tree::Parameter parameter{name_of(*child.children[0]), std::nullopt, std::nullopt};
            if (child.children.size() > 1) {
                parameter.fallback = expression(*child.children[1]);
            }
            result.parameters.push_back(std::move(parameter));
        }
        result.body = block(*node.children.back());
        return result;
    }

    tree::Train train(const Node& node) {
        tree::Train result;
        const Span word{node.m_begin.byte, node.m_begin.byte + 5};
        if (node.children.size() > 1) {
            const Span arguments = span_of(*node.children[0]);
            result.arguments = call("train", word, {word.begin, arguments.end}, *node.children[0]);
        } else {
            result.bare = true;
            result.arguments = make(Kind::call, word, "train", {}, word);
        }
        result.body = block(*node.children.back());
        return result;
    }

    std::variant<Expression, tree::Block> shown(const Node& node) {
        if (is<grammar::block>(node)) {
            return block(node);
        }
        return expression(node);
    }

    tree::Period period(const Node& node) {
        tree::Period result;
        result.span = span_of(node);
        result.unit = name_of(*node.children.back());
        if (node.children.size() > 1) {
            const Node& count = *node.children[0];
            result.count = is<grammar::name>(count) ? leaf(Kind::name, count) : number(count);
        }
        return result;
    }

    bool too_deep_ = false;
};

void parse_stretch(std::string_view text, Scan& scan, const Stretch& stretch, ParseResult& result) {
    for (std::size_t round = 0; round < max_errors_of_a_statement; ++round) {
        const char* const data = scan.masked.data();
        pegtl::memory_input<> input(data + stretch.begin, data + stretch.end, "", stretch.begin, 1, 1);
        try {
            const auto root = pegtl::parse_tree::parse<grammar::statement, grammar::selector, pegtl::nothing,
                                                       grammar::control>(input);
            Converter converter;
            tree::Statement statement = converter.statement(*root->children[0]);
            if (round == 0) {
                result.tree.statements.push_back(std::move(statement));
            }
            result.diagnostics.insert(result.diagnostics.end(), converter.diagnostics.begin(),
                                      converter.diagnostics.end());
            return;
        } catch (const pegtl::parse_error& error) {
            const std::size_t at = error.positions().front().byte;
            result.diagnostics.push_back(syntax_error(text, stretch.end, at, std::string(error.message())));
            if (!drop_line(scan.masked, stretch, at)) {
                return;
            }
        }
    }
}

}  // namespace

ParseResult parse(std::string_view text) {
    ParseResult result;
    Scan scanned = scan(text);
    result.diagnostics = std::move(scanned.diagnostics);
    if (!scanned.readable) {
        return result;
    }
    for (const Stretch& stretch : scanned.stretches) {
        if (!stretch.broken && result.diagnostics.size() <= max_diagnostics) {
            parse_stretch(text, scanned, stretch, result);
        }
    }
    std::stable_sort(result.diagnostics.begin(), result.diagnostics.end(),
                     [](const Diagnostic& a, const Diagnostic& b) { return a.span->begin < b.span->begin; });
    if (result.diagnostics.size() > max_diagnostics) {
        result.diagnostics.resize(max_diagnostics);
        result.diagnostics.push_back(diagnostics::more(max_diagnostics));
    }
    if (result.diagnostics.empty()) {
        attach_trivia(result.tree, text, std::move(scanned.comments));
    }
    return result;
}

}  // namespace gandsl::dsl
