#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "runtime/data/audio.hpp"
#include "tests/runtime/scratch_folder.hpp"

using namespace gandsl;
using namespace gandsl::data;
using namespace gandsl::test;

namespace {

std::string little_endian(std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        text += static_cast<char>(value >> (8 * i) & 0xFFU);
    }
    return text;
}

/// A WAV file; format 1 is whole numbers, 3 floats.
std::string wav(std::uint32_t format, std::uint32_t channels, std::uint32_t rate, std::uint32_t bits,
                const std::string& bytes) {
    return "RIFF" + little_endian(36 + static_cast<std::uint32_t>(bytes.size()), 4) + "WAVEfmt " +
           little_endian(16, 4) + little_endian(format, 2) + little_endian(channels, 2) +
           little_endian(rate, 4) + little_endian(rate * channels * bits / 8, 4) +
           little_endian(channels * bits / 8, 2) + little_endian(bits, 2) + "data" +
           little_endian(static_cast<std::uint32_t>(bytes.size()), 4) + bytes;
}

std::string samples16(const std::vector<int>& samples) {
    std::string bytes;
    for (const int sample : samples) {
        bytes += little_endian(static_cast<std::uint32_t>(sample) & 0xFFFFU, 2);
    }
    return bytes;
}

std::vector<int> ramp(int count) {
    std::vector<int> samples;
    for (int i = 0; i < count; ++i) {
        samples.push_back(1000 * (i - count / 2));
    }
    return samples;
}

struct AudioFixture {
    ScratchFolder folder;

    std::string refused(const AudioSource& source) const {
        return message_of([&] { open_audio(source); });
    }
    AudioSource source(const char* files, std::size_t length) const {
        return {.files = files, .folder = folder.path(), .length = length, .rate = {}, .holdout = 0};
    }
};

std::vector<float> window(const Dataset& set, std::size_t index) {
    std::vector<float> values(set.description().fields[0].size());
    const std::span<float> span = values;
    set.read({Split::train, index}, std::span(&span, 1));
    return values;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(audio, AudioFixture)

BOOST_AUTO_TEST_CASE(channels_are_averaged_and_full_scale_is_one) {
    write_file(folder / "a.wav", wav(1, 1, 8000, 16, samples16({-32768, 0, 16384, 32767})));
    const auto mono = open_audio(source("a.wav", 3));
    BOOST_TEST(mono->description().fields[0].shape == (std::vector<std::size_t>{3, 1}),
               boost::test_tools::per_element());
    BOOST_TEST(window(*mono, 0) == (std::vector<float>{-1, 0, 0.5F}), boost::test_tools::per_element());
    BOOST_TEST(mono->description().origin == (folder / "a.wav").string() + ", 4 samples, 8000 a second");
    write_file(folder / "b.wav", wav(1, 2, 8000, 16, samples16({-16384, 16384, 8192, 24576, 0, 0})));
    BOOST_TEST(window(*open_audio(source("b.wav", 2)), 0) == (std::vector<float>{0, 0.5F}),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(files_are_joined) {
    write_file(folder / "1.wav", wav(1, 1, 8000, 16, samples16(ramp(40))));
    write_file(folder / "2.wav", wav(1, 1, 8000, 16, samples16(ramp(40))));
    const auto set = open_audio(source("*.wav", 79));
    BOOST_TEST(window(*set, 0)[40] == window(*set, 0)[0]);
    BOOST_TEST(set->description().origin.find("2 files that match ") == 0);
    write_file(folder / "3.wav", wav(1, 1, 11025, 16, samples16(ramp(40))));
    BOOST_TEST(refused(source("*.wav", 8)) ==
               (folder / "3.wav").string() +
                   " has 11025 samples a second, but the files before it have 8000; "
                   "`rate = 8000` converts it");
    AudioSource converted = source("*.wav", 8);
    converted.rate = 4000;
    BOOST_TEST(open_audio(converted)->description().origin.find("54 samples, 4000 a second") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(resampling_keeps_what_both_rates_carry) {
    const auto sine = [](double frequency, double rate, std::size_t count) {
        std::vector<float> samples;
        for (std::size_t i = 0; i < count; ++i) {
            samples.push_back(static_cast<float>(
                std::sin(2 * std::numbers::pi * frequency / rate * static_cast<double>(i))));
        }
        return samples;
    };
    const auto differ = [](const std::vector<float>& a, const std::vector<float>& b) {
        double most = 0;
        for (std::size_t i = 100; i + 100 < a.size(); ++i) {  // the ends see less on one side
            most = std::max(most, std::abs(double{a[i]} - double{b[i]}));
        }
        return most;
    };
    for (const std::size_t to : {4000U, 6000U, 11025U, 16000U}) {
        const std::vector<float> found = resample(sine(500, 8000, 4000), 8000, to);
        BOOST_TEST(found.size() == 4000 * to / 8000);
        BOOST_TEST(differ(found, sine(500, static_cast<double>(to), found.size())) < 0.01);
    }
    const std::vector<float> silenced = resample(sine(3000, 8000, 4000), 8000, 4000);
    BOOST_TEST(differ(silenced, std::vector<float>(silenced.size())) < 0.01,
               "3000 Hz are beyond 4000 samples a second");
    BOOST_TEST(resample(sine(3000, 8000, 50), 8000, 8000) == sine(3000, 8000, 50),
               boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(broken_files_are_named) {
    const std::string whole = wav(1, 1, 8000, 16, samples16(ramp(40)));
    const std::string name = (folder / "a.wav").string();
    for (const std::string& content :
         {std::string(), std::string("no sound at all"), whole.substr(0, 20), whole.substr(0, 44),
          wav(1, 0, 8000, 16, ""), wav(1, 1, 0, 16, samples16(ramp(40))),
          wav(77, 1, 8000, 16, samples16(ramp(40)))}) {
        write_file(folder / "a.wav", content);
        const std::string message = refused(source("a.wav", 8));
        BOOST_TEST(message.find(name) == 0, message);
    }
    // What a header promises beyond the file is not there.
    std::string long_header = whole;
    long_header.replace(40, 4, "\xFF\xFF\xFF\x7F");
    write_file(folder / "a.wav", long_header);
    BOOST_TEST(open_audio(source("a.wav", 8))->description().origin.find(", 40 samples") !=
               std::string::npos);
    write_file(folder / "a.wav", wav(3, 1, 8000, 32, std::string("\0\0\xC0\x7F\0\0\0\0\0\0\0\0", 12)));
    BOOST_TEST(refused(source("a.wav", 1)) == name + " has a sample that is not finite");
    for (std::size_t i = 0; i < 44; ++i) {  // no damage to the header may crash
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 0xFF);
        write_file(folder / "a.wav", damaged);
        refused(source("a.wav", 8));
    }
    BOOST_TEST(refused(source("none.wav", 8)) == "no file " + (folder / "none.wav").string());
}

BOOST_AUTO_TEST_SUITE_END()
