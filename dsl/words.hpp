#pragma once

#include <string_view>
#include <vector>

namespace gandsl::dsl {

/// A word of the grammar itself, for who asks what it means.
struct Word {
    std::string_view word;
    std::string_view kind;    ///< "a statement", "a line of `train`", ...
    std::string_view syntax;  ///< with names in capitals for what is to be filled in
    std::string_view doc;
    std::string_view example;  ///< a whole file that the checker takes without a word
};

/// In the order in which a reader meets them.
const std::vector<Word>& language_words();

}  // namespace gandsl::dsl
