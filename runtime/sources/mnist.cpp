#include "runtime/data/mnist.hpp"

#include "autodiff/error.hpp"
#include "models/records.hpp"
#include "runtime/sources/support.hpp"

namespace gandsl::sources {

namespace {

// MNIST and the sets made to take its place differ in name only.
Source define_like_mnist(const Context& context, const std::string& name, const std::string& files,
                         const dsl::Type& label, std::string doc, std::string details) {
    Source source;
    source.entry = {.name = name,
                    .kind = dsl::EntryKind::source,
                    .doc = std::move(doc),
                    .details = std::move(details),
                    .inputs = {},
                    .arguments = {range_argument()},
                    .type =
                        [label](dsl::TypeCall& call) {
                            range_of(call.arguments);
                            return std::vector<dsl::Type>{{.shape = {1, 28, 28}, .classes = {}}, label};
                        },
                    .example = "data x, y = " + name + "(range = [-1, 1])"};
    source.entry.instead = "digits(range = [-1, 1])";
    source.entry.absent = [context, files](const dsl::Arguments&) -> std::optional<std::string> {
        const data::MnistSearch search = data::find_mnist(files, context.places);
        return search.files ? std::nullopt : std::optional(search.absent);
    };
    source.open = [context, name, files](const dsl::Arguments& arguments) {
        const data::MnistSearch search = data::find_mnist(files, context.places);
        if (!search.files) {
            throw Error(ErrorCode::file, name + ": " + search.absent);
        }
        return data::open_mnist(name, *search.files, range_of(arguments));
    };
    return source;
}

const char* const places =
    "The four IDX files, gzipped or not, are looked for in --data DIR, $GANDSL_DATA, the user's cache folder "
    "and "
    "/usr/share/datasets. 60,000 training and 10,000 test examples: a picture of 1 x 28 x 28 and a label of "
    "10 "
    "classes.";

Source define_mnist(const Context& context) {
    return define_like_mnist(context, "mnist", "mnist", digit_label(),
                             "Handwritten digits (LeCun et al., 1998).", places);
}

Source define_fashion_mnist(const Context& context) {
    return define_like_mnist(
        context, "fashion_mnist", "fashion-mnist",
        {.shape = {},
         .classes = dsl::Classes(10, {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal",
                                      "Shirt", "Sneaker", "Bag", "Ankle boot"})},
        "Photographs of clothes (Xiao et al., 2017; Debian package dataset-fashion-mnist).", places);
}

Source define_idx(const Context& context) {
    const auto source_of = [context](const dsl::Arguments& arguments) {
        data::IdxSource idx{.images = models::text(arguments, "images"),
                            .labels = {},
                            .folder = context.folder,
                            .range = range_of(arguments),
                            .holdout = models::number(arguments, "holdout")};
        if (models::has(arguments, "labels")) {
            idx.labels = models::text(arguments, "labels");
        }
        return idx;
    };
    dsl::Entry entry{.name = "idx",
                     .kind = dsl::EntryKind::source,
                     .doc = "Pictures and labels from files in the format of MNIST.",
                     .details = "Files may be gzipped. The number of classes is the largest label + 1.",
                     .inputs = {},
                     .arguments = {{.name = "images",
                                    .kind = dsl::ArgumentKind::text,
                                    .doc = "the file of pictures, relative to the .gan file"},
                                   {.name = "labels",
                                    .kind = dsl::ArgumentKind::text,
                                    .doc = "the file of labels, if there is one",
                                    .fallback = models::absent()},
                                   range_argument(),
                                   holdout_argument()},
                     .type = {},
                     .example = "data x, y = idx(images = \"images.gz\", labels = \"labels.gz\")"};
    entry.absent = [source_of](const dsl::Arguments& arguments) {
        return data::idx_absent(source_of(arguments));
    };
    return read_source(std::move(entry), [source_of](const dsl::Arguments& arguments) {
        return data::open_idx(source_of(arguments));
    });
}

}  // namespace

std::vector<Source> mnist_sources(const Context& context) {
    return {define_mnist(context), define_fashion_mnist(context), define_idx(context)};
}

}  // namespace gandsl::sources
