#include "runtime/data/audio.hpp"

#include <utility>

#include "models/records.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

namespace {

Source define_audio(const Context& context) {
    const auto source_of = [context](const dsl::Arguments& arguments) {
        data::AudioSource source{.files = models::text(arguments, "files"),
                                 .folder = context.folder,
                                 .length = size_of(arguments, "length"),
                                 .rate = {},
                                 .holdout = models::number(arguments, "holdout")};
        if (models::has(arguments, "rate")) {
            source.rate = size_of(arguments, "rate");
        }
        return source;
    };
    dsl::Argument rate = models::by_name(models::integer_argument(
        "rate", "samples a second to convert to; as the files have it if left out", models::absent(), 1));
    rate.max = 768000;
    dsl::Entry entry{
        .name = "audio",
        .kind = dsl::EntryKind::source,
        .doc = "Windows of sound from files, sample by sample.",
        .details =
            "WAV, FLAC, Ogg and what else libsndfile reads; full scale is -1 to 1, and channels are "
            "averaged. "
            "Each example is length x 1. The files that match the pattern are joined in the order of their "
            "paths. An epoch is one pass in windows end to end, which begin at another place each time; "
            "`next(s)` is the same window one sample later. The test split is the last part.",
        .inputs = {},
        .arguments = {file_argument("files", "which files: a name, or a pattern such as \"*.wav\""),
                      length_argument("samples in a window", 256), std::move(rate), holdout_argument()},
        .type = {},
        .example = "data s = audio(\"voice.wav\", length = 256, rate = 8000)",
        .sequential = true};
    entry.absent = [source_of](const dsl::Arguments& arguments) {
        return data::audio_absent(source_of(arguments));
    };
    return read_source(std::move(entry), [source_of](const dsl::Arguments& arguments) {
        return data::open_audio(source_of(arguments));
    });
}

}  // namespace

std::vector<Source> audio_sources(const Context& context) {
    return {define_audio(context)};
}

}  // namespace gandsl::sources
