#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dsl/span.hpp"

/// A .gan file as it was written, in plain structs with spans: what the printer prints and the checker reads.
namespace gandsl::dsl::tree {

struct Name {
    std::string text;
    Span span;
};

/// `# ...`, without its line end.
struct Comment {
    std::string text;
    Span span;
    bool blank_before = false;  ///< an empty line stood above it
    std::size_t gap = 2;        ///< columns between the code before it and `#`
    std::size_t column = 0;     ///< of `#`, so that comments the author lined up stay so
};

/// What stands around a statement and means nothing to the checker.
struct Trivia {
    bool blank_before = false;  ///< an empty line stood above it (above its comments, when it has some)
    bool blank_after_comments = false;  ///< an empty line stood between its comments and itself
    std::vector<Comment> before;        ///< on their own lines above, and those found inside it
    std::optional<Comment> trailing;
    std::optional<std::size_t> aligned = {};  ///< column of the `=` or name that authors line up
};

struct Expression {
    enum class Kind {
        number,   ///< `text` as written, `number`
        text,     ///< `text` as written with its quotes, `name` decoded
        boolean,  ///< `text` is "true" or "false"
        name,     ///< `text`
        list,     ///< [operands]
        call,     ///< `text`(operands), operands[i] given by name when names[i] has a text
        negate,   ///< -operands[0]
        binary,   ///< operands[0] `text` operands[1]
        pipe,     ///< operands[0] | operands[1]
        index,    ///< operands[0][operands[1]]
        slice,    ///< operands[0][begin:end]; a bound left out is an expression of kind `none`
        none,
    };
    Kind kind = Kind::none;
    Span span;
    std::string text;
    std::string decoded = {};
    double number = 0;
    std::vector<Expression> operands = {};
    std::vector<Name> names = {};
    Span head = {};                        ///< of a call's name, or of an operator
    std::size_t depth = 1;                 ///< of the tree below, so that nothing walks too deep
    std::vector<Comment> before = {};      ///< of an item of a call or list: on their own lines above it
    std::optional<Comment> trailing = {};  ///< of an item: on its line
    std::vector<Comment> closing = {};     ///< of a call or list: on their own lines before its end
};

struct Line;

struct Block {
    std::vector<Line> lines;
    Span span;                       ///< braces included
    bool one_line = false;           ///< written as `{ line }`
    std::optional<Comment> opening;  ///< after the `{`
    std::vector<Comment> closing;    ///< on their own lines before the `}`
};

/// `a, b = e`
struct Binding {
    std::vector<Name> names;
    Expression value;
};

/// `NAME ~ DIST`
struct Draw {
    Name name;
    Expression distribution;
};

struct Repeat {
    Expression count;
    Block body;
};

struct Return {
    std::vector<Expression> values;
};

/// `update NETS with OPTIMIZER { }`
struct Update {
    std::vector<Name> nets;
    Expression optimizer;
    Block body;
};

/// `average NET with e`
struct Average {
    Name net;
    Expression decay;
};

/// `minimize e`, `maximize e`
struct Objective {
    bool maximize = false;
    Expression value;
};

/// One line of a block. A bare expression is a recipe, or replaces the running value.
struct Line {
    std::variant<Expression, Binding, Draw, Repeat, Return, Update, Average, Objective> data;
    Span span;
    Trivia trivia;
};

/// `1 x 28 x 28`, `label(10)`, `64 x label(86)`
struct Annotation {
    std::vector<Name> sizes;  ///< numbers or names of options
    std::optional<Name> classes;
    Span span;
};

struct Parameter {
    Name name;
    std::optional<Annotation> annotation;  ///< nets
    std::optional<Expression> fallback;    ///< layers
};

struct Option {
    Name name;
    Expression value;
};

/// `data NAMES = SOURCE or SOURCE`
struct Data {
    std::vector<Name> names;
    std::vector<Expression> sources;
};

struct Net {
    Name name;
    std::vector<Parameter> parameters;
    std::vector<Annotation> results;
    Block body;
    std::optional<Expression> from;  ///< `net F from "run"`, which has no body
};

struct Layer {
    Name name;
    std::vector<Parameter> parameters;
    Block body;
};

struct Train {
    Expression arguments;  ///< a call named `train`
    bool bare = false;     ///< without parentheses
    Block body;
};

/// `epoch`, `5 epochs`, `100 steps`
struct Period {
    std::optional<Expression> count;
    Name unit;
    Span span;
};

struct Measure {
    Name name;
    std::variant<Expression, Block> value;
    Name split;
    Period period;
};

struct Sample {
    Name name;
    std::variant<Expression, Block> value;
    Expression sink;
    Period period;
};

/// A statement of the file. A Draw is a `latent`.
struct Statement {
    std::variant<Option, Data, Draw, Net, Layer, Train, Measure, Sample> data;
    Span span;
    Trivia trivia;
};

struct File {
    std::vector<Statement> statements;
    std::vector<Comment> closing;  ///< after the last statement
};

}  // namespace gandsl::dsl::tree

namespace gandsl::dsl {

using Tree = tree::File;

}  // namespace gandsl::dsl
