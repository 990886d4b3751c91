#pragma once

#include <string_view>

namespace gandsl::fuzz {

// One for each file of this folder that is a target.
void audio(std::string_view input);
void checkpoint(std::string_view input);
void csv(std::string_view input);
void idx(std::string_view input);
void npy(std::string_view input);
void picture(std::string_view input);
void source(std::string_view input);
void text(std::string_view input);

}  // namespace gandsl::fuzz
