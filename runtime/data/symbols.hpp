#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Between text and the classes of a text source (Field::names).
namespace gandsl::data {

/// The class of each symbol of a text, read as text sources read theirs (line ends become line feeds). Throws
/// `format` for what is not UTF-8, and invalid_argument for symbols that are not among `symbols`: it names
/// the first of them and how many there are.
std::vector<std::size_t> encode(std::span<const std::string> symbols, std::string_view utf8);

/// The text of a row of classes. Throws invalid_argument for a class that `symbols` does not have.
std::string decode(std::span<const std::string> symbols, std::span<const std::size_t> classes);

}  // namespace gandsl::data
