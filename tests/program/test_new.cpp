#include <boost/test/unit_test.hpp>

#include "tests/program/files.hpp"

/// gandsl new.
BOOST_AUTO_TEST_SUITE(templates)

using namespace gandsl::test;

namespace {

// The names in the list that `gandsl new` prints.
std::vector<std::string> listed(const Scratch& scratch) {
    const Outcome outcome = scratch.gandsl({"new"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    std::vector<std::string> names;
    for (const std::string& line : lines_of(outcome.out)) {
        if (line.starts_with("  ")) {
            names.push_back(line.substr(2, line.find(' ', 2) - 2));
            BOOST_TEST(line.size() > 20U, "says what it is: " << line);
        }
    }
    return names;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_template_checks_and_is_in_standard_form) {
    const Scratch scratch;
    const std::vector<std::string> names = listed(scratch);
    BOOST_TEST(names.size() >= 12U);
    for (const std::string& name : names) {
        const Outcome written = scratch.gandsl({"new", name});
        BOOST_TEST_REQUIRE(written.code == 0, written.err);
        BOOST_TEST(contains(written.out, "gandsl run " + name + ".gan"), written.out);
        const std::string file = scratch.read(name + ".gan");
        BOOST_TEST(file.starts_with("# "), name);
        BOOST_TEST(contains(file, "gandsl run " + name + ".gan"), "the file says how it is run: " << name);
        BOOST_TEST(scratch.gandsl({"fmt", name + ".gan"}).out == file);
        for (const std::string& line : lines_of(file)) {
            BOOST_TEST(line.size() <= 125U, line);
        }
        const Outcome checked = scratch.gandsl({"check", name + ".gan"});
        BOOST_TEST(checked.code == 0, name << ": " << checked.err);
        BOOST_TEST(checked.err == "");
    }
}

BOOST_AUTO_TEST_CASE(text_models_run_where_there_is_no_text_yet) {
    for (const char* name : {"lstm", "gpt"}) {
        const Scratch scratch;
        BOOST_TEST_REQUIRE(scratch.gandsl({"new", name}).code == 0);
        const std::string file = std::string(name) + ".gan";
        const Outcome itself = scratch.gandsl({"run", file, "--steps", "1", "--batch", "2"});
        BOOST_TEST(itself.code == 0, itself.err);
        BOOST_TEST(contains(itself.out, "text = chars, " + file), itself.out);
        std::string text;
        for (std::size_t line = 0; line < 200; ++line) {
            text += "The line of number " + std::to_string(line) + " says nothing new.\n";
        }
        scratch.write("text/words.txt", text);
        const Outcome other = scratch.gandsl({"run", file, "--steps", "1", "--batch", "2"});
        BOOST_TEST(other.code == 0, other.err);
        BOOST_TEST(contains(other.out, "text = chars, text/words.txt"), other.out);
    }
}

BOOST_AUTO_TEST_CASE(other_names_of_a_family_are_understood) {
    const Scratch scratch;
    BOOST_TEST(scratch.gandsl({"new", "dcgan", "a.gan"}).code == 0);
    BOOST_TEST(scratch.gandsl({"new", "conv-gan", "b.gan"}).code == 0);
    BOOST_TEST(replaced(scratch.read("a.gan"), "run a.gan", "run b.gan").substr(0, 200) ==
               scratch.read("b.gan").substr(0, 200));
    const Outcome typo = scratch.gandsl({"new", "conv_gam"});
    BOOST_TEST(typo.code == 1);
    BOOST_TEST(typo.err == "gandsl: error: there is no template 'conv_gam'; did you mean 'conv_gan'?\n");
    BOOST_TEST(contains(scratch.gandsl({"new", "diffusion"}).err, "; there are gan, conv_gan, "));
}

BOOST_AUTO_TEST_CASE(no_file_is_written_over) {
    const Scratch scratch;
    scratch.write("vae.gan", "mine\n");
    const Outcome outcome = scratch.gandsl({"new", "vae"});
    BOOST_TEST(outcome.code == 1);
    BOOST_TEST(outcome.out == "");
    BOOST_TEST(contains(outcome.err, "vae.gan is there already, and is left as it is"), outcome.err);
    BOOST_TEST(scratch.read("vae.gan") == "mine\n");
    BOOST_TEST(scratch.gandsl({"new", "vae", "other"}).code == 0);
    BOOST_TEST(scratch.has("other.gan"));
    BOOST_TEST(contains(scratch.gandsl({"new", "vae", ""}).err, "FILE: wants a name, not ''"));
    const Outcome nowhere = scratch.gandsl({"new", "vae", "no/folder/x.gan"});
    BOOST_TEST(nowhere.code == 1);
    BOOST_TEST(contains(nowhere.err, "no/folder/x.gan cannot be written: No such file or directory"),
               nowhere.err);
}

BOOST_AUTO_TEST_SUITE_END()
