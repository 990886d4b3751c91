#include "tests/program/files.hpp"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace gandsl::test {

namespace fs = std::filesystem;

const char* const tiny_gan = R"(# A GAN of a few numbers.

option rate = 1e-3    # of both nets

data   x = digits(range = [-1, 1], count = 256)
latent z ~ normal(8)

net G(z) {
    dense(16)
    leaky_relu(0.2)
    dense(784)
    tanh
    reshape(1, 28, 28)
}

net D(x) {
    flatten
    dense(16)
    leaky_relu(0.2)
    dropout(0.25)
    dense(1)
    sigmoid
}

train(epochs = 2, batch = 32) {
    update D with adam(rate, beta1 = 0.5) {
        real = D(x)
        minimize -log(real) - log(1 - D(G(z)))
    }
    update G with adam(rate, beta1 = 0.5) {
        minimize -log(D(G(z)))
    }
}

sample pictures = G(z) as grid(2, 3) every epoch
)";

const char* const tiny_autoencoder = R"(data x = digits(count = 128)

net copy(x) {
    flatten
    dense(4)
    dense(784)
    sigmoid
    reshape(1, 28, 28)
}

train(epochs = 3, batch = 32) {
    update copy with adam(1e-2) {
        minimize mean(mse(copy(x), x))
    }
}

measure error = mean(mse(copy(x), x)) on test every epoch
sample copies = copy(x) as npy(10) every 2 epochs
)";

Scratch::Scratch() {
    std::string name = (fs::temp_directory_path() / "gandsl-program-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no folder " + name);
    }
    path_ = fs::canonical(name);
}

Scratch::~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void Scratch::write(const std::string& name, std::string_view content) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream file(path_ / name, std::ios::binary);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + name);
    }
}

std::string Scratch::read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + name);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

bool Scratch::has(const std::string& name) const {
    return fs::exists(fs::symlink_status(path_ / name));
}

std::vector<std::string> Scratch::list(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path_ / name)) {
        names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

Outcome Scratch::gandsl(std::vector<std::string> words) const {
    return run({std::move(words), path_});
}

void succeed(const Scratch& scratch, const std::vector<std::string>& words) {
    const Outcome outcome = scratch.gandsl(words);
    if (outcome.code != 0) {
        throw std::runtime_error("gandsl failed: " + outcome.err + outcome.out);
    }
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t place = text.find(from);
    if (place == std::string::npos || text.find(from, place + 1) != std::string::npos) {
        throw std::runtime_error("'" + from + "' is not there once");
    }
    return text.replace(place, from.size(), to);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string without_seconds(const std::string& log) {
    std::string result;
    for (const std::string& line : lines_of(log)) {
        const std::size_t begin = line.find(',', line.find(',') + 1);
        result += line.substr(0, begin) + line.substr(line.find(',', begin + 1)) + "\n";
    }
    return result;
}

std::string idx_file(std::uint32_t magic, const std::vector<std::uint32_t>& sizes, std::string_view content) {
    std::string bytes;
    const auto append = [&](std::uint32_t number) {
        for (const unsigned shift : {24U, 16U, 8U, 0U}) {
            bytes += static_cast<char>(number >> shift & 0xffU);
        }
    };
    append(magic);
    std::for_each(sizes.begin(), sizes.end(), append);
    return bytes.append(content);
}

std::string idx_pictures(std::uint32_t count) {
    std::string pixels;
    for (std::size_t i = 0; i < std::size_t{count} * 784; ++i) {
        pixels += static_cast<char>(i * 37 % 251);
    }
    return idx_file(0x803, {count, 28, 28}, pixels);
}

std::string idx_labels(std::uint32_t count) {
    std::string labels;
    for (std::uint32_t i = 0; i < count; ++i) {
        labels += static_cast<char>(i % 10);
    }
    return idx_file(0x801, {count}, labels);
}

}  // namespace gandsl::test
