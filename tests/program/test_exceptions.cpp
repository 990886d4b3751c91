#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <functional>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include "autodiff/error.hpp"
#include "dsl/check.hpp"
#include "runtime/data/reader.hpp"
#include "runtime/loading/load.hpp"
#include "runtime/program/exit_code.hpp"
#include "runtime/sources/support.hpp"
#include "tests/program/files.hpp"

/// Whatever is thrown, wherever: the program says it and ends with an exit code.
BOOST_AUTO_TEST_SUITE(exceptions)

using namespace gandsl;
using test::Outcome;
using test::Scratch;

namespace {

struct Thrown {
    const char* name;
    std::function<void()> act;
    int code;  ///< of the program
};

std::vector<Thrown> all_kinds() {
    return {
        {"Error", [] { throw Error(ErrorCode::file, "torn"); }, 1},
        {"Error(internal)", [] { throw Error(ErrorCode::internal, "torn"); }, 70},
        {"Diagnostic",
         [] {
             throw dsl::diagnostics::refused_argument("images", "channels", std::to_string(2),
                                                      dsl::diagnostics::Form::grey_or_colour);
         },
         1},
        {"bad_alloc", [] { throw std::bad_alloc(); }, 1},
        {"system_error",
         [] {
             throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again), "torn");
         },
         1},
        {"filesystem_error",
         [] {
             throw std::filesystem::filesystem_error("torn", "a.png",
                                                     std::make_error_code(std::errc::io_error));
         },
         1},
        {"logic_error", [] { throw std::logic_error("torn"); }, 70},
        {"int", [] { throw 7; }, 70},
    };
}

data::Description described() {
    data::Description description;
    description.source = "torn";
    description.fields = {data::Field{"x", {2}, std::nullopt}};
    description.train_count = 10;
    description.test_count = 2;
    return description;
}

// Throws when the fourth example is read.
class TornDataset final : public data::Dataset {
  public:
    explicit TornDataset(std::function<void()> act) : description_(described()), act_(std::move(act)) {}
    const data::Description& description() const override { return description_; }
    void read(const data::Example& example, std::span<const std::span<float>>) const override {
        if (example.index == 3) {
            act_();
        }
    }

  private:
    data::Description description_;
    std::function<void()> act_;
};

// What a file comes to whose source throws while it is opened.
int check_with(const std::function<void()>& act) {
    std::vector<sources::Source> list = sources::all({});
    list.push_back(sources::read_source({.name = "torn",
                                         .kind = dsl::EntryKind::source,
                                         .doc = "Throws.",
                                         .inputs = {},
                                         .type = {},
                                         .example = "data x = torn()"},
                                        [act](const dsl::Arguments&) -> data::DatasetPointer {
                                            act();
                                            return nullptr;
                                        }));
    const dsl::Catalogue catalogue = loading::catalogue(list);
    return program::exit_code([&] {
        const dsl::CheckResult result = dsl::check("data x = torn()\n", catalogue);
        BOOST_TEST_REQUIRE(!result.diagnostics.empty());
        BOOST_TEST(result.diagnostics[0].span.has_value());
        return result.program ? 0 : 1;
    });
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_passes_main) {
    for (const Thrown& each : all_kinds()) {
        BOOST_TEST_CONTEXT(each.name) {
            const int code = program::exit_code([&] {
                each.act();
                return 0;
            });
            BOOST_TEST(code == each.code);
        }
    }
    BOOST_TEST(program::exit_code([] { return 0; }) == 0);
}

BOOST_AUTO_TEST_CASE(a_source_that_cannot_be_opened_is_said) {
    for (const Thrown& each : all_kinds()) {
        BOOST_TEST_CONTEXT(each.name) {
            BOOST_TEST(check_with(each.act) == each.code);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_reading_thread_hands_over_what_is_thrown) {
    for (const Thrown& each : all_kinds()) {
        BOOST_TEST_CONTEXT(each.name) {
            const int code = program::exit_code([&] {
                const auto dataset = std::make_shared<TornDataset>(each.act);
                data::Reader::Options options;
                options.batch = 5;
                options.queue = 2;
                options.field_count = 1;
                data::Reader reader(dataset, data::Order{1, 10, 0}, options);
                data::Batch batch;
                for (int step = 0; step < 3; ++step) {
                    reader.next(batch);
                }
                return 0;
            });
            BOOST_TEST(code == each.code);
        }
    }
}

BOOST_AUTO_TEST_CASE(threads_of_a_source_hand_over_what_is_thrown) {
    for (const Thrown& each : all_kinds()) {
        BOOST_TEST_CONTEXT(each.name) {
            const int code = program::exit_code([&] {
                sources::workers(3).run(8, [&](std::size_t part) {
                    if (part == 5) {
                        each.act();
                    }
                });
                return 0;
            });
            BOOST_TEST(code == each.code);
        }
    }
}

namespace {

struct HostileSource {
    const char* statement;
    const char* file;
    std::string content;
};

std::vector<HostileSource> hostile_sources() {
    const std::string bytes = std::string("\x7F\x00\xFF\xFE\x00\x01", 6) + std::string(2000, '\xEE');
    return {
        {"data x = images(\"f.png\", size = 8, on_error = fail)", "f.png", bytes},
        {"data x = images(\"f.png\", size = 8, channels = 2)", "f.png", bytes},
        {"data x = images(\"f.png\", size = 8, range = [2, 1])", "f.png", bytes},
        {"data x = idx(images = \"f.idx\")", "f.idx", bytes},
        {"data x = idx(images = \"f.idx\", range = [1, 1])", "f.idx", bytes},
        {"data x = npy(\"f.npy\")", "f.npy", bytes},
        {"data x = table(\"f.csv\")", "f.csv", bytes},
        {"data x = series(\"f.csv\")", "f.csv", bytes},
        {"data x = chars(\"f.txt\")", "f.txt", bytes},
        {"data x = audio(\"f.wav\")", "f.wav", bytes},
        {"data x = digits(range = [2, 1])", "f", ""},
        {"data x = faces(size = 8, range = [2, 1])", "f", ""},
        {"data x = mnist(range = [2, 1])", "f", ""},
        {"data x = fashion_mnist(range = [0, 0]) or digits(range = [-1, 1])", "f", ""},
        {"data x = digits(range = [-3e38, 3e38])", "f", ""},
    };
}

}  // namespace

BOOST_AUTO_TEST_CASE(hostile_data_is_refused_at_its_place) {
    for (const HostileSource& each : hostile_sources()) {
        const Scratch scratch;
        scratch.write(each.file, each.content);
        scratch.write("m.gan", std::string(each.statement) +
                                   "\nnet F(x) { flatten | dense(1) }\n"
                                   "train(steps = 1) { update F with sgd(1e-3) { minimize F(x)^2 } }\n");
        for (const char* command : {"check", "run"}) {
            const Outcome outcome = scratch.gandsl({command, "m.gan"});
            BOOST_TEST(outcome.code == 1, each.statement << "\n" << outcome.err);
            BOOST_TEST(outcome.err.find("m.gan:1:") != std::string::npos, each.statement << "\n"
                                                                                         << outcome.err);
        }
        BOOST_TEST(!scratch.has("runs"));
    }
}

BOOST_AUTO_TEST_CASE(a_sink_that_cannot_write_is_said) {
    const Scratch scratch;
    scratch.write("verse.txt", std::string(200, 'a') + std::string(200, 'b'));
    scratch.write("m.gan", R"(data x = digits(count = 60)
data t = chars("verse.txt", length = 4)
net F(x) { flatten | dense(1) }
train(steps = 1, batch = 4) { update F with sgd(1e-3) { minimize F(x)^2 } }
sample picture = x as grid(2, 2) every epoch
sample words   = t as text every epoch
sample rows    = flatten(x) as csv(2) every epoch
sample array   = x as npy(2) every epoch
)");
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "m.gan"}).code == 0);
    std::filesystem::create_directory(scratch / "folder");
    for (const char* name : {"picture", "words", "rows", "array"}) {
        const Outcome into_folder = scratch.gandsl({"sample", "runs/m/001", name, "--out", "folder"});
        BOOST_TEST(into_folder.code == 1, name << into_folder.err);
        const Outcome nowhere = scratch.gandsl({"sample", "runs/m/001", name, "--out", "absent/file"});
        BOOST_TEST(nowhere.code == 1, name << nowhere.err);
        BOOST_TEST(nowhere.err.find("absent") != std::string::npos, nowhere.err);
        if (std::filesystem::exists("/dev/full")) {
            BOOST_TEST(scratch.gandsl({"sample", "runs/m/001", name, "--out", "/dev/full"}).code == 1);
        }
    }
}

BOOST_AUTO_TEST_CASE(options_of_a_sample_are_held_to_the_rules_of_check) {
    const Scratch scratch;
    scratch.write("m.gan", R"(option low = -1
option wide = 3
option name = "relu"
data x = digits(range = [low, 1], count = 60)
net F(x) { flatten | dense(wide) | relu | dense(1) }
train(steps = 2, batch = 8) { update F with sgd(0.1) { minimize (F(x) - 1)^2 } }
measure e = F(x)^2 on test every epoch
sample s = x as grid(2, 2) every epoch
)");
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "m.gan"}).code == 0);
    const std::vector<std::vector<std::string>> mistakes = {
        {"low=2"},     {"low=text"}, {"low="},   {"low"},     {"low=nan"},    {"low=inf"},
        {"low=1e400"}, {"lwo=1"},    {"wide=0"}, {"wide=-1"}, {"wide=2.5"},   {"wide=1e18"},
        {"wide=true"}, {"=1"},       {"wide=5"}, {"low=1"},   {"low=[0, 1]"}, {"low=-1", "low=2"},
    };
    for (const std::vector<std::string>& settings : mistakes) {
        for (const bool best : {false, true}) {
            std::vector<std::string> words = {"sample", "runs/m/001"};
            if (best) {
                words.emplace_back("--best");
            }
            for (const std::string& setting : settings) {
                words.insert(words.end(), {"--set", setting});
            }
            const Outcome outcome = scratch.gandsl(words);
            BOOST_TEST(outcome.code == 1, settings.back() << "\n" << outcome.err);
            BOOST_TEST(outcome.err.find("error: ") != std::string::npos, settings.back() << "\n"
                                                                                         << outcome.err);
            BOOST_TEST(outcome.err.find("internal") == std::string::npos, settings.back() << "\n"
                                                                                          << outcome.err);
        }
    }
    // To the letter, but for the name of the file.
    Outcome checked = scratch.gandsl({"check", "m.gan", "--set", "low=2"});
    Outcome sampled = scratch.gandsl({"sample", "runs/m/001", "--set", "low=2"});
    const auto after_name = [](const std::string& text) { return text.substr(text.find(".gan:")); };
    BOOST_TEST(after_name(test::lines_of(checked.err).at(0)) ==
               after_name(test::lines_of(sampled.err).at(0)));
    BOOST_TEST(!scratch.has("s.png"));
}

BOOST_AUTO_TEST_SUITE_END()
