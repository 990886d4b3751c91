#include "runtime/loading/file_request.hpp"

namespace gandsl::loading {

std::vector<std::string> words_of(const FileRequest& request) {
    // A name that looks like a flag is a path too.
    const std::string file = request.file.string();
    std::vector<std::string> words{file.starts_with('-') ? "./" + file : file};
    const auto add = [&words](const char* name, const std::string& value) {
        words.emplace_back(name);
        words.push_back(value);
    };
    for (const auto& [name, value] : request.set) {
        add("--set", name + "=" + value);
    }
    if (request.batch) {
        add("--batch", std::to_string(*request.batch));
    }
    if (request.seed) {
        add("--seed", std::to_string(*request.seed));
    }
    if (request.epochs) {
        add("--epochs", std::to_string(*request.epochs));
    }
    if (request.steps) {
        add("--steps", std::to_string(*request.steps));
    }
    if (request.data) {
        add("--data", request.data->string());
    }
    if (request.exact) {
        words.emplace_back("--exact");
    }
    if (request.threads != 0) {
        add("--threads", std::to_string(request.threads));
    }
    return words;
}

}  // namespace gandsl::loading
