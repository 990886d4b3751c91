#include "runtime/training/report.hpp"

#include <fmt/format.h>

#include "runtime/terminal/format.hpp"

namespace gandsl::training {

namespace {

// As a word of a shell's command line.
std::string quoted(const std::string& word) {
    constexpr const char* plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./=:,+-@%";
    if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
        return word;
    }
    std::string result = "'";
    for (const char letter : word) {
        result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    }
    return result + "'";
}

}  // namespace

std::string spell_command(const RunRequest& request, const std::filesystem::path& run) {
    std::string words = quoted(request.program) + " run";
    for (const std::string& word : loading::words_of(request.file)) {
        words += " " + quoted(word);
    }
    return words + " --resume " + quoted(run.string());
}

void print_data(const dsl::Program& program, const data::Datasets& datasets) {
    for (std::size_t place = 0; place < datasets.size(); ++place) {
        const data::Description& description = datasets[place]->description();
        for (const std::string& reason : program.data[place].skipped) {
            fmt::print("data      skipped {}\n", reason);
        }
        fmt::print("data      {} = {}, {}\n          {} training and {} test examples\n",
                   fmt::join(program.data[place].names, ", "), description.source,
                   terminal::printable_lines(description.origin),
                   terminal::human_count(static_cast<double>(description.train_count)),
                   terminal::human_count(static_cast<double>(description.test_count)));
    }
}

void print_nets(const dsl::Program& program) {
    for (const dsl::Net& net : program.nets) {
        Index parameters = 0;
        for (const dsl::NetWeight& weight : net.weights) {
            parameters += weight.learned ? element_count(weight.shape) : 0;
        }
        fmt::print("net       {}: {} parameters\n", net.name,
                   terminal::human_count(static_cast<double>(parameters)));
    }
}

}  // namespace gandsl::training
