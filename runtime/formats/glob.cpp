#include "runtime/formats/glob.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <system_error>

#include "dsl/utf8.hpp"

namespace gandsl::formats {

namespace {

namespace fs = std::filesystem;

bool is_pattern(const std::string& name) {
    return name.find_first_of("*?") != std::string::npos;
}

/// Whether a name fits; on a mismatch the last `*` takes one letter more, so the time is at most the product
/// of the lengths.
bool fits(std::string_view pattern, std::string_view name) {
    if (!name.empty() && name[0] == '.' && (pattern.empty() || pattern[0] != '.')) {
        return false;
    }
    std::size_t p = 0;
    std::size_t n = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
            // A `?` takes a whole letter of UTF-8.
            while (pattern[p - 1] == '?' && n < name.size() && utf8::continues(name[n])) {
                ++n;
            }
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

/// What lies in a folder; nothing where it cannot be read.
std::vector<fs::directory_entry> entries(const fs::path& folder) {
    std::vector<fs::directory_entry> list;
    std::error_code error;
    const fs::path start = folder.empty() ? fs::path(".") : folder;
    for (auto entry = fs::directory_iterator(start, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        list.push_back(*entry);
    }
    return list;
}

class Search {
  public:
    explicit Search(std::vector<std::string> parts) : parts_(std::move(parts)) {}

    void walk(const fs::path& folder, std::size_t part) {
        const bool last = part + 1 == parts_.size();
        if (parts_[part] == "**") {
            walk_all(folder, last ? part : part + 1, last);
            return;
        }
        if (!is_pattern(parts_[part])) {
            visit(folder / parts_[part], part, last);
            return;
        }
        for (const fs::directory_entry& entry : entries(folder)) {
            const std::string name = entry.path().filename().string();
            if (fits(parts_[part], name)) {
                visit(folder / name, part, last);
            }
        }
    }

    const std::set<fs::path>& found() const { return found_; }

  private:
    /// `**`: this folder and all below it; as the last name, the files in them. A link to a folder might lead
    /// back up, so none is followed.
    void walk_all(const fs::path& folder, std::size_t part, bool files) {
        if (!files) {
            walk(folder, part);
        }
        for (const fs::directory_entry& entry : entries(folder)) {
            const std::string name = entry.path().filename().string();
            std::error_code ignored;
            if (name[0] == '.') {
                continue;
            }
            if (fs::is_directory(entry.symlink_status(ignored))) {
                walk_all(folder / name, part, files);
            } else if (files) {
                visit(folder / name, part, true);
            }
        }
    }

    void visit(const fs::path& path, std::size_t part, bool last) {
        std::error_code ignored;
        const fs::file_status status = fs::status(path, ignored);
        if (last && fs::is_regular_file(status)) {
            found_.insert(path.lexically_normal());
        } else if (!last && fs::is_directory(status)) {
            walk(path, part + 1);
        }
    }

    std::vector<std::string> parts_;
    std::set<fs::path> found_;
};

}  // namespace

fs::path placed(const fs::path& path, const fs::path& folder) {
    return path.is_absolute() ? path : (folder / path).lexically_normal();
}

std::vector<fs::path> matching_files(const std::string& pattern, const fs::path& folder) {
    // The folder of the .gan file is no pattern, whatever its name.
    const fs::path whole(pattern);
    std::vector<std::string> parts;
    for (const fs::path& part : whole.relative_path()) {
        parts.push_back(part.string());
    }
    if (parts.empty()) {
        return {};
    }
    Search search(std::move(parts));
    search.walk(whole.is_absolute() ? whole.root_path() : folder, 0);

    std::vector<fs::path> files;
    std::set<fs::path> real;
    for (const bool links : {false, true}) {
        for (const fs::path& path : search.found()) {
            std::error_code error;
            if (fs::is_symlink(fs::symlink_status(path, error)) != links) {
                continue;
            }
            const fs::path target = fs::canonical(path, error);
            if (!error && real.insert(target).second) {
                files.push_back(path);
            }
        }
    }
    std::sort(files.begin(), files.end(),
              [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
    return files;
}

std::string nothing_matches(const std::string& pattern, const fs::path& folder) {
    const fs::path path = placed(pattern, folder);
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
        return path.string() + " is a folder; for the files in it write \"" +
               (fs::path(pattern) / "*").string() + "\"";
    }
    if (fs::exists(path, ignored)) {
        return path.string() + " is a device or a pipe; expected a file, which can be read more than once";
    }
    return (is_pattern(pattern) ? "no file matches " : "no file ") + path.string();
}

std::optional<std::string> file_absent(const fs::path& path) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
        return path.string() + " is a folder; expected a file";
    }
    return fs::exists(path, ignored) ? std::nullopt : std::optional("no file " + path.string());
}

}  // namespace gandsl::formats
