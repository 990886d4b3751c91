#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>
#include <string>

#include "autodiff/error.hpp"
#include "autodiff/operations.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

/// What an axis is called: a letter, or `ellipsis` and more for the axes that "..." stands for, counted from
/// the last one.
using Label = int;
constexpr Label ellipsis = 256;
using Labels = std::vector<Label>;

struct Operand {
    Var value;
    Labels labels;
};

[[noreturn]] void refuse(ErrorCode code, std::string_view subscripts, const std::string& text) {
    throw Error(code, "[einsum] '" + std::string(subscripts) + "': " + text);
}

bool has(const Labels& labels, Label label) {
    return std::find(labels.begin(), labels.end(), label) != labels.end();
}

std::string name_of(Label label) {
    return label < ellipsis ? "'" + std::string(1, static_cast<char>(label)) + "'" : "'...'";
}

/// What was written, read: axes of the operands and of the result.
struct Notation {
    std::string_view text;
    std::vector<std::string> inputs;
    std::string output;
    bool has_output = false;
};

// The letters and dots of one operand or of the result; nothing else, and the dots once.
std::string subscripts_of_one(std::string_view text, std::string_view part) {
    std::string found;
    bool dots = false;
    for (std::size_t position = 0; position < part.size(); ++position) {
        const char each = part[position];
        if (each == ' ') {
            continue;
        }
        if (part.substr(position, 3) == "..." && !dots) {
            dots = true;
            found += '.';
            position += 2;
        } else if (std::isalpha(static_cast<unsigned char>(each)) != 0) {
            found += each;
        } else {
            refuse(ErrorCode::invalid_argument, text,
                   (dots && each == '.' ? "'...' twice in '" : "'" + std::string(1, each) + "' in '") +
                       std::string(part) +
                       "'; expected letters, and '...' at most once, as in \"ij,jk->ik\" or \"...i,i\"");
        }
    }
    return found;
}

Notation read_notation(std::string_view text) {
    Notation notation{text, {}, {}, false};
    const std::size_t arrow = text.find("->");
    std::string_view inputs = text.substr(0, arrow);
    if (arrow != std::string_view::npos) {
        notation.has_output = true;
        notation.output = subscripts_of_one(text, text.substr(arrow + 2));
    }
    for (std::size_t comma = 0; comma != std::string_view::npos;) {
        comma = inputs.find(',');
        notation.inputs.push_back(subscripts_of_one(text, inputs.substr(0, comma)));
        inputs.remove_prefix(comma == std::string_view::npos ? 0 : comma + 1);
    }
    return notation;
}

// `dots` axes take the place of the dots.
Labels labels_of(const std::string& subscripts, std::size_t dots) {
    Labels labels;
    for (const char each : subscripts) {
        for (std::size_t left = each == '.' ? dots : 0; left > 0; --left) {
            labels.push_back(ellipsis + static_cast<Label>(left) - 1);
        }
        if (each != '.') {
            labels.push_back(each);
        }
    }
    return labels;
}

std::vector<Operand> read_operands(const Notation& notation, std::span<const Var> values) {
    std::vector<Operand> operands;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string& subscripts = notation.inputs[i];
        const std::size_t rank = values[i].shape().size();
        const bool dots = subscripts.find('.') != std::string::npos;
        const std::size_t named = subscripts.size() - (dots ? 1 : 0);
        if (dots ? rank < named : rank != named) {
            refuse(ErrorCode::shape, notation.text,
                   "operand " + std::to_string(i) + " has shape " + to_string(values[i].shape()) +
                       "; expected " + std::to_string(named) + (dots ? " axes or more" : " axes"));
        }
        operands.push_back({values[i], labels_of(subscripts, rank - named)});
    }
    return operands;
}

// Where a size was first seen.
struct Seen {
    Index size;
    std::size_t operand, axis;
};

// A letter is one size everywhere; axes of "..." may be 1 as well.
void check_sizes(std::string_view text, const std::vector<Operand>& operands) {
    std::map<Label, Seen> sizes;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const Shape shape = operands[i].value.shape();
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            const Label label = operands[i].labels[axis];
            const Seen& seen = sizes.try_emplace(label, Seen{shape[axis], i, axis}).first->second;
            if (label >= ellipsis && seen.size == 1) {
                sizes[label] = {shape[axis], i, axis};
            } else if (shape[axis] != seen.size && !(label >= ellipsis && shape[axis] == 1)) {
                const auto said = [&](Index size, std::size_t operand, std::size_t at) {
                    return std::to_string(size) + " (operand " + std::to_string(operand) + ", axis " +
                           std::to_string(at) + " of " + to_string(operands[operand].value.shape()) + ")";
                };
                refuse(ErrorCode::shape, text,
                       "the sizes of " + name_of(label) + " differ: " +
                           said(seen.size, seen.operand, seen.axis) + " and " + said(shape[axis], i, axis));
            }
        }
    }
}

// Unless it was written: the axes of "...", then the letters that are there once, by the alphabet.
Labels output_labels(const Notation& notation, const std::vector<Operand>& operands) {
    std::map<Label, int> counts;
    std::size_t dots = 0;
    for (const Operand& operand : operands) {
        for (const Label label : operand.labels) {
            ++counts[label];
            dots = std::max(dots, label < ellipsis ? 0 : static_cast<std::size_t>(label - ellipsis + 1));
        }
    }
    if (!notation.has_output) {
        Labels labels = labels_of(".", dots);
        for (const auto& [label, count] : counts) {
            if (label < ellipsis && count == 1) {
                labels.push_back(label);
            }
        }
        return labels;
    }
    const Labels labels = labels_of(notation.output, dots);
    for (const Label label : labels) {
        if (label < ellipsis &&
            (!counts.contains(label) || std::count(labels.begin(), labels.end(), label) > 1)) {
            refuse(ErrorCode::invalid_argument, notation.text,
                   name_of(label) + (counts.contains(label) ? " is twice in the result; expected once"
                                                            : " of the result is in no operand"));
        }
    }
    if (dots > 0 && notation.output.find('.') == std::string::npos) {
        refuse(ErrorCode::invalid_argument, notation.text,
               "the operands have '...', the result has not; write \"->..." + notation.output + "\"");
    }
    return labels;
}

Shape sizes_of(const Operand& operand, const Labels& labels) {
    const Shape shape = operand.value.shape();
    Shape sizes;
    for (const Label label : labels) {
        const auto at = std::find(operand.labels.begin(), operand.labels.end(), label);
        sizes.push_back(shape[static_cast<std::size_t>(at - operand.labels.begin())]);
    }
    return sizes;
}

// The same axes in another order.
Operand ordered(const Operand& operand, const Labels& labels) {
    std::vector<Index> permutation;
    for (const Label label : labels) {
        const auto at = std::find(operand.labels.begin(), operand.labels.end(), label);
        permutation.push_back(at - operand.labels.begin());
    }
    return {labels == operand.labels ? operand.value : transpose(operand.value, permutation), labels};
}

// Axes of one name become one: the diagonal, which in a matrix of n rows is every (n + 1)th element.
Operand with_diagonals(Operand operand) {
    for (std::size_t axis = 0; axis < operand.labels.size(); ++axis) {
        const Label label = operand.labels[axis];
        const auto again = std::find(operand.labels.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
                                     operand.labels.end(), label);
        if (again == operand.labels.end()) {
            continue;
        }
        const auto other = static_cast<std::size_t>(again - operand.labels.begin());
        std::vector<Index> permutation;
        Labels labels;
        for (std::size_t each = 0; each < operand.labels.size(); ++each) {
            if (each != axis && each != other) {
                permutation.push_back(static_cast<Index>(each));
                labels.push_back(operand.labels[each]);
            }
        }
        permutation.push_back(static_cast<Index>(axis));
        permutation.push_back(static_cast<Index>(other));
        labels.push_back(label);
        const Var moved = transpose(operand.value, permutation);
        Shape shape = moved.shape();
        const Index size = shape.back();
        shape.pop_back();
        shape.back() = size * size;
        const Var flat = reshape(moved, shape);
        operand = {size == 0 ? flat : slice(flat, -1, 0, size * size, size + 1), labels};
        axis = static_cast<std::size_t>(-1);  // from the start
    }
    return operand;
}

// The sum over the axes that nothing else needs.
Operand reduced(const Operand& operand, const std::vector<Labels>& needed) {
    std::vector<Index> axes;
    Labels left;
    for (std::size_t axis = 0; axis < operand.labels.size(); ++axis) {
        const Label label = operand.labels[axis];
        if (std::any_of(needed.begin(), needed.end(), [&](const Labels& by) { return has(by, label); })) {
            left.push_back(label);
        } else {
            axes.push_back(static_cast<Index>(axis));
        }
    }
    return {axes.empty() ? operand.value : sum(operand.value, axes), left};
}

// Without the axes of size 1 that the other has at another size.
Operand without_broadcast(const Operand& operand, const Operand& other) {
    const Shape shape = operand.value.shape();
    Shape left;
    Labels labels;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        const Label label = operand.labels[axis];
        if (shape[axis] != 1 || !has(other.labels, label) || sizes_of(other, {label})[0] == 1) {
            left.push_back(shape[axis]);
            labels.push_back(label);
        }
    }
    return {reshape(operand.value, left), labels};
}

Labels joined(const Labels& a, const Labels& b, const Labels& c = {}) {
    Labels all = a;
    all.insert(all.end(), b.begin(), b.end());
    all.insert(all.end(), c.begin(), c.end());
    return all;
}

Shape joined(const Shape& a, const Shape& b) {
    Shape all = a;
    all.insert(all.end(), b.begin(), b.end());
    return all;
}

// A matrix of the axes `rows` and `columns`, or one for each place of `batch`; as it lies in memory where
// that is the transposed one.
struct MatrixOperand {
    Var value;
    bool transposed;
};
MatrixOperand matrix(const Operand& operand, const Labels& batch, const Labels& rows, const Labels& columns) {
    const bool transposed = operand.labels == joined(batch, columns, rows);
    const Operand in_order = transposed ? operand : ordered(operand, joined(batch, rows, columns));
    Shape shape = sizes_of(operand, batch);
    shape = batch.empty() ? shape : Shape{element_count(shape)};
    for (const Labels& side : {transposed ? columns : rows, transposed ? rows : columns}) {
        shape.push_back(element_count(sizes_of(operand, side)));
    }
    return {reshape(in_order.value, shape), transposed};
}

// Two operands become one; what only they have and `needed` does not is summed.
Operand contracted(Operand a, Operand b, const std::vector<Labels>& needed) {
    a = without_broadcast(a, b);
    b = without_broadcast(b, a);
    Labels batch;
    Labels inner;
    Labels of_a;
    Labels of_b;
    for (const Label label : a.labels) {
        const bool kept =
            std::any_of(needed.begin(), needed.end(), [&](const Labels& by) { return has(by, label); });
        (!has(b.labels, label) ? of_a : kept ? batch : inner).push_back(label);
    }
    std::copy_if(b.labels.begin(), b.labels.end(), std::back_inserter(of_b),
                 [&](Label label) { return !has(a.labels, label); });
    const Shape sizes = sizes_of(a, joined(batch, of_a));
    const Shape sizes_b = sizes_of(b, of_b);
    const Labels labels = joined(batch, of_a, of_b);
    if (inner.empty()) {  // nothing to sum
        const Var left = reshape(ordered(a, joined(batch, of_a)).value, joined(sizes, Shape(of_b.size(), 1)));
        const Var right = reshape(ordered(b, joined(batch, of_b)).value,
                                  joined(joined(sizes_of(b, batch), Shape(of_a.size(), 1)), sizes_b));
        return {left * right, labels};
    }
    const MatrixOperand left = matrix(a, batch, of_a, inner);
    const MatrixOperand right = matrix(b, batch, inner, of_b);
    return {
        reshape(matmul(left.value, right.value, left.transposed, right.transposed), joined(sizes, sizes_b)),
        labels};
}

}  // namespace

Var einsum(std::string_view subscripts, std::span<const Var> operands) {
    if (operands.empty()) {
        refuse(ErrorCode::invalid_argument, subscripts, "no operands; expected at least one");
    }
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const std::string role = "operand " + std::to_string(i);
        require_var(operands[i], "einsum", role);
        require_var_of(operands[0].tape(), operands[i], "einsum", role);
    }
    const Notation notation = read_notation(subscripts);
    if (notation.inputs.size() != operands.size()) {
        refuse(ErrorCode::invalid_argument, subscripts,
               "subscripts of " + std::to_string(notation.inputs.size()) + " operands, and " +
                   std::to_string(operands.size()) + " were given");
    }
    std::vector<Operand> all = read_operands(notation, operands);
    check_sizes(subscripts, all);
    const Labels output = output_labels(notation, all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        std::vector<Labels> needed{output};
        for (std::size_t other = 0; other < all.size(); ++other) {
            if (other != i) {
                needed.push_back(all[other].labels);
            }
        }
        all[i] = reduced(with_diagonals(all[i]), needed);
    }
    Operand result = all[0];
    for (std::size_t next = 1; next < all.size(); ++next) {
        std::vector<Labels> needed{output};
        for (std::size_t later = next + 1; later < all.size(); ++later) {
            needed.push_back(all[later].labels);
        }
        result = contracted(std::move(result), all[next], needed);
    }
    return ordered(result, output).value;
}

Var einsum(std::string_view subscripts, std::initializer_list<Var> operands) {
    return einsum(subscripts, std::span<const Var>(operands.begin(), operands.size()));
}

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
