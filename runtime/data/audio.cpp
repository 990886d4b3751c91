#include "runtime/data/audio.hpp"

#include <fmt/format.h>
#include <samplerate.h>
#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"
#include "runtime/data/sequence.hpp"
#include "runtime/formats/glob.hpp"

namespace gandsl::data {

namespace {

namespace fs = std::filesystem;

/// Far beyond full scale, which is 1, and far from where converting the rate would overflow.
constexpr float loudest = 1e6F;

struct CloseSound {
    void operator()(SNDFILE* file) const { sf_close(file); }
};

struct Sound {
    std::vector<float> samples;
    std::size_t rate = 0;
};

[[noreturn]] void too_long(const fs::path& path, std::size_t room) {
    throw Error(ErrorCode::memory, path.string() + ": the sound up to here has more samples than the " +
                                       std::to_string(room) + " there is room for");
}

/// Appends a file's samples, mixed to one channel; returns its rate. At most `room` samples in all.
std::size_t read_sound(const fs::path& path, std::size_t room, std::vector<float>& samples) {
    SF_INFO info{};
    const std::unique_ptr<SNDFILE, CloseSound> file(sf_open(path.c_str(), SFM_READ, &info));
    if (!file) {
        std::string reason = sf_strerror(nullptr);
        while (!reason.empty() && (reason.back() == '.' || reason.back() == '\n')) {
            reason.pop_back();
        }
        throw Error(ErrorCode::format, path.string() + " cannot be read as sound: " + reason);
    }
    if (info.channels < 1 || info.samplerate < 1) {
        throw Error(ErrorCode::format, path.string() + " has " + std::to_string(info.channels) +
                                           " channels and " + std::to_string(info.samplerate) +
                                           " samples a second; expected at least 1");
    }
    const auto channels = static_cast<std::size_t>(info.channels);
    // The header's count is not believed: what arrives is counted.
    constexpr sf_count_t frames_at_once = 4096;
    std::vector<float> block(static_cast<std::size_t>(frames_at_once) * channels);
    while (true) {
        const sf_count_t count = sf_readf_float(file.get(), block.data(), frames_at_once);
        if (count <= 0) {
            break;
        }
        if (samples.size() + static_cast<std::size_t>(count) > room) {
            too_long(path, room);
        }
        for (std::size_t frame = 0; frame < static_cast<std::size_t>(count); ++frame) {
            double sum = 0;
            for (std::size_t channel = 0; channel < channels; ++channel) {
                sum += double{block[frame * channels + channel]};
            }
            const auto mean = static_cast<float>(sum / static_cast<double>(channels));
            if (!std::isfinite(mean)) {
                throw Error(ErrorCode::format, path.string() + " has a sample that is not finite");
            }
            if (std::abs(mean) > loudest) {
                throw Error(
                    ErrorCode::format,
                    fmt::format("{} has a sample of {:.3g}, which is no sound; expected numbers between "
                                "-1 and 1, or not much beyond",
                                path.string(), mean));
            }
            samples.push_back(mean);
        }
    }
    if (sf_error(file.get()) != SF_ERR_NO_ERROR) {
        throw Error(ErrorCode::format, path.string() + " is broken: " + sf_strerror(file.get()));
    }
    return static_cast<std::size_t>(info.samplerate);
}

Sound read_files(const AudioSource& source, const std::vector<fs::path>& files) {
    // Once as read, and once as converted.
    const std::size_t room = available_memory() / sizeof(float) / 2;
    Sound all;
    for (const fs::path& path : files) {
        if (!source.rate) {
            const std::size_t rate = read_sound(path, room, all.samples);
            if (all.rate != 0 && all.rate != rate) {
                throw Error(ErrorCode::format, path.string() + " has " + std::to_string(rate) +
                                                   " samples a second, but the files before it have " +
                                                   std::to_string(all.rate) +
                                                   "; `rate = " + std::to_string(all.rate) + "` converts it");
            }
            all.rate = rate;
            continue;
        }
        std::vector<float> samples;
        const std::size_t rate = read_sound(path, room - std::min(room, all.samples.size()), samples);
        constexpr std::size_t max_times = 256;  // of libsamplerate
        if (*source.rate / max_times > rate || rate / max_times > *source.rate) {
            throw Error(ErrorCode::format,
                        path.string() + " has " + std::to_string(rate) + " samples a second, and `rate = " +
                            std::to_string(*source.rate) + "` is more than " + std::to_string(max_times) +
                            " times as many or as few; is the file damaged?");
        }
        const double longer = static_cast<double>(*source.rate) / static_cast<double>(rate);
        if (static_cast<double>(samples.size()) * longer + static_cast<double>(all.samples.size()) >
            static_cast<double>(room)) {
            too_long(path, room);
        }
        const std::vector<float> converted = resample(samples, rate, *source.rate);
        all.samples.insert(all.samples.end(), converted.begin(), converted.end());
        all.rate = *source.rate;
    }
    return all;
}

}  // namespace

std::vector<float> resample(std::span<const float> samples, std::size_t from, std::size_t to) {
    if (from == to) {
        return {samples.begin(), samples.end()};
    }
    const double ratio = static_cast<double>(to) / static_cast<double>(from);
    std::vector<float> result(static_cast<std::size_t>(static_cast<double>(samples.size()) * ratio));
    SRC_DATA job{};
    job.data_in = samples.data();
    job.input_frames = static_cast<long>(samples.size());
    job.data_out = result.data();
    job.output_frames = static_cast<long>(result.size());
    job.src_ratio = ratio;
    if (const int problem = src_simple(&job, SRC_SINC_BEST_QUALITY, 1); problem != 0) {
        throw Error(ErrorCode::internal, std::string("libsamplerate: ") + src_strerror(problem));
    }
    // What it leaves out at the end is silence.
    return result;
}

std::optional<std::string> audio_absent(const AudioSource& source) {
    if (!formats::matching_files(source.files, source.folder).empty()) {
        return std::nullopt;
    }
    return formats::nothing_matches(source.files, source.folder);
}

DatasetPointer open_audio(const AudioSource& source) {
    const std::vector<fs::path> files = formats::matching_files(source.files, source.folder);
    if (files.empty()) {
        throw Error(ErrorCode::file, formats::nothing_matches(source.files, source.folder));
    }
    Sound sound = read_files(source, files);
    const std::string origin =
        (files.size() == 1 ? files[0].string()
                           : std::to_string(files.size()) + " files that match " +
                                 formats::placed(source.files, source.folder).string()) +
        ", " + std::to_string(sound.samples.size()) + " samples, " + std::to_string(sound.rate) + " a second";
    const Windows windows(sound.samples.size(), source.length, source.holdout, Stride::tiled, origin);
    Description description;
    description.source = "audio";
    description.origin = origin;
    return std::make_shared<Sequence>(std::move(description),
                                      Field{"audio", {source.length, 1}, std::nullopt},
                                      std::move(sound.samples), windows);
}

}  // namespace gandsl::data
