#include "dsl/elaborate/reports.hpp"

#include <algorithm>

namespace gandsl::dsl {

Unknown Reports::add(Diagnostic diagnostic) {
    if (!diagnostic.span || seen_.emplace(diagnostic.span->begin, diagnostic.code).second) {
        diagnostics_.push_back(std::move(diagnostic));
        if (diagnostics_.size() > max_diagnostics && diagnostics_.back().severity == Severity::error) {
            throw Stop();
        }
    }
    return {};
}

bool Reports::has_errors() const {
    return std::any_of(diagnostics_.begin(), diagnostics_.end(),
                       [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::error; });
}

std::vector<Diagnostic> Reports::take() {
    const auto position = [](const Diagnostic& diagnostic) {
        return std::pair(diagnostic.span.has_value(), diagnostic.span ? diagnostic.span->begin : 0);
    };
    std::stable_sort(
        diagnostics_.begin(), diagnostics_.end(),
        [&](const Diagnostic& left, const Diagnostic& right) { return position(left) < position(right); });
    if (diagnostics_.size() > max_diagnostics) {
        const bool failed = has_errors();
        diagnostics_.resize(max_diagnostics);
        diagnostics_.push_back(diagnostics::more(max_diagnostics));
        diagnostics_.back().severity = failed ? Severity::error : Severity::warning;
    }
    return std::move(diagnostics_);
}

}  // namespace gandsl::dsl
