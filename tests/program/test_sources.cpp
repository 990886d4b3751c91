#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <string>

#include "runtime/formats/png.hpp"
#include "tests/program/files.hpp"

/// Models on files of their own, from the statement to the measure.
BOOST_AUTO_TEST_SUITE(sources)

using namespace gandsl::test;

namespace {

// One symbol tells the next in "abcabc...": the model learns it if what follows is what comes one symbol
// later.
const char* const tiny_text = R"(
data text = chars("*.txt", length = 8)

net model(text) {
    embedding(8)
    dense(classes(text))
    softmax
}

train(steps = 60, batch = 8) {
    update model with adam(0.1) { minimize mean(cross_entropy(model(text), next(text))) }
}

measure bits = mean(cross_entropy(model(text), next(text))) / log(2) on test every epoch
)";

/// The last value in a run's log of measures.
double last_measure(const Scratch& scratch, const std::string& run) {
    const std::string last = lines_of(scratch.read(run + "/measures.csv")).back();
    return std::stod(last.substr(last.rfind(',') + 1));
}

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(text_is_learned_and_measured, Scratch) {
    write("text.gan", tiny_text);
    write("1.txt", repeated("abc", 50));
    write("2.txt", repeated("abc", 50));
    const Outcome outcome = gandsl({"run", "text.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.err.empty(), outcome.err);
    BOOST_TEST(
        outcome.out.find("2 files that match *.txt, 300 symbols, 3 of them different\n          32 training "
                         "and 3 test examples") != std::string::npos,
        outcome.out);
    BOOST_TEST(last_measure(*this, "runs/text/latest") < 0.1);  // 1.58 for a guess
}

BOOST_FIXTURE_TEST_CASE(a_short_test_split_is_warned_of, Scratch) {
    write("text.gan", tiny_text);
    write("1.txt", repeated("abc", 20));
    const std::string warning =
        "text.gan:2:13: warning: `chars`: test split shorter than the window: it has 6 steps, and 9 make an "
        "example "
        "and what follows it; nothing can be measured on it [source-warning]";
    const Outcome checked = gandsl({"check", "text.gan"});
    BOOST_TEST(checked.code == 0);
    BOOST_TEST(checked.err.find(warning) == 0, checked.err);
    const Outcome measured = gandsl({"run", "text.gan"});
    BOOST_TEST(measured.code == 1);
    BOOST_TEST(measured.err.find(warning) == 0, measured.err);
    BOOST_TEST(measured.err.find("'bits' wants examples of the test split, but chars has none there") !=
                   std::string::npos,
               measured.err);
    BOOST_TEST(!has("runs"));
    write("text.gan", replaced(tiny_text, "on test", "on train"));
    const Outcome trained = gandsl({"run", "text.gan", "--steps", "2"});
    BOOST_TEST(trained.code == 0, trained.err);
    BOOST_TEST(trained.err.find(warning) == 0, trained.err);
}

BOOST_FIXTURE_TEST_CASE(broken_files_are_pointed_at, Scratch) {
    write("text.gan", tiny_text);
    write("1.txt", "abc\xFF");
    for (const char* command : {"run", "check"}) {
        const Outcome outcome = gandsl({command, "text.gan"});
        BOOST_TEST(outcome.code == 1);
        BOOST_TEST(outcome.err.find("text.gan:2:13: error: this data cannot be used [broken-source]\n") == 0,
                   outcome.err);
        BOOST_TEST(
            outcome.err.find("found:    1.txt is not UTF-8: byte 3 (in line 1) is 0xff") != std::string::npos,
            outcome.err);
        BOOST_TEST(!has("runs"));
    }
}

BOOST_FIXTURE_TEST_CASE(what_follows_a_series_is_one_row_later, Scratch) {
    write("line.gan", R"(
data s = series("line.csv", column = "height", length = 7, holdout = 0.2, scale = none)

net model(s) { dense(1) }

train(steps = 3, batch = 4) {
    update model with adam(1e-3) { minimize sum((next(s) - model(s))^2) }
}

measure rise = sum(next(s) - s) on test every epoch
)");
    std::string rows = "day,height\n";
    for (int day = 0; day < 60; ++day) {
        rows += "d" + std::to_string(day) + "," + std::to_string(3 * day) + "\n";
    }
    write("line.csv", rows);
    const Outcome outcome = gandsl({"run", "line.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(last_measure(*this, "runs/line/latest") == 21);
    write("line.csv", rows + "d60,\n");
    const Outcome empty = gandsl({"run", "line.gan"});
    BOOST_TEST(empty.code == 1);
    BOOST_TEST(empty.err.find("line.gan:2:10: error: this data cannot be used") == 0, empty.err);
    BOOST_TEST(
        empty.err.find("line.csv, line 62: column 'height' is empty; expected a number") != std::string::npos,
        empty.err);
}

BOOST_FIXTURE_TEST_CASE(samples_of_a_scaled_table_are_in_its_units, Scratch) {
    std::string rows = "\"height, cm\",weight\n";
    for (int i = 0; i < 40; ++i) {
        rows += std::to_string(170 + i % 7) + "," + std::to_string(60000 + 100 * (i % 5)) + "\n";
    }
    write("people.csv", rows);
    write("people.gan", R"(
data v = table("people.csv", scale = standard, holdout = 0.3)
latent z ~ normal(2)

net G(z) { dense(2) }
net E(v) { dense(2) }
net D(v) { dense(1) }

train(steps = 2, batch = 8) {
    update D with adam(1e-3) { minimize D(v)^2 + D(G(z))^2 }
    update G with adam(1e-3) { minimize (D(G(z)) - 1)^2 }
    update E with adam(1e-3) { minimize mean((E(v) - z)^2) }
}

sample rows = G(z) as csv(4) every epoch
sample real = v as csv(4) every epoch
sample codes = E(v) as csv(4) every epoch
sample errors = G(z) - v as csv(4) every epoch
)");
    const Outcome outcome = gandsl({"run", "people.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(
        outcome.out.find("sample    rows: in the units of v, its scaling undone\n") != std::string::npos,
        outcome.out);
    BOOST_TEST(outcome.out.find("sample    codes: stays scaled, as it is not told to be a row of v") !=
                   std::string::npos,
               outcome.out);
    const std::string header = "\"height, cm\",weight\n";
    const std::string samples = "runs/people/latest/samples/";
    BOOST_TEST(read(samples + "rows-0001.csv").find(header) == 0);
    BOOST_TEST(read(samples + "codes-0001.csv").find(header) == std::string::npos);
    BOOST_TEST(read(samples + "errors-0001.csv").find(header) == std::string::npos);
    // The data come back as the file has them.
    const std::string data = read(samples + "real-0001.csv");
    BOOST_TEST_REQUIRE(data.find(header) == 0, data);
    std::size_t lines = 0;
    for (std::size_t at = header.size(); at < data.size(); ++lines) {
        const std::size_t end = data.find('\n', at);
        BOOST_TEST(rows.find('\n' + data.substr(at, end - at) + '\n') != std::string::npos, data);
        at = end + 1;
    }
    BOOST_TEST(lines == 4);
    const std::string record = read("runs/people/latest/run.json");
    for (const char* part :
         {"\"scaled\": [", "\"column\": \"height, cm\"", "\"mean\": 173.", "\"deviation\": "}) {
        BOOST_TEST(record.find(part) != std::string::npos, record);
    }
    // Without the file, from the record.
    std::filesystem::remove(*this / "people.csv");
    const Outcome later = gandsl({"sample", "runs/people/latest", "rows"});
    BOOST_TEST(later.code == 0, later.err);
}

BOOST_FIXTURE_TEST_CASE(pictures_that_are_broken_are_left_out, Scratch) {
    write("pictures.gan", R"(
data   x = images("in/*", size = 2, channels = 1, holdout = 0.5, flip = true) or digits()
latent z ~ normal(1)

net G(z: 1) {
    dense(4)
    reshape(1, 2, 2)
}

train(epochs = 1, batch = 1) {
    update G with adam(1e-3) { minimize sum((G(z) - x)^2) }
}

sample seen = x as grid(1, 1) every epoch
)");
    std::filesystem::create_directory(*this / "in");
    const gandsl::formats::Image image{2, 2, 1, {0, 255, 100, 200}};
    gandsl::formats::write_png(*this / "in/a.png", image);
    gandsl::formats::write_png(*this / "in/b.png", image);
    write("in/notes.txt", "no picture");
    write("in/c.png", read("in/a.png").substr(0, 50));
    const std::string warning =
        "pictures.gan:2:12: warning: `images`: left out 2 of 4 files, which cannot be read as pictures "
        "[source-warning]";
    const Outcome checked = gandsl({"check", "pictures.gan"});
    BOOST_TEST(checked.code == 0);
    BOOST_TEST(checked.err.find(warning) == 0, checked.err);
    const Outcome outcome = gandsl({"run", "pictures.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(outcome.err.find(warning) == 0, outcome.err);
    BOOST_TEST(outcome.err.find("found:    in/c.png is no whole PNG picture: ") != std::string::npos,
               outcome.err);
    BOOST_TEST(outcome.err.find("in/notes.txt is neither PNG nor JPEG") != std::string::npos, outcome.err);
    BOOST_TEST(outcome.out.find("2 pictures that match in/*\n          1 training and 1 test examples") !=
                   std::string::npos,
               outcome.out);
    const Outcome resumed =
        gandsl({"run", "pictures.gan", "--epochs", "2", "--resume", "runs/pictures/latest"});
    BOOST_TEST(resumed.code == 0, resumed.err);

    const std::string text = read("pictures.gan");
    write("pictures.gan", replaced(text, "flip = true", "on_error = fail"));
    const Outcome failed = gandsl({"run", "pictures.gan"});
    BOOST_TEST(failed.code == 1);
    BOOST_TEST(failed.err.find("in/c.png is no whole PNG picture") != std::string::npos, failed.err);
    write("pictures.gan", replaced(text, "in/*", "out/*"));
    const Outcome other = gandsl({"run", "pictures.gan", "--steps", "1"});
    BOOST_TEST(other.err.find("1 x 28 x 28") != std::string::npos, "no digits took over: " << other.err);
}

BOOST_AUTO_TEST_SUITE_END()
