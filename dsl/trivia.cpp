#include "dsl/trivia.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "dsl/utf8.hpp"

namespace gandsl::dsl {

namespace {

using tree::Block;
using tree::Comment;

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

std::size_t line_start(std::string_view text, std::size_t at) {
    while (at > 0 && text[at - 1] != '\n') {
        --at;
    }
    return at;
}

/// Whether the line above that of `at` is empty.
bool blank_above(std::string_view text, std::size_t at) {
    const std::size_t start = line_start(text, at);
    if (start == 0) {
        return false;
    }
    const std::size_t above = line_start(text, start - 1);
    const std::string_view line = text.substr(above, start - 1 - above);
    return std::all_of(line.begin(), line.end(), is_space);
}

bool same_line(std::string_view text, std::size_t begin, std::size_t end) {
    return text.substr(begin, end - begin).find('\n') == std::string_view::npos;
}

class Attacher {
  public:
    Attacher(std::string_view text, std::vector<Comment> comments)
        : text_(text), comments_(std::move(comments)) {
        for (Comment& comment : comments_) {
            comment.blank_before = blank_above(text_, comment.span.begin);
            comment.column = column(comment.span.begin);
        }
    }

    void file(Tree& tree) {
        items(tree.statements, tree.closing, text_.size());
        for (tree::Statement& statement : tree.statements) {
            std::visit([&](auto& data) { align(statement, data); }, statement.data);
        }
    }

  private:
    std::size_t column(std::size_t at) const {
        return utf8::length(text_.substr(line_start(text_, at), at - line_start(text_, at)));
    }

    bool comment_before(std::size_t end) const {
        return next_ < comments_.size() && comments_[next_].span.begin < end;
    }

    Comment take() { return std::move(comments_[next_++]); }

    template <typename Item>
    void items(std::vector<Item>& items, std::vector<Comment>& closing, std::size_t end) {
        Item* previous = nullptr;
        for (Item& item : items) {
            tree::Trivia& trivia = item.trivia;
            take_trailing(previous, item.span.begin);
            while (comment_before(item.span.begin)) {
                trivia.before.push_back(take());
            }
            const bool commented = !trivia.before.empty();
            const bool blank =
                blank_above(text_, item.span.begin) && previous_line_is_not_code(item.span.begin);
            trivia.blank_before = commented ? trivia.before.front().blank_before : blank;
            if (commented) {
                trivia.before.front().blank_before = false;
            }
            const std::size_t own = trivia.before.size();
            std::visit([&](auto& data) { inside(data, trivia); }, item.data);
            take_inside(trivia, item.span.end);
            // What stood inside the statement moves above it, under the blank line if there was one.
            if (commented && blank) {
                if (trivia.before.size() > own) {
                    trivia.before[own].blank_before = true;
                } else {
                    trivia.blank_after_comments = true;
                }
            }
            if constexpr (std::is_same_v<Item, tree::Line>) {
                if (trivia.aligned) {
                    trivia.aligned = column(*trivia.aligned);
                }
            }
            previous = &item;
        }
        take_trailing(previous, end);
        while (comment_before(end)) {
            closing.push_back(take());
        }
        if (!items.empty() && (items.front().trivia.blank_before)) {
            items.front().trivia.blank_before = false;
        }
        if (items.empty() && !closing.empty()) {
            closing.front().blank_before = false;
        }
    }

    /// Several statements may share a line only within one-line blocks, where no blank line stands between.
    bool previous_line_is_not_code(std::size_t at) const {
        const std::string_view before = text_.substr(line_start(text_, at), at - line_start(text_, at));
        return std::all_of(before.begin(), before.end(), is_space);
    }

    template <typename Item>
    void take_trailing(Item* previous, std::size_t end) {
        if (previous != nullptr && comment_before(end) &&
            same_line(text_, previous->span.end, comments_[next_].span.begin)) {
            previous->trivia.trailing = take();
        }
    }

    void take_inside(tree::Trivia& trivia, std::size_t end) {
        while (comment_before(end)) {
            Comment comment = take();
            comment.blank_before = false;
            trivia.before.push_back(std::move(comment));
        }
    }

    void block(Block& block, tree::Trivia& trivia) {
        take_inside(trivia, block.span.begin);
        const std::size_t first = block.lines.empty() ? block.span.end - 1 : block.lines.front().span.begin;
        const std::size_t last = block.lines.empty() ? first : block.lines.back().span.end;
        block.one_line = block.lines.size() < 2 && same_line(text_, block.span.begin, first) &&
                         same_line(text_, last, block.span.end);
        if (comment_before(first) && same_line(text_, block.span.begin, comments_[next_].span.begin)) {
            block.opening = take();
        }
        items(block.lines, block.closing, block.span.end);
    }

    /// Comments between the items of a call or list stay where they are; others in an expression move above
    /// the statement.
    void expression(tree::Expression& whole, tree::Trivia& trivia) {
        using Kind = tree::Expression::Kind;
        const bool items = whole.kind == Kind::call || whole.kind == Kind::list;
        if (items) {
            take_inside(trivia, whole.span.begin);
        }
        tree::Expression* previous = nullptr;
        for (std::size_t i = 0; i < whole.operands.size(); ++i) {
            tree::Expression& operand = whole.operands[i];
            const bool named = whole.kind == Kind::call && !whole.names[i].text.empty();
            const std::size_t begin = named ? whole.names[i].span.begin : operand.span.begin;
            if (items) {
                take_behind(previous, begin);
                take_own(operand.before, begin);
            }
            expression(operand, trivia);
            previous = &operand;
        }
        if (items) {
            take_behind(previous, whole.span.end);
            take_own(whole.closing, whole.span.end);
        }
    }

    void take_behind(tree::Expression* item, std::size_t end) {
        if (item != nullptr && comment_before(end) && comments_[next_].span.begin >= item->span.end &&
            same_line(text_, item->span.end, comments_[next_].span.begin)) {
            item->trailing = take();
        }
    }

    void take_own(std::vector<Comment>& comments, std::size_t end) {
        while (comment_before(end)) {
            comments.push_back(take());
        }
    }

    /// What stands before a block, or where there is none.
    template <typename Data>
    void expressions(Data& data, tree::Trivia& trivia) {
        if constexpr (std::is_same_v<Data, tree::Expression>) {
            expression(data, trivia);
        } else if constexpr (std::is_same_v<Data, tree::Binding> || std::is_same_v<Data, tree::Objective> ||
                             std::is_same_v<Data, tree::Option>) {
            expression(data.value, trivia);
        } else if constexpr (std::is_same_v<Data, tree::Draw>) {
            expression(data.distribution, trivia);
        } else if constexpr (std::is_same_v<Data, tree::Update>) {
            expression(data.optimizer, trivia);
        } else if constexpr (std::is_same_v<Data, tree::Train>) {
            expression(data.arguments, trivia);
        } else if constexpr (std::is_same_v<Data, tree::Return>) {
            for (tree::Expression& value : data.values) {
                expression(value, trivia);
            }
        } else if constexpr (std::is_same_v<Data, tree::Data>) {
            for (tree::Expression& source : data.sources) {
                expression(source, trivia);
            }
        } else if constexpr (std::is_same_v<Data, tree::Measure> || std::is_same_v<Data, tree::Sample>) {
            if (auto* value = std::get_if<tree::Expression>(&data.value)) {
                expression(*value, trivia);
            }
        }
    }

    template <typename Data>
    void inside(Data& data, tree::Trivia& trivia) {
        expressions(data, trivia);
        if constexpr (std::is_same_v<Data, tree::Repeat> || std::is_same_v<Data, tree::Update> ||
                      std::is_same_v<Data, tree::Layer> || std::is_same_v<Data, tree::Train>) {
            block(data.body, trivia);
        } else if constexpr (std::is_same_v<Data, tree::Net>) {
            if (!data.from) {
                block(data.body, trivia);
            }
        } else if constexpr (std::is_same_v<Data, tree::Measure> || std::is_same_v<Data, tree::Sample>) {
            if (auto* body = std::get_if<Block>(&data.value)) {
                block(*body, trivia);
            }
        }
    }

    template <typename Data>
    void align(tree::Statement& statement, const Data& data) {
        if constexpr (std::is_same_v<Data, tree::Data>) {
            statement.trivia.aligned = column(data.names.front().span.begin);
        } else if constexpr (std::is_same_v<Data, tree::Draw> || std::is_same_v<Data, tree::Option>) {
            statement.trivia.aligned = column(data.name.span.begin);
        }
    }

    std::string_view text_;
    std::vector<Comment> comments_;
    std::size_t next_ = 0;
};

}  // namespace

void attach_trivia(Tree& tree, std::string_view text, std::vector<tree::Comment> comments) {
    Attacher(text, std::move(comments)).file(tree);
}

}  // namespace gandsl::dsl
