#include "dsl/scan.hpp"

#include <algorithm>
#include <string>

#include "dsl/utf8.hpp"

namespace gandsl::dsl {

namespace {

std::string_view word_at(std::string_view text, std::size_t offset) {
    std::size_t end = offset;
    while (end < text.size() && is_word_character(text[end])) {
        ++end;
    }
    return text.substr(offset, end - offset);
}

bool is_among(const std::vector<std::string>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

/// One walk over the text; a member a step, so that each stays short.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) { result_.masked = std::string(text); }

    Scan run() {
        if (text_.size() > max_source_bytes) {
            result_.diagnostics.push_back(diagnostics::file_too_large(text_.size(), max_source_bytes));
            result_.readable = false;
            return std::move(result_);
        }
        skip_byte_order_mark();
        // No reader wants more, and each takes a look at the line around it.
        while (at_ < text_.size() && result_.readable && result_.diagnostics.size() <= max_diagnostics) {
            if (line_starts_) {
                start_line();
            }
            step();
        }
        if (result_.readable) {
            close_all();
        }
        close_stretch(text_.size());
        return std::move(result_);
    }

  private:
    struct Bracket {
        char kind;
        std::size_t at;
    };

    void skip_byte_order_mark() {
        if (text_.substr(0, 3) == "\xEF\xBB\xBF") {
            result_.masked.replace(0, 3, "   ");
            at_ = 3;
        }
    }

    /// Decides whether a statement begins on this line.
    void start_line() {
        line_starts_ = false;
        const std::size_t line = at_;
        std::size_t first = at_;
        while (first < text_.size() && (text_[first] == ' ' || text_[first] == '\t')) {
            ++first;
        }
        if (first == text_.size() || text_[first] == '\n' || text_[first] == '\r' || text_[first] == '#') {
            return;
        }
        const bool statement = is_among(statement_words(), word_at(text_, first));
        if (statement && first == line && !open_.empty()) {
            close_all();
        }
        if (open_.empty() && (text_[first] != '{' || result_.stretches.empty())) {
            close_stretch(line);
            result_.stretches.push_back({line, text_.size(), false});
        }
    }

    void step() {
        const char c = text_[at_];
        switch (c) {
            case '\n':
                if (in_parentheses()) {
                    result_.masked[at_] = ' ';
                    hidden_.push_back({open_.back().at, at_});
                }
                ++at_;
                line_starts_ = true;
                return;
            case '\r':
                if (at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
                    result_.masked[at_++] = ' ';
                } else {
                    refuse(diagnostics::control_character({at_, at_ + 1}, static_cast<unsigned char>(c)));
                }
                return;
            case ' ':
            case '\t':
                ++at_;
                return;
            case '#':
                comment();
                return;
            case '"':
                text_literal();
                return;
            case '(':
            case '[':
            case '{':
                open(c);
                return;
            case ')':
            case ']':
            case '}':
                close(c);
                return;
            default:
                character();
        }
    }

    void character() {
        const auto byte = static_cast<unsigned char>(text_[at_]);
        const std::size_t length = utf8::decode(text_, at_).bytes;
        if (length == 0) {
            refuse(diagnostics::invalid_utf8({at_, at_ + 1}, byte));
        } else if (byte < 0x20 || byte == 0x7F) {
            refuse(diagnostics::control_character({at_, at_ + 1}, byte));
        } else {
            at_ += length;
        }
    }

    void comment() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && text_[at_] != '\n' && result_.readable) {
            if (text_[at_] == '\t' || (text_[at_] == '\r' && text_.substr(at_, 2) == "\r\n")) {
                ++at_;
            } else {
                character();
            }
        }
        std::size_t end = at_;
        while (end > begin && (text_[end - 1] == '\r' || text_[end - 1] == ' ' || text_[end - 1] == '\t')) {
            --end;
        }
        std::fill(result_.masked.begin() + static_cast<std::ptrdiff_t>(begin),
                  result_.masked.begin() + static_cast<std::ptrdiff_t>(at_), ' ');
        std::size_t gap = 0;
        while (begin > gap && text_[begin - gap - 1] == ' ') {
            ++gap;
        }
        result_.comments.push_back({std::string(text_.substr(begin, end - begin)),
                                    {begin, end},
                                    false,
                                    std::max<std::size_t>(gap, 2),
                                    0});
    }

    void text_literal() {
        const std::size_t begin = at_++;
        while (at_ < text_.size() && text_[at_] != '\n' && text_[at_] != '"' && result_.readable) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') {
                ++at_;
            }
            if (text_[at_] == '\t' || text_.substr(at_, 2) == "\r\n") {
                ++at_;
            } else {
                character();
            }
        }
        if (!result_.readable) {
            return;
        }
        if (at_ == text_.size() || text_[at_] == '\n') {
            breaks(diagnostics::unclosed_text({begin, at_}));
        } else {
            ++at_;
        }
    }

    bool in_parentheses() const { return !open_.empty() && open_.back().kind != '{'; }

    void unclosed() {
        // A block inside it whose `}` stands further left than the block's own line took this one's.
        const std::size_t at =
            open_.back().kind == '{' && taker_ > open_.back().at ? taker_ : open_.back().at;
        result_.diagnostics.push_back(diagnostics::unclosed_bracket({at, at + 1}, open_.back().kind));
        give_up();
    }

    /// How far in the line of an offset begins.
    std::size_t indentation(std::size_t at) const {
        while (at > 0 && text_[at - 1] != '\n') {
            --at;
        }
        return std::min(text_.find_first_not_of(" \t", at), text_.size()) - at;
    }

    /// Drops the innermost bracket with its line; the line ends it hid count again.
    void give_up() {
        const Bracket bracket = open_.back();
        open_.pop_back();
        // Those that brackets inside it hid stay hidden: they were closed.
        for (; !hidden_.empty() && hidden_.back().at > bracket.at; hidden_.pop_back()) {
            if (hidden_.back().by == bracket.at) {
                result_.masked[hidden_.back().at] = '\n';
            }
        }
        break_line(bracket.at);
    }

    /// Takes a line out of what is parsed, or the whole statement where the line opens or closes a block.
    void break_line(std::size_t at) {
        if (result_.stretches.empty()) {
            return;
        }
        Stretch& stretch = result_.stretches.back();
        if (!drop_line(result_.masked, stretch, at)) {
            stretch.broken = true;
        }
    }

    /// Only the innermost is reported: those around it are open because it is.
    void close_all() {
        if (!open_.empty()) {
            unclosed();
        }
        while (!open_.empty()) {
            give_up();
        }
        taker_ = 0;
    }

    void open(char c) {
        if (c == '{' && in_parentheses()) {
            unclosed();
            while (in_parentheses()) {
                give_up();
            }
        }
        if (open_.size() == max_nesting) {
            refuse(diagnostics::nesting_too_deep({at_, at_ + 1}, max_nesting));
            return;
        }
        open_.push_back({c, at_++});
    }

    void close(char c) {
        const char wanted = c == ')' ? '(' : c == ']' ? '[' : '{';
        const auto is_wanted = [wanted](const Bracket& bracket) { return bracket.kind == wanted; };
        const bool known = std::any_of(open_.begin(), open_.end(), is_wanted);
        // A brace closes what is open inside it; a `)` does not reach out of its braces.
        if (!known || (wanted != '{' && !in_parentheses())) {
            breaks(diagnostics::unmatched_bracket({at_, at_ + 1}, c));
        } else {
            if (!is_wanted(open_.back())) {
                unclosed();
            }
            while (!is_wanted(open_.back())) {
                give_up();
            }
            const std::size_t opening = open_.back().at;
            open_.pop_back();
            if (c == '}' && indentation(opening) > indentation(at_) && taker_ == 0) {
                taker_ = opening;
            }
        }
        if (open_.empty()) {
            taker_ = 0;
        }
        ++at_;
    }

    void breaks(Diagnostic diagnostic) {
        const std::size_t at = diagnostic.span->begin;
        result_.diagnostics.push_back(std::move(diagnostic));
        break_line(at);
    }

    void refuse(Diagnostic diagnostic) {
        result_.diagnostics.push_back(std::move(diagnostic));
        result_.readable = false;
    }

    void close_stretch(std::size_t end) {
        if (!result_.stretches.empty()) {
            result_.stretches.back().end = end;
        }
    }

    std::string_view text_;
    /// A line end that a bracket hides from the grammar.
    struct Hidden {
        std::size_t by;
        std::size_t at;
    };

    Scan result_;
    std::vector<Hidden> hidden_;
    std::vector<Bracket> open_;
    std::size_t taker_ =
        0;  ///< the first block in the outermost one that ends further left than it begins; 0: none
    std::size_t at_ = 0;
    bool line_starts_ = true;
};

}  // namespace

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

Scan scan(std::string_view text) {
    return Scanner(text).run();
}

bool drop_line(std::string& masked, const Stretch& stretch, std::size_t at) {
    const std::size_t max = std::min(stretch.end, masked.size());
    at = std::min(at, max - 1);
    std::size_t begin = at;
    while (begin > stretch.begin && masked[begin - 1] != '\n') {
        --begin;
    }
    std::size_t end = at;
    while (end < max && masked[end] != '\n') {
        ++end;
    }
    const std::string_view line = std::string_view(masked).substr(begin, end - begin);
    int depth = 0;
    bool balanced = true;
    for (const char c : line) {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        balanced = balanced && depth >= 0;
    }
    if (begin == stretch.begin || !balanced || depth != 0) {
        return false;
    }
    std::fill(masked.begin() + static_cast<std::ptrdiff_t>(begin),
              masked.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    return true;
}

const std::vector<std::string>& statement_words() {
    static const std::vector<std::string> words = {"option", "data",  "latent",  "net",
                                                   "layer",  "train", "measure", "sample"};
    return words;
}

const std::vector<std::string>& reserved_words() {
    static const std::vector<std::string> words = {
        "option", "data",     "latent",   "net",  "layer", "train", "measure", "sample", "update", "repeat",
        "return", "minimize", "maximize", "with", "or",    "as",    "every",   "true",   "false"};
    return words;
}

}  // namespace gandsl::dsl
