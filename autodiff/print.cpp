#include "autodiff/print.hpp"

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <unordered_set>

#include "autodiff/array.hpp"
#include "autodiff/error.hpp"
#include "autodiff/operation.hpp"
#include "autodiff/operations/leaves.hpp"

namespace gandsl {
inline namespace GANDSL_PRECISION {

namespace {

constexpr Index max_printed = 1000;
constexpr Index printed_edge = 3;
constexpr std::size_t max_line = 75;

std::string text_of_number(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%.8g", number);
    return text;
}

// One array being written, its numbers as wide as the widest of those that are shown.
class ArrayPrinter {
  public:
    explicit ArrayPrinter(const Array& array)
        : data_(array.data()), shape_(shape_of(array)), shortened_(element_count(shape_) > max_printed) {
        for_each_number(0, 0, [&](Index position) {
            width_ = std::max(width_, text_of_number(static_cast<double>(data_[position])).size());
        });
    }

    void print(std::ostream& out) const {
        if (shape_.empty()) {
            out << text_of_number(static_cast<double>(data_[0]));
        } else {
            print_axis(out, 0, 0);
        }
    }

  private:
    // The indices that are shown along an axis; -1 where some are left out.
    std::vector<Index> shown(std::size_t axis) const {
        std::vector<Index> indices;
        const Index length = shape_[axis];
        for (Index index = 0; index < length; ++index) {
            if (shortened_ && length > 2 * printed_edge && index == printed_edge) {
                indices.push_back(-1);
                index = length - printed_edge;
            }
            indices.push_back(index);
        }
        return indices;
    }

    template <typename Body>
    void for_each_number(std::size_t axis, Index position, const Body& body) const {
        if (element_count(shape_) == 0) {
            return;
        }
        if (axis == shape_.size()) {
            body(position);
            return;
        }
        for (const Index index : shown(axis)) {
            if (index >= 0) {
                for_each_number(axis + 1, position * shape_[axis] + index, body);
            }
        }
    }

    void print_axis(std::ostream& out, std::size_t axis, Index position) const {
        out << '[';
        if (axis + 1 == shape_.size()) {
            print_row(out, position);
        } else {
            bool first = true;
            for (const Index index : shown(axis)) {
                if (!first) {
                    out << std::string(shape_.size() - axis - 1, '\n') << std::string(axis + 1, ' ');
                }
                first = false;
                if (index < 0) {
                    out << "...";
                } else {
                    print_axis(out, axis + 1, position * shape_[axis] + index);
                }
            }
        }
        out << ']';
    }

    void print_row(std::ostream& out, Index position) const {
        std::size_t column = shape_.size();
        bool first = true;
        for (const Index index : shown(shape_.size() - 1)) {
            const std::string text =
                index < 0 ? "..."
                          : text_of_number(static_cast<double>(data_[position * shape_.back() + index]));
            const std::size_t width = index < 0 ? text.size() : width_;
            if (!first && column + 1 + width > max_line) {
                out << '\n' << std::string(shape_.size(), ' ');
                column = shape_.size();
            } else if (!first) {
                out << ' ';
                ++column;
            }
            out << std::string(width - text.size(), ' ') << text;
            column += width;
            first = false;
        }
    }

    const Real* data_;
    Shape shape_;
    bool shortened_;
    std::size_t width_ = 0;
};

// "input 'x'", "constant 2", "multiply".
std::string description_of(Tape& tape, NodeId id) {
    const Node& node = tape.node(id);
    std::string text(node.operation->name);
    if (!tape.name(id).empty()) {
        text += " '" + tape.name(id) + "'";
    }
    if (const auto number = constant_number({tape, id})) {
        text += " " + text_of_number(*number);
    }
    return text;
}

// What the outputs depend on, themselves too, in recorded order.
std::vector<NodeId> nodes_behind(std::span<const Var> outputs, const char* entry) {
    std::vector<NodeId> found;
    std::unordered_set<NodeId> seen;
    const auto visit = [&](NodeId id) {
        if (seen.insert(id).second) {
            found.push_back(id);
        }
    };
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        const std::string role = "output " + std::to_string(i);
        require_var(outputs[i], entry, role);
        require_var_of(outputs[0].tape(), outputs[i], entry, role);
        visit(outputs[i].id());
    }
    for (std::size_t next = 0; next < found.size(); ++next) {
        for (const NodeId input : outputs[0].tape().node(found[next]).inputs) {
            visit(input);
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::string name_of_node(NodeId id) {
    return "v" + std::to_string(id);
}

// Numbers and integers of the attributes, where they are settings: "1, 0, 2".
std::string settings_of(const Node& node) {
    std::string text;
    if (is_leaf(*node.operation)) {
        return text;
    }
    for (const Index integer : node.attributes.integers) {
        text += (text.empty() ? "" : ", ") + std::to_string(integer);
    }
    for (const double number : node.attributes.numbers) {
        text += (text.empty() ? "" : ", ") + text_of_number(number);
    }
    return text;
}

std::string escaped(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        result += letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string{letter};
    }
    return result;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
    return out << to_string(shape);
}

std::ostream& operator<<(std::ostream& out, const Array& array) {
    ArrayPrinter(array).print(out);
    return out;
}

std::ostream& operator<<(std::ostream& out, Var x) {
    if (!x.valid()) {
        return out << "empty Var";
    }
    if (x.id() >= x.tape().size() || x.generation() != x.tape().node(x.id()).generation) {
        return out << "Var that its tape does not have";
    }
    out << description_of(x.tape(), x.id()) << ", shape " << to_string(x.shape());
    if (x.tape().node(x.id()).value == nullptr) {
        return out << ", no value yet";
    }
    out << (x.shape().size() > 1 ? ":\n" : ": ");
    return out << x.value();
}

std::string to_text(std::span<const Var> outputs) {
    std::string text;
    for (const NodeId id : nodes_behind(outputs, "to_text")) {
        Tape& tape = outputs[0].tape();
        const Node& node = tape.node(id);
        text += name_of_node(id) + " = " + description_of(tape, id);
        std::string operands;
        for (const NodeId input : node.inputs) {
            operands += (operands.empty() ? "" : ", ") + name_of_node(input);
        }
        const std::string settings = settings_of(node);
        if (!operands.empty() || !settings.empty()) {
            text += "(" + operands + (settings.empty() ? "" : "; " + settings) + ")";
        }
        text += "  " + to_string(node.shape) + "\n";
    }
    std::string ends;
    for (const Var& output : outputs) {
        ends += (ends.empty() ? "" : ", ") + name_of_node(output.id());
    }
    return text + "outputs: " + ends + "\n";
}

std::string to_dot(std::span<const Var> outputs) {
    std::string text = "digraph gandsl {\n  rankdir=LR;\n";
    for (const NodeId id : nodes_behind(outputs, "to_dot")) {
        Tape& tape = outputs[0].tape();
        const Node& node = tape.node(id);
        const std::string settings = settings_of(node);
        const bool output =
            std::any_of(outputs.begin(), outputs.end(), [id](const Var& each) { return each.id() == id; });
        text += "  " + name_of_node(id) + " [label=\"" + escaped(description_of(tape, id)) +
                (settings.empty() ? "" : "\\n" + settings) + "\\n" + to_string(node.shape) + "\"" +
                (is_leaf(*node.operation) ? ", shape=box" : "") + (output ? ", peripheries=2" : "") + "];\n";
        for (const NodeId input : node.inputs) {
            text += "  " + name_of_node(input) + " -> " + name_of_node(id) + ";\n";
        }
    }
    return text + "}\n";
}

#define GANDSL_OF_SOME_VARS(function)                                           \
    std::string function(std::initializer_list<Var> outputs) {                  \
        return function(std::span<const Var>(outputs.begin(), outputs.size())); \
    }                                                                           \
    std::string function(Var output) {                                          \
        return function(std::span<const Var>(&output, 1));                      \
    }
GANDSL_OF_SOME_VARS(to_text)
GANDSL_OF_SOME_VARS(to_dot)

}  // namespace GANDSL_PRECISION
}  // namespace gandsl
