#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "autodiff/error.hpp"
#include "dsl/diagnostics.hpp"
#include "dsl/nearest.hpp"
#include "runtime/files/system_error.hpp"
#include "runtime/program/command.hpp"
#include "runtime/program/options.hpp"
#include "runtime/program/templates.hpp"

namespace gandsl::program {

namespace {

struct Alias {
    const char* name;
    const char* means;
};
// What else a family is called.
constexpr std::array aliases{
    Alias{"dcgan", "conv_gan"},
    Alias{"mlp_gan", "gan"},
    Alias{"dense_gan", "gan"},
    Alias{"cgan", "conditional_gan"},
    Alias{"wgan", "wgan_gp"},
    Alias{"autoencoder", "vae"},
    Alias{"cvae", "conditional_vae"},
    Alias{"beta_vae", "conditional_vae"},
    Alias{"rnn", "lstm"},
    Alias{"text", "lstm"},
    Alias{"char_rnn", "lstm"},
    Alias{"transformer", "gpt"},
    Alias{"audio", "wavenet"},
    Alias{"sound", "wavenet"},
    Alias{"time_series", "series"},
    Alias{"forecast", "series"},
};

// The first line, without `#`, paper and full stop.
std::string summary(const Template& each) {
    const std::string text = each.text;
    std::string line = text.substr(0, text.find('\n'));
    line = line.substr(line.find_first_not_of("# "));
    return line.substr(0, line.find(" ("));
}

std::string plain(std::string name) {
    if (name.ends_with(".gan")) {
        name.resize(name.size() - 4);
    }
    for (char& letter : name) {
        letter = letter == '-' || letter == ' ' ? '_' : letter;
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    return name;
}

const Template& find(const std::string& wanted) {
    std::string name = plain(wanted);
    for (const Alias& alias : aliases) {
        name = name == alias.name ? alias.means : name;
    }
    std::vector<std::string> names;
    for (const Template& each : templates()) {
        if (each.name == name) {
            return each;
        }
        names.emplace_back(each.name);
    }
    const auto near = dsl::nearest(name, names);
    throw Error(ErrorCode::invalid_argument,
                fmt::format("there is no template '{}'{}", wanted,
                            near ? fmt::format("; did you mean '{}'?", *near)
                                 : fmt::format("; there are {}", fmt::join(names, ", "))));
}

void list() {
    fmt::print("Starting files, each a whole model with comments:\n\n");
    for (const Template& each : templates()) {
        fmt::print("  {:<16} {}\n", each.name, summary(each));
    }
    fmt::print("\ngandsl new TEMPLATE writes TEMPLATE.gan; gandsl new TEMPLATE FILE another file.\n");
}

// Never over a file that is there, not even one that appears at this moment.
void write(const std::filesystem::path& path, const std::string& text) {
    std::FILE* file = std::fopen(path.c_str(), "wbx");
    if (file == nullptr && errno == EEXIST) {
        throw Error(ErrorCode::file,
                    fmt::format("{} is there already, and is left as it is; give another name: gandsl new "
                                "TEMPLATE FILE",
                                path.string()));
    }
    if (file == nullptr) {
        files::refuse(path, "written", errno);
    }
    const bool whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const int reason = errno;
    if (std::fclose(file) != 0 || !whole) {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        files::refuse(path, "written", whole ? errno : reason);
    }
}

// FILE in the text becomes the file's name, and NAME what its runs will be called.
std::string with_names(std::string text, const std::filesystem::path& path) {
    const auto replace = [&text](const std::string& from, const std::string& to) {
        for (std::size_t at = text.find(from); at != std::string::npos;
             at = text.find(from, at + to.size())) {
            text.replace(at, from.size(), to);
        }
    };
    replace("FILE", path.filename().string());
    replace("NAME", path.stem().string());
    return text;
}

struct NewRequest {
    std::optional<std::string> name;  ///< none: list the templates
    std::optional<std::filesystem::path> file;
};

int create(const NewRequest& request) {
    if (!request.name) {
        list();
        return 0;
    }
    const Template& chosen = find(*request.name);
    std::filesystem::path path = request.file.value_or(std::string(chosen.name) + ".gan");
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        path /= std::string(chosen.name) + ".gan";
    }
    if (path.extension() != ".gan") {
        path += ".gan";
    }
    write(path, with_names(chosen.text, path));
    const std::string name = path.string();
    fmt::print(
        "{}: {}\n\n    gandsl check {}    # its nets, and what a step costs\n    gandsl run {}      # trains "
        "it\n",
        name, summary(chosen), name, name);
    return 0;
}

}  // namespace

Command new_command() {
    return {"new", "writes a commented file to start from, or lists them",
            [](Options& options) -> Command::Action {
                const auto request = std::make_shared<NewRequest>();
                options.word("TEMPLATE", request->name,
                             "such as gan, vae or lstm; without it, lists them all");
                options.word("FILE", request->file, "where to; TEMPLATE.gan unless said");
                return [request](const Invocation&) { return create(*request); };
            }};
}

}  // namespace gandsl::program
