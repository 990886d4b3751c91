#include <boost/test/unit_test.hpp>

#include "tests/program/files.hpp"

/// Symbols and classes are those of the data that they come from, however many others there are of.
BOOST_AUTO_TEST_SUITE(classes)

using namespace gandsl::test;

namespace {

std::string times(const std::string& text, int count) {
    std::string result;
    for (int i = 0; i < count; ++i) {
        result += text;
    }
    return result;
}

std::string kinds(const std::string& one, const std::string& other) {
    std::string text = "size,kind\n";
    for (int row = 0; row < 40; ++row) {
        text += std::to_string(row % 2 == 0 ? row : -row) + "," + (row % 2 == 0 ? one : other) + "\n";
    }
    return text;
}

// Two texts of as many symbols.
const char* const two = R"(data a = chars("a.txt", length = 4)
data b = chars("b.txt", length = 4)
net A(t) { embedding(4) | lstm(4) | dense(classes(t)) | softmax }
net B(t) { embedding(4) | lstm(4) | dense(classes(t)) | softmax }
train(steps = 2, batch = 4) {
    update A with sgd(0.01) { minimize mean(cross_entropy(A(a), next(a))) }
    update B with sgd(0.01) { minimize mean(cross_entropy(B(b), next(b))) }
}
sample of_a  = continue(A, a, length = 10) as text every epoch
sample of_b  = continue(B, b, length = 10) as text every epoch
sample words = continue(B, "vw", length = 10) as text every epoch
sample window = b as text every epoch
)";

void write_texts(const Scratch& scratch) {
    scratch.write("a.txt", times("abcde", 60));
    scratch.write("b.txt", times("vwxyz", 60));
}

const char* const reader = R"(data t = chars("a.txt", length = 4)
net M(t) { embedding(4) | lstm(4) | dense(classes(t)) | softmax }
train(steps = 2, batch = 4) { update M with adam(1e-2) { minimize mean(cross_entropy(M(t), next(t))) } }
)";

const char* const classifier = R"(data v, k = table("pets.csv", label = "kind")
net C(v) { dense(2) | softmax }
net E(k) { embedding(2) }
train(steps = 2, batch = 4) {
    update C with adam(0.1) { minimize cross_entropy(C(v), k) }
    update E with adam(0.1) { minimize sum(E(k)^2) }
}
sample kinds = k as text(3) every epoch
)";

}  // namespace

BOOST_AUTO_TEST_CASE(each_net_writes_the_symbols_of_its_text) {
    const Scratch scratch;
    write_texts(scratch);
    scratch.write("two.gan", two);
    const Outcome outcome = scratch.gandsl({"run", "two.gan"});
    BOOST_TEST_REQUIRE(outcome.code == 0, outcome.err);
    const auto only = [&](const std::string& name, const std::string& symbols) {
        const std::string text = scratch.read("runs/two/001/samples/" + name + "-0001.txt");
        BOOST_TEST(text.size() > 4U);
        BOOST_TEST(text.find_first_not_of(symbols + "\n") == std::string::npos, name << " is " << text);
    };
    only("of_a", "abcde");
    only("of_b", "vwxyz");
    only("words", "vwxyz");
    only("window", "vwxyz");
    // The same from the record alone.
    BOOST_TEST(scratch.gandsl({"sample", "runs/two/001", "words", "--prompt", "zy"}).code == 0);
    BOOST_TEST(scratch.read("words.txt").find_first_not_of("vwxyz\n") == std::string::npos);
    BOOST_TEST(scratch.gandsl({"sample", "runs/two/001", "words", "--prompt", "ab"}).code == 1);
    scratch.write("two.gan", replaced(two, "\"vw\"", "\"ab\""));
    for (const char* command : {"check", "run"}) {
        const Outcome refused = scratch.gandsl({command, "two.gan"});
        BOOST_TEST(refused.code == 1);
        BOOST_TEST(contains(refused.err, "two.gan:11:28: error: the prompt cannot be read"), refused.err);
    }
}

BOOST_AUTO_TEST_CASE(labels_are_not_taken_for_symbols) {
    const Scratch scratch;
    scratch.write("a.txt", times("ab", 60));
    scratch.write("pets.csv", kinds("cat", "dog"));
    scratch.write("m.gan", std::string("data t = chars(\"a.txt\", length = 4)\n") + classifier +
                               "sample window = t as text every epoch\n");
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "m.gan"}).code == 0);
    const std::string text = scratch.read("runs/m/001/samples/kinds-0001.txt");
    BOOST_TEST((contains(text, "cat") || contains(text, "dog")), text);
}

BOOST_AUTO_TEST_CASE(a_net_from_a_run_reads_the_symbols_that_it_learned) {
    const Scratch scratch;
    write_texts(scratch);
    scratch.write("c.txt", times("abced", 60) + "f");
    scratch.write("first.gan", reader);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "first.gan"}).code == 0);
    const std::string second =
        replaced(reader, "net M(t) { embedding(4) | lstm(4) | dense(classes(t)) | softmax }",
                 "net M from \"runs/first/latest\"");
    scratch.write("same.gan", second);
    BOOST_TEST(scratch.gandsl({"run", "same.gan"}).err == "");
    scratch.write("other.gan", replaced(second, "a.txt", "b.txt"));
    for (const char* command : {"check", "run"}) {
        const Outcome refused = scratch.gandsl({command, "other.gan"});
        BOOST_TEST(refused.code == 1);
        for (const char* part : {"other.gan:3:", "`t` of the net `M`", "runs/first/latest",
                                 "`v`, `w`, `x`, `y`, `z`", "`a`, `b`, `c`, `d`, `e`", "[other-classes]"}) {
            BOOST_TEST(contains(refused.err, part), refused.err << "does not say " << part);
        }
    }
    BOOST_TEST(!scratch.has("runs/other"));
    // A record of a version that kept no names: nothing can be compared, which is said.
    const std::string record = "runs/first/001/run.json";
    std::string text = scratch.read(record);
    const std::size_t begin = text.find("\"names\": [\n            \"a\"");
    BOOST_TEST_REQUIRE(begin != std::string::npos, text);
    const std::size_t comma = text.rfind(',', begin);
    text.erase(comma, text.find(']', begin) + 1 - comma);
    scratch.write(record, text);
    const Outcome older = scratch.gandsl({"check", "other.gan"});
    BOOST_TEST(older.code == 0);
    BOOST_TEST(contains(older.err, "[classes-unknown]"), older.err);
}

BOOST_AUTO_TEST_CASE(a_classifier_from_a_run_knows_the_classes_that_it_learned) {
    const Scratch scratch;
    scratch.write("pets.csv", kinds("cat", "dog"));
    scratch.write("zoo.csv", kinds("dog", "zebra"));
    scratch.write("turned.csv", kinds("dog", "cat"));
    scratch.write("k.gan", classifier);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "k.gan"}).code == 0);
    const std::string second = R"(data v, k = table("pets.csv", label = "kind")
net C from "runs/k/latest"
net D(v) { dense(1) }
train(steps = 1) { update D with adam(0.1) { minimize D(v)^2 } }
measure loss = cross_entropy(C(v), k) on test every epoch
)";
    scratch.write("m.gan", second);
    BOOST_TEST(scratch.gandsl({"check", "m.gan"}).err == "");
    // Classes are sorted, so that other rows change nothing.
    scratch.write("m.gan", replaced(second, "pets", "turned"));
    BOOST_TEST(scratch.gandsl({"check", "m.gan"}).err == "");
    for (const char* loss :
         {"cross_entropy(C(v), k)", "cross_entropy(stop_gradient(C(v)), k)", "sum(mse(C(v), one_hot(k)))",
          "sum(bce(C(v), one_hot(k)))", "cross_entropy(C(v), one_hot(k))"}) {
        scratch.write("m.gan", replaced(replaced(second, "pets", "zoo"), "cross_entropy(C(v), k)", loss));
        const Outcome refused = scratch.gandsl({"check", "m.gan"});
        BOOST_TEST(refused.code == 1, loss);
        for (const char* part : {"the result of the net `C`", "runs/k/latest",
                                 "only here: `zebra`; only there: `cat`", "[other-classes]"}) {
            BOOST_TEST(contains(refused.err, part), loss << ": " << refused.err << "does not say " << part);
        }
    }
    scratch.write("m.gan", replaced(replaced(second, "net C from", "net E from"), "pets", "zoo") +
                               "sample e = E(k) as csv every epoch\n");
    scratch.write("m.gan", replaced(scratch.read("m.gan"), "cross_entropy(C(v), k)", "sum(E(k))"));
    const Outcome refused = scratch.gandsl({"check", "m.gan"});
    BOOST_TEST(refused.code == 1);
    BOOST_TEST(contains(refused.err, "`k` of the net `E` has other classes here than in the run"),
               refused.err);
}

BOOST_AUTO_TEST_CASE(a_run_goes_on_with_the_classes_that_it_had) {
    const Scratch scratch;
    scratch.write("pets.csv", kinds("cat", "dog"));
    scratch.write("k.gan", classifier);
    BOOST_TEST_REQUIRE(scratch.gandsl({"run", "k.gan", "--stop-at", "1"}).code == 0);
    scratch.write("pets.csv", kinds("cat", "dove"));
    const Outcome refused = scratch.gandsl({"run", "k.gan", "--resume", "runs/k/001"});
    BOOST_TEST(refused.code == 1);
    BOOST_TEST(contains(refused.err, "classes"), refused.err);
    const Outcome sampled = scratch.gandsl({"sample", "runs/k/001"});
    BOOST_TEST(sampled.code == 1);
    BOOST_TEST(contains(sampled.err, "'k' has other classes now"), sampled.err);
}

BOOST_AUTO_TEST_SUITE_END()
