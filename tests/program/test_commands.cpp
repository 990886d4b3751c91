#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/program/files.hpp"

/// check, fmt, help, time and the program without a command.
BOOST_AUTO_TEST_SUITE(commands)

using namespace gandsl::test;

namespace {

using Names = std::vector<std::string>;

std::filesystem::path zoo() {
    const char* root = std::getenv("GANDSL_SOURCE");
    return std::filesystem::path(root == nullptr ? "." : root) / "models";
}

// The line that begins with these words, white space apart.
std::string line_with(const std::string& text, const std::string& begin) {
    for (const std::string& line : lines_of(text)) {
        const std::size_t first = line.find_first_not_of(' ');
        if (first != std::string::npos && line.substr(first).starts_with(begin)) {
            return line;
        }
    }
    return "no line begins with " + begin;
}

}  // namespace

BOOST_AUTO_TEST_CASE(without_words_it_explains_itself) {
    const Scratch scratch;
    for (const Names& words : {Names{}, Names{"--help"}, Names{"-h"}}) {
        const Outcome outcome = scratch.gandsl(words);
        BOOST_TEST(outcome.code == 0);
        BOOST_TEST(outcome.err == "");
        for (const char* command : {"new", "run", "check", "sample", "time", "gradcheck", "fmt", "help"}) {
            BOOST_TEST(contains(outcome.out, std::string("\n  ") + command + " "), outcome.out);
        }
    }
    for (const char* command : {"new", "run", "check", "sample", "time", "gradcheck", "fmt", "help"}) {
        const Outcome outcome = scratch.gandsl({command, "--help"});
        BOOST_TEST(outcome.code == 0);
        BOOST_TEST(contains(outcome.out, std::string("Usage: gandsl ") + command), outcome.out);
    }
    BOOST_TEST(scratch.gandsl({"--version"}).out.starts_with("gandsl "));
}

BOOST_AUTO_TEST_CASE(the_help_of_run_lists_every_option_of_the_file) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome = scratch.gandsl({"run", "tiny.gan", "--help"});
    BOOST_TEST(outcome.code == 0);
    for (const char* option :
         {"--set", "--epochs", "--steps", "--batch", "--seed", "--threads", "--data", "--out", "--resume"}) {
        BOOST_TEST(contains(outcome.out, std::string("  ") + option + " "), outcome.out);
    }
    BOOST_TEST(contains(outcome.out, "rate = 0.001    of both nets"), outcome.out);
    scratch.write("more.gan",
                  replaced(tiny_gan, "option rate",
                           "option a_long_name = \"x\"    # says so\noption bare = true\noption rate"));
    const Outcome more = scratch.gandsl({"run", "more.gan", "--help"});
    BOOST_TEST(contains(more.out,
                        "  a_long_name = \"x\"    says so\n"
                        "  bare = true\n"
                        "  rate = 0.001         of both nets\n"),
               more.out);
    BOOST_TEST(!scratch.has("runs"));
}

BOOST_AUTO_TEST_CASE(check_shows_nets_costs_and_memory) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome = scratch.gandsl({"check", "tiny.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    // 8 * 16 + 16 and 16 * 784 + 784; 784 * 16 + 16 and 16 + 1.
    BOOST_TEST(contains(outcome.out, "net G: 8 -> 1 x 28 x 28, 13,472 parameters\n"), outcome.out);
    BOOST_TEST(contains(outcome.out, "net D: 1 x 28 x 28 -> 1, 12,577 parameters\n"), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "reshape"), " 1 x 28 x 28"), outcome.out);
    BOOST_TEST(contains(outcome.out, " 13,328\n"), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "update D"), "FLOP a step"), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "update G"), "FLOP a step"), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "batch 32 "), " kernels"), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "memory "), "B for weights and moments"), outcome.out);
    for (const std::string& line : lines_of(outcome.out)) {
        BOOST_TEST(!line.ends_with(" "), "'" << line << "'");
    }
    BOOST_TEST(contains(scratch.gandsl({"check", "tiny.gan", "--batch", "7"}).out, "\nbatch 7 "));
    BOOST_TEST(!scratch.has("runs"));
}

BOOST_AUTO_TEST_CASE(check_reports_all_errors_at_once) {
    const Scratch scratch;
    scratch.write("bad.gan",
                  "data x = digits()\n"
                  "latent z ~ normal(8)\n"
                  "net G(z) {\n"
                  "    dens(16)\n"
                  "    dense(784)\n"
                  "    reshape(1, 28, 27)\n"
                  "}\n"
                  "train(epochs = 1, batch = 8) {\n"
                  "    update G with adm(1e-3) { minimize mean(G(z)) + q }\n"
                  "}\n");
    const Outcome outcome = scratch.gandsl({"check", "bad.gan"});
    BOOST_TEST(outcome.code == 1);
    BOOST_TEST(outcome.out == "");
    BOOST_TEST(contains(outcome.err, "bad.gan:4:5: error: "), outcome.err);
    BOOST_TEST(contains(outcome.err, "    dens(16)\n"), outcome.err);
    BOOST_TEST(contains(outcome.err, "^^^^"), outcome.err);
    BOOST_TEST(contains(outcome.err, "dense"), outcome.err);
    BOOST_TEST(contains(outcome.err, "bad.gan:9:19: error: "), outcome.err);
    BOOST_TEST(contains(outcome.err, "adam"), outcome.err);
    BOOST_TEST(contains(outcome.err, " errors in bad.gan\n"), outcome.err);
}

BOOST_AUTO_TEST_CASE(every_model_of_the_zoo_checks) {
    const Scratch scratch;
    std::set<std::string> seen;
    for (const auto& entry : std::filesystem::directory_iterator(zoo())) {
        if (entry.path().extension() != ".gan") {
            continue;
        }
        const Outcome outcome = scratch.gandsl({"check", entry.path().string()});
        BOOST_TEST(outcome.code == 0, entry.path().filename().string() << ": " << outcome.err);
        BOOST_TEST(outcome.err == "");
        seen.insert(entry.path().stem().string());
    }
    for (const char* name : {"mnist", "fashion", "mlp_gan"}) {
        BOOST_TEST(seen.count(name) == 1U);
    }
}

BOOST_AUTO_TEST_CASE(fmt_prints_one_form_and_leaves_it_alone) {
    const Scratch scratch;
    const std::string untidy = replaced(replaced(tiny_gan, "    dense(784)\n", "  dense( 784 )   \n"),
                                        "beta1 = 0.5) {\n        real", "beta1=0.5)   {\n        real");
    scratch.write("untidy.gan", untidy);
    const Outcome printed = scratch.gandsl({"fmt", "untidy.gan"});
    BOOST_TEST_REQUIRE(printed.code == 0, printed.err);
    BOOST_TEST(printed.out != untidy);
    BOOST_TEST(contains(printed.out, "    dense(784)\n"), printed.out);
    BOOST_TEST(scratch.read("untidy.gan") == untidy);
    scratch.write("tidy.gan", printed.out);
    BOOST_TEST(scratch.gandsl({"fmt", "tidy.gan"}).out == printed.out);
    const Outcome written = scratch.gandsl({"fmt", "--write", "untidy.gan"});
    BOOST_TEST(written.code == 0);
    BOOST_TEST(written.out == "");
    BOOST_TEST(scratch.read("untidy.gan") == printed.out);

    scratch.write("broken.gan", "net G( {\n");
    const Outcome broken = scratch.gandsl({"fmt", "--write", "broken.gan"});
    BOOST_TEST(broken.code == 1);
    BOOST_TEST(contains(broken.err, "broken.gan:1:"), broken.err);
    BOOST_TEST(scratch.read("broken.gan") == "net G( {\n");
}

BOOST_AUTO_TEST_CASE(help_explains_what_the_catalogue_has) {
    const Scratch scratch;
    for (const char* command : {"run", "time"}) {
        BOOST_TEST(scratch.gandsl({"help", command}).out == scratch.gandsl({command, "--help"}).out);
    }
    const Outcome list = scratch.gandsl({"help"});
    BOOST_TEST(list.code == 0);
    for (const char* name :
         {"dense", "conv_transpose", "digits", "adam", "grid", "stop_gradient", "glorot", "normal"}) {
        BOOST_TEST(contains(list.out, std::string("\n  ") + name + " "), name);
    }
    for (const std::string& line : lines_of(list.out)) {
        BOOST_TEST(line.size() <= 80U, line);
    }
    const Outcome page = scratch.gandsl({"help", "conv"});
    BOOST_TEST(page.code == 0);
    BOOST_TEST(page.out.starts_with("conv(x, filters, kernel = 3,"), page.out);
    BOOST_TEST(contains(page.out, "For example:"), page.out);
    // One name, two things.
    const Outcome both = scratch.gandsl({"help", "npy"});
    BOOST_TEST(contains(both.out, "data x = npy("), both.out);
    BOOST_TEST(contains(both.out, " as npy("), both.out);
    BOOST_TEST(both.out.starts_with("npy is a data source and a sink of samples.\n"), both.out);
    const Outcome sample = scratch.gandsl({"help", "sample"});
    BOOST_TEST(sample.out.starts_with("sample is a command and a statement.\n"), sample.out);
    BOOST_TEST(contains(sample.out, scratch.gandsl({"sample", "--help"}).out), sample.out);
    for (const auto& [word, instead] : std::vector<std::pair<const char*, const char*>>{
             {"convv", "did you mean 'conv'?"},
             {"BatchNorm2d", "did you mean 'batch_norm'?"},
             {"convolution", "write `conv(filters, kernel = 3)`"},
             {"minimise", "write `minimize`"},
             {"sort", "there is none; `min`, `mean` and `max` say how numbers lie"},
             {"repeatt", "did you mean 'repeat'?"}}) {
        const Outcome unknown = scratch.gandsl({"help", word});
        BOOST_TEST(unknown.code == 1);
        BOOST_TEST(unknown.err ==
                   std::string("gandsl: error: nothing is called '") + word + "'; " + instead + "\n");
    }
}

BOOST_AUTO_TEST_CASE(help_explains_every_word_of_the_grammar_with_a_file_that_passes) {
    const Scratch scratch;
    for (const char* word :
         {"option", "data",   "latent",   "net",      "layer", "train", "measure", "sample", "update",
          "repeat", "return", "minimize", "maximize", "with",  "or",    "as",      "every",  "true",
          "false",  "on",     "from",     "average",  "label", "row",   "column",  "next",   "continue"}) {
        const Outcome page = scratch.gandsl({"help", word});
        BOOST_TEST(page.code == 0, page.err);
        const std::string heading = "\n  For example:\n";
        const std::size_t begin = page.out.rfind(heading);
        if (begin == std::string::npos) {
            BOOST_TEST(word == std::string("from"));  // it wants a run
            continue;
        }
        for (const std::string& line : lines_of(page.out)) {
            BOOST_TEST(line.size() <= 120U, line);
        }
        const std::string example = page.out.substr(begin + heading.size());
        if (contains(example, "train(")) {  // words of the grammar have a whole file, functions a call
            scratch.write("example.gan", example);
            const Outcome checked = scratch.gandsl({"check", "example.gan"});
            BOOST_TEST(checked.code == 0, word << ":\n" << checked.err);
            BOOST_TEST(checked.err == "", word);
        }
    }
}

BOOST_AUTO_TEST_CASE(time_says_where_a_step_goes) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome = scratch.gandsl({"time", "tiny.gan", "--seconds", "0.05"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(contains(outcome.out, " ms a step (median of "), outcome.out);
    BOOST_TEST(contains(outcome.out, " examples a second, batch 32, "), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "matmul"), "%"), outcome.out);
    BOOST_TEST(contains(outcome.out, "%  matmul 32x784 * 784x16 -> 32x16\n"), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "peak: "), "sgemm of 1024 x 1024 in the same run"),
               outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "replay: "), " kernels, "), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "memory: "), " at most"), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "moved: "), "B a step"), outcome.out);
    BOOST_TEST(contains(line_with(outcome.out, "data: "), " ms to read the examples of one step"),
               outcome.out);
    double shares = 0;
    bool table = false;  // the first of the two
    for (const std::string& line : lines_of(outcome.out)) {
        table = line.starts_with("operation ") || (table && !line.empty());
        const std::size_t sign = line.find('%');
        if (table && sign != std::string::npos) {
            shares += std::stod(line.substr(line.find_last_of(' ', sign)));
        }
    }
    BOOST_TEST(shares == 100, boost::test_tools::tolerance(0.02));
    BOOST_TEST(!scratch.has("runs"));
}

BOOST_AUTO_TEST_CASE(time_prints_its_figures_as_json) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome = scratch.gandsl({"time", "tiny.gan", "--steps", "7", "--threads", "2", "--json"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    const auto json = nlohmann::json::parse(outcome.out);
    BOOST_TEST(json["batch"] == 32);
    BOOST_TEST(json["threads"] == 2);
    BOOST_TEST(json["parameters"] == 13472 + 12577);
    BOOST_TEST(json["step_ms"].size() == 7U);
    BOOST_TEST(json["median_ms"] > 0);
    BOOST_TEST(json["reader_ms"] >= 0);
    BOOST_TEST(json["sgemm_gflops"] > 0);
    BOOST_TEST(!json.at("blas_kernels").get<std::string>().empty());
    BOOST_TEST(json["replay"]["between_kernels_ms"] > 0);
    BOOST_TEST(json["replay"]["share"] > 0);
    const auto& memory = json["memory"];
    BOOST_TEST(memory["peak_bytes"] > memory["arena_bytes"].get<double>());
    BOOST_TEST(memory["arena_bytes"] <= memory["buffer_bytes"].get<double>());
    double shares = 0;
    double products = 0;
    double calls = 0;
    for (const auto& operation : json["operations"]) {
        shares += operation["share"].get<double>();
        calls += operation["calls"].get<double>();
        products += operation["operation"] == "matmul" ? operation["share"].get<double>() : 0;
    }
    BOOST_TEST(shares == 1, boost::test_tools::tolerance(1e-9));
    // Copies of states are no kernels.
    BOOST_TEST(calls >= json["kernels"].get<double>());
    for (const auto& product : json["products"]) {
        BOOST_TEST(product["operation"] == "matmul");
        BOOST_TEST(product["of_peak"] > 0);
        products -= product["share"].get<double>();
    }
    BOOST_TEST(std::abs(products) < 1e-9);
    // Every kernel reads or writes at least one number; weights and moments are written in every step.
    BOOST_TEST(memory["moved_bytes"] > memory["state_bytes"].get<double>());
}

BOOST_AUTO_TEST_CASE(time_measures_whole_steps_alone) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome =
        scratch.gandsl({"time", "tiny.gan", "--steps", "3", "--no-profile", "--json", "--batch", "5"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    const auto json = nlohmann::json::parse(outcome.out);
    BOOST_TEST(json["step_ms"].size() == 3U);
    BOOST_TEST(json["batch"] == 5);
    BOOST_TEST(!json.contains("operations"));
    BOOST_TEST(!json.contains("sgemm_gflops"));
    const Outcome text = scratch.gandsl({"time", "tiny.gan", "--steps", "3", "--no-profile"});
    BOOST_TEST(contains(text.out, " ms a step (median of 3), "), text.out);
    BOOST_TEST(!contains(text.out, "GFLOP"), text.out);
}

#if defined(__x86_64__)
BOOST_AUTO_TEST_CASE(time_names_the_kernels_that_were_asked_of_openblas) {
    const Scratch scratch;
    scratch.write("tiny.gan", tiny_gan);
    const Outcome outcome =
        run({{"time", "tiny.gan", "--steps", "3"}, scratch.path(), {{"OPENBLAS_CORETYPE", "Nehalem"}}});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    BOOST_TEST(contains(line_with(outcome.out, "peak: "), "OpenBLAS's kernels for Nehalem;"), outcome.out);
}
#endif

BOOST_AUTO_TEST_SUITE_END()
