#include "tests/bench/sides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "tests/bench/median.hpp"
#include "tests/program/files.hpp"

namespace gandsl::bench {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

namespace {

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

// What was printed, if all went well.
std::string checked(const test::Outcome& outcome, const std::string& what) {
    if (outcome.code != 0) {
        throw std::runtime_error(fmt::format("{} ended with {}:\n{}", what, outcome.code, outcome.err));
    }
    return outcome.out;
}

std::vector<std::string> words_of(const char* command, const Model& model) {
    std::vector<std::string> words = {command, (project_root() / model.file).string(), "--batch",
                                      std::to_string(model.batch)};
    for (const auto& [name, value] : model.settings) {
        words.insert(words.end(), {"--set", fmt::format("{}={}", name, value)});
    }
    return words;
}

// A data set of a few batches, as the peer has one: what a whole one takes of the memory is not the question.
void write_pictures(const test::Scratch& scratch) {
    scratch.write("train-images-idx3-ubyte", test::idx_pictures(512));
    scratch.write("train-labels-idx1-ubyte", test::idx_labels(512));
    scratch.write("t10k-images-idx3-ubyte", test::idx_pictures(16));
    scratch.write("t10k-labels-idx1-ubyte", test::idx_labels(16));
}

Json time_gandsl(const Model& model, std::vector<std::string> more) {
    const test::Scratch scratch;
    write_pictures(scratch);
    std::vector<std::string> words = words_of("time", model);
    words.insert(words.end(), {"--data", scratch.path().string()});
    words.insert(words.end(), more.begin(), more.end());
    words.emplace_back("--json");
    return Json::parse(checked(scratch.gandsl(words), model.file));
}

std::vector<Profile::Part> parts_of(const Json& list) {
    std::vector<Profile::Part> parts;
    for (const Json& part : list) {
        std::string name = part.at("operation").get<std::string>();
        if (part.contains("shapes")) {
            name += " " + part.at("shapes").get<std::string>();
        }
        parts.push_back({name, part.at("share").get<double>(), part.at("gflops").get<double>()});
    }
    return parts;
}

std::string quoted(const std::string& word) {
    std::string text = "'";
    for (const char c : word) {
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return text + "'";
}

// Debian's own Python, which sees Debian's PyTorch.
constexpr const char* python = "/usr/bin/python3";

std::string first_line(const std::string& command) {
    const std::string out = test::run_shell(command, fs::temp_directory_path()).out;
    return out.substr(0, out.find('\n'));
}

std::string value_in(const char* file, const std::string& key) {
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        if (line.starts_with(key)) {
            const std::size_t begin = line.find_first_not_of(" \t", line.find(':') + 1);
            return begin == std::string::npos ? "" : line.substr(begin);
        }
    }
    return "unknown";
}

}  // namespace

fs::path project_root() {
    const char* root = std::getenv("GANDSL_SOURCE");
    if (root == nullptr) {
        throw std::runtime_error("$GANDSL_SOURCE must name the project's folder; `./dev bench` sets it");
    }
    return root;
}

Measured run_gandsl(const Model& model, std::size_t threads, std::size_t steps) {
    const Json json = time_gandsl(
        model, {"--threads", std::to_string(threads), "--steps", std::to_string(steps), "--no-profile"});
    return {json.at("median_ms").get<double>(), json.at("memory").at("peak_bytes").get<double>(),
            json.at("reader_ms").get<double>(), json.at("parameters").get<std::size_t>()};
}

Profile profile_gandsl(const Model& model, std::size_t threads, std::size_t steps) {
    const Json json =
        time_gandsl(model, {"--threads", std::to_string(threads), "--steps", std::to_string(steps)});
    return {json.at("replay").at("share").get<double>(), json.at("sgemm_gflops").get<double>(),
            json.at("blas_kernels").get<std::string>(), parts_of(json.at("operations")),
            parts_of(json.at("products"))};
}

double start_gandsl(const Model& model) {
    const test::Scratch scratch;
    std::vector<std::string> words = words_of("run", model);
    words.insert(words.end(), {"--steps", "1", "--out", (scratch / "runs").string()});
    const fs::path log = scratch / "runs" / fs::path(model.file).stem() / "001" / "log.csv";
    // The log's first row comes with the end of the first step, and says how long ago that step began.
    double first_row = 0;
    std::atomic<bool> ended = false;
    const auto begin = Clock::now();
    std::thread watch([&] {
        std::error_code error;
        std::uintmax_t header = 0;
        while (!ended && first_row == 0) {
            const std::uintmax_t size = fs::file_size(log, error);
            if (!error && size > 0) {
                header = header == 0 ? size : header;
                first_row = size > header ? seconds_since(begin) : 0;
            }
            std::this_thread::sleep_for(std::chrono::microseconds(500));
        }
    });
    const test::Outcome outcome = scratch.gandsl(words);
    ended = true;
    watch.join();
    checked(outcome, "gandsl run " + model.file);
    if (first_row == 0) {
        throw std::runtime_error("the log of " + model.file + " was not seen to grow");
    }
    std::ifstream stream(log);
    std::string row;
    std::getline(stream, row);
    std::getline(stream, row);
    const std::size_t seconds = row.find(',', row.find(',') + 1) + 1;  // step, epoch, seconds
    return first_row - std::stod(row.substr(seconds));
}

Measured run_peer(const Model& model, const PeerSettings& settings, std::size_t steps, double seconds) {
    const std::string library = first_line("ls -d /usr/lib/*/openblas-" + settings.blas);
    if (library.empty()) {
        throw std::runtime_error("libopenblas0-" + settings.blas +
                                 " is not installed; `./dev bench --peer` installs it");
    }
    const std::string threads = std::to_string(settings.threads);
    std::string line = fmt::format(
        "LD_LIBRARY_PATH={} OMP_NUM_THREADS={} OPENBLAS_NUM_THREADS={} {} {} {} --threads {} --batch {} "
        "--steps {} --seconds {}",
        quoted(library), threads, threads, python, quoted((project_root() / "tests/bench/peer.py").string()),
        model.peer, threads, model.batch, steps, seconds);
    for (const auto& [name, value] : model.sizes) {
        line += fmt::format(" --{} {}", name, value);
    }
    const Json json =
        Json::parse(checked(test::run_shell(line, fs::temp_directory_path()), "PyTorch's " + model.peer));
    const auto blas = json.at("blas").get<std::vector<std::string>>();
    const bool right = !blas.empty() && std::all_of(blas.begin(), blas.end(), [&](const std::string& file) {
        return file.find("openblas-" + settings.blas) != std::string::npos;
    });
    if (!right || json.at("threads").get<std::size_t>() != settings.threads ||
        !json.at("onednn").get<bool>()) {
        throw std::runtime_error(
            fmt::format("PyTorch was to run with {} and oneDNN, and ran with {} threads, {}, {}",
                        settings.spell(), json.at("threads").dump(), fmt::join(blas, " "),
                        json.at("onednn").get<bool>() ? "oneDNN" : "no oneDNN"));
    }
    return {median_of(json.at("step_ms").get<std::vector<double>>()), json.at("peak_bytes").get<double>(), 0,
            json.at("parameters").get<std::size_t>()};
}

double import_peer() {
    const auto begin = Clock::now();
    checked(test::run_shell(std::string(python) + " -c 'import torch'", fs::temp_directory_path()),
            "import torch");
    return seconds_since(begin);
}

Machine describe_machine(bool with_peer) {
    const auto version = [](const char* package) {
        return first_line(std::string("dpkg-query -W -f '${Version}' ") + package + " 2>/dev/null");
    };
    Machine machine{value_in("/proc/cpuinfo", "model name"),
                    std::thread::hardware_concurrency(),
                    1024 * std::strtod(value_in("/proc/meminfo", "MemTotal").c_str(), nullptr),
                    __VERSION__,
                    version("libopenblas0-pthread"),
                    {}};
    if (with_peer) {
        machine.torch = version("python3-torch");
    }
    return machine;
}

}  // namespace gandsl::bench
