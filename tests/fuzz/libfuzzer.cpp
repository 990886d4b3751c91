// One program for all targets: libFuzzer's own flags, and --target=NAME.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/target.hpp"

namespace {

const gandsl::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** words) {
    constexpr std::string_view flag = "--target=";
    for (int i = 1; i < *count; ++i) {
        const std::string_view word = (*words)[i];
        for (const gandsl::fuzz::Target& target : gandsl::fuzz::targets()) {
            if (word.substr(0, flag.size()) == flag && word.substr(flag.size()) == target.name) {
                chosen = &target;
            }
        }
    }
    if (chosen == nullptr) {
        std::fputs("--target=NAME wants one of:", stderr);
        for (const gandsl::fuzz::Target& target : gandsl::fuzz::targets()) {
            std::fprintf(stderr, " %s", target.name.data());
        }
        std::fputs("\n", stderr);
        std::exit(1);
    }
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    chosen->run({reinterpret_cast<const char*>(bytes), size});
    return 0;
}
