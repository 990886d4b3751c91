#include "tests/fuzz/target.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

#include "autodiff/error.hpp"

namespace gandsl::fuzz {

namespace {

namespace fs = std::filesystem;

struct Folder {
    fs::path path;
    Folder() {
        std::error_code error;
        const fs::path memory = "/dev/shm";
        const fs::path parent = fs::is_directory(memory, error) ? memory : fs::temp_directory_path();
        path = parent / ("gandsl-fuzz-" + std::to_string(::getpid()));
        fs::create_directories(path);
    }
    ~Folder() {
        std::error_code error;
        fs::remove_all(path, error);
    }
};

}  // namespace

const fs::path& scratch() {
    static const Folder folder;
    return folder.path;
}

fs::path put(std::string_view input, const char* name) {
    fs::path path = scratch() / name;
    std::ofstream file(path, std::ios::binary);
    file.write(input.data(), static_cast<std::streamsize>(input.size()));
    file.close();
    if (!file) {
        broken("the scratch folder cannot be written");
    }
    return path;
}

void broken(std::string_view what) {
    std::fprintf(stderr, "broken: %.*s\n", static_cast<int>(what.size()), what.data());
    std::fflush(stderr);
    std::abort();
}

void survives(const std::function<void()>& body) {
    try {
        body();
    } catch (const Error& error) {
        const std::string& message = error.message();
        if (error.code() == ErrorCode::internal) {
            broken("an internal error: " + message);
        }
        if (message.empty()) {
            broken("an error without a message");
        }
        if (std::any_of(message.begin(), message.end(), [](char c) {
                return (static_cast<unsigned char>(c) < ' ' && c != '\n') || c == '\x7F';
            })) {
            broken("a message with control characters: " + message);
        }
    }
}

}  // namespace gandsl::fuzz
