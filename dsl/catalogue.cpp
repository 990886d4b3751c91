#include "dsl/catalogue.hpp"

#include <stdexcept>
#include <utility>

namespace gandsl::dsl {

namespace {

/// A rule that asks for what its entry does not declare is a mistake in the catalogue, not in anyone's file.
template <typename T>
const T& get(const Arguments& arguments, std::string_view name) {
    const auto found = arguments.find(name);
    if (found == arguments.end() || !std::holds_alternative<T>(found->second.data)) {
        throw std::logic_error("catalogue: a type rule reads the argument '" + std::string(name) +
                               "', which its entry does not declare with that kind");
    }
    return std::get<T>(found->second.data);
}

}  // namespace

Classes::Classes(Index classes, std::vector<std::string> called)
    : count(classes),
      names(called.empty() ? nullptr : std::make_shared<const std::vector<std::string>>(std::move(called))) {}

double TypeCall::number(std::string_view name) const {
    return get<double>(arguments, name);
}

Index TypeCall::integer(std::string_view name) const {
    return static_cast<Index>(get<double>(arguments, name));
}

bool TypeCall::boolean(std::string_view name) const {
    return get<bool>(arguments, name);
}

const std::string& TypeCall::text(std::string_view name) const {
    return get<std::string>(arguments, name);
}

std::vector<double> TypeCall::numbers(std::string_view name) const {
    const auto found = arguments.find(name);
    if (found != arguments.end() && std::holds_alternative<double>(found->second.data)) {
        return {std::get<double>(found->second.data)};
    }
    return get<std::vector<double>>(arguments, name);
}

bool TypeCall::has(std::string_view name) const {
    const auto found = arguments.find(name);
    return found != arguments.end() && !found->second.empty();
}

Weight& TypeCall::weight(std::string name, Shape shape, NestedCall init, bool learned) {
    return weights.emplace_back(Weight{std::move(name), std::move(shape), std::move(init), learned});
}

Catalogue::Catalogue(std::vector<Entry> entries) {
    for (Entry& entry : entries) {
        auto& names = entry.kind == EntryKind::initializer ? initializers_
                      : entry.kind == EntryKind::sink      ? sinks_
                                                           : entries_;
        std::string name = entry.name;
        if (entry.role != Role::none && !roles_.emplace(entry.role, name).second) {
            throw std::logic_error("catalogue: '" + name + "' and '" + roles_.at(entry.role) +
                                   "' have the same role");
        }
        if (!names.emplace(name, std::move(entry)).second) {
            throw std::logic_error("catalogue: two entries are called '" + name + "'");
        }
    }
}

const Entry* Catalogue::find(std::string_view name) const {
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : &found->second;
}

const Entry* Catalogue::find(Role role) const {
    const auto found = roles_.find(role);
    return found == roles_.end() ? nullptr : find(found->second);
}

const Entry* Catalogue::find(EntryKind kind, std::string_view name) const {
    const auto& names = entries(kind);
    const auto found = names.find(name);
    return found == names.end() || found->second.kind != kind ? nullptr : &found->second;
}

const std::map<std::string, Entry, std::less<>>& Catalogue::entries(EntryKind kind) const {
    return kind == EntryKind::initializer ? initializers_ : kind == EntryKind::sink ? sinks_ : entries_;
}

}  // namespace gandsl::dsl
