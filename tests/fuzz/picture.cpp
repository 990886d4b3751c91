#include "runtime/formats/picture.hpp"

#include "runtime/data/images.hpp"
#include "tests/fuzz/dataset.hpp"
#include "tests/fuzz/list.hpp"
#include "tests/fuzz/target.hpp"

namespace gandsl::fuzz {

/// `images("input", ...)`, PNG or JPEG as the content says: in colour and grey, shrunk and enlarged.
void picture(std::string_view input) {
    put(input);
    for (const bool skip : {true, false}) {
        read_examples([&] {
            return data::open_images({.files = "input",
                                      .folder = scratch(),
                                      .size = skip ? 5U : 40U,
                                      .channels = skip ? 3U : 1U,
                                      .range = {},
                                      .augmentation = {.flip = true, .rotate = 20, .zoom = 0.5, .crop = 0.2},
                                      .skip_broken = skip,
                                      .holdout = 0});
        });
    }
}

}  // namespace gandsl::fuzz
