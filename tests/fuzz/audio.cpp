#include "runtime/data/audio.hpp"

#include "tests/fuzz/dataset.hpp"
#include "tests/fuzz/list.hpp"
#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

/// `audio("input", ...)`: as it is, and converted to another rate.
void audio(std::string_view input) {
    put(input);
    for (const bool converted : {false, true}) {
        read_examples([&] {
            data::AudioSource source{
                .files = "input", .folder = scratch(), .length = 4, .rate = {}, .holdout = 0.3};
            if (converted) {
                source.rate = 3000;
            }
            return data::open_audio(source);
        });
    }
}

}  // namespace gandsl::fuzz
