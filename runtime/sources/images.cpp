#include "runtime/data/images.hpp"

#include <utility>

#include "dsl/diagnostics.hpp"
#include "models/records.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

namespace {

dsl::Argument share(const char* name, const char* doc, double max) {
    return models::by_name(models::number_argument(name, doc, models::value_of(0.0), 0, max));
}

Source define_images(const Context& context) {
    const auto source_of = [context](const dsl::Arguments& arguments) {
        const std::size_t channels = size_of(arguments, "channels");
        if (channels == 2) {
            throw dsl::diagnostics::refused_argument("images", "channels", std::to_string(channels),
                                                     dsl::diagnostics::Form::grey_or_colour);
        }
        return data::ImagesSource{.files = models::text(arguments, "files"),
                                  .folder = context.folder,
                                  .size = size_of(arguments, "size"),
                                  .channels = channels,
                                  .range = range_of(arguments),
                                  .augmentation = {.flip = models::boolean(arguments, "flip"),
                                                   .rotate = models::number(arguments, "rotate"),
                                                   .zoom = models::number(arguments, "zoom"),
                                                   .crop = models::number(arguments, "crop")},
                                  .skip_broken = models::text(arguments, "on_error") == "skip",
                                  .holdout = models::number(arguments, "holdout"),
                                  .workers = workers(context.threads)};
    };
    dsl::Argument channels =
        models::by_name(models::integer_argument("channels", "1: grey, 3: colour", models::value_of(3.0), 1));
    channels.max = 3;
    dsl::Argument size =
        models::by_name(models::integer_argument("size", "sides of the square each becomes"));
    size.max = 4096;
    dsl::Entry entry{
        .name = "images",
        .kind = dsl::EntryKind::source,
        .doc = "Pictures from files, PNG or JPEG.",
        .details =
            "Each example is the middle square of a picture as channels x size x size: every pixel is the "
            "mean of "
            "what it covers, or lies bilinearly between others where a picture is enlarged. Transparent "
            "pictures "
            "are laid on white, and photographs stand as the camera was held. The files are those that match "
            "the "
            "pattern, in the order of their paths: in a name `*` stands for any letters, `?` for one, and "
            "`**` for "
            "any folders. The training split is varied anew in each epoch as `flip`, `rotate`, `zoom` and "
            "`crop` "
            "say, mirrored beyond the border; the test split, picked from the files once and for all, never "
            "is.",
        .inputs = {},
        .arguments = {file_argument("files", "which files: a pattern such as \"faces/*.png\""),
                      std::move(size), std::move(channels), range_argument(),
                      models::by_name(
                          models::boolean_argument("flip", "mirrors left and right at random", false)),
                      share("rotate", "turns by up to so many degrees to either side", 180),
                      share("zoom", "enlarges by up to this share", 10),
                      share("crop", "shifts by up to this share of the side, across and down", 1),
                      models::choice_argument(
                          "on_error",
                          "skip: files that are no whole pictures are named and left out; fail: "
                          "they are an error",
                          "skip", {"skip", "fail"}),
                      holdout_argument()},
        .type = {},
        .example = "data x = images(\"faces/*.png\", size = 64, range = [-1, 1], flip = true)"};
    entry.validate = [source_of](const dsl::Arguments& arguments) { source_of(arguments); };
    entry.instead = "faces(size = 64, range = [-1, 1])";
    entry.absent = [source_of](const dsl::Arguments& arguments) {
        return data::images_absent(source_of(arguments));
    };
    return read_source(std::move(entry), [source_of](const dsl::Arguments& arguments) {
        return data::open_images(source_of(arguments));
    });
}

}  // namespace

std::vector<Source> images_sources(const Context& context) {
    return {define_images(context)};
}

}  // namespace gandsl::sources
