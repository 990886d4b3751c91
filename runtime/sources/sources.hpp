#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "dsl/catalogue.hpp"
#include "runtime/data/dataset.hpp"
#include "runtime/data/search_path.hpp"

/// What may stand right of `data x =`: each source is one file here and a row in sources.cpp.
namespace gandsl::sources {

/// Where sources look for files.
struct Context {
    data::SearchPath places;
    std::filesystem::path folder;  ///< of the .gan file: relative paths start there
    std::size_t threads = 0;       ///< that may read; 0: as many as there are processors
};

struct Source {
    dsl::Entry entry;
    /// Reads the data. Throws Error naming the file where it is broken.
    std::function<data::DatasetPointer(const dsl::Arguments&)> open = {};
};

/// Every source of the language.
std::vector<Source> all(const Context& context);

/// Their records alone, for the catalogue.
std::vector<dsl::Entry> entries(const std::vector<Source>& sources);

/// Opens the data a program names. Throws Error(internal) for a source that is not in the list.
data::DatasetPointer open(const std::vector<Source>& sources, const std::string& name,
                          const dsl::Arguments& arguments);

}  // namespace gandsl::sources
