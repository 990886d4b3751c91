#include "tests/soak/support.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include "runtime/runs/checkpoint.hpp"
#include "tests/program/process.hpp"

namespace gandsl::test {

namespace fs = std::filesystem;

namespace {

const char* const remembering_model = R"(
option epochs = 400

data   x, y = digits(range = [-1, 1], count = 128)
latent z ~ normal(6)

net G(z, y) {
    concat(z, y | embedding(4))
    dense(16)
    batch_norm
    relu
    dense(784)
    tanh
    reshape(1, 28, 28)
}

net D(x) {
    flatten
    dense(12)
    leaky_relu(0.2)
    dropout(0.3)
    dense(1)
    sigmoid
}

train(epochs = epochs, batch = 24, seed = 7, stop = stalled(distance, 1000)) {
    repeat 2 {
        update D with adam(cosine(2e-3, warmup = 5), beta1 = 0.5) {
            minimize -log(D(x)) - log(1 - D(G(z, y)))
        }
    }
    update G with sgd(1e-2, momentum = 0.9, clip = 1) {
        minimize -log(D(G(z, y)))
    }
    average G with 0.9
}

measure distance = mean(mse(G(z, y), x)) on test every epoch
sample pictures = G(z, column) as grid(2, 10) every 20 epochs
)";

}  // namespace

std::string model_for(const Amount& amount) {
    // Long enough that a run is caught before its end on a machine with other work too.
    return amount.whole ? remembering_model : replaced(remembering_model, "epochs = 400", "epochs = 160");
}

Process::Process(std::vector<std::string> words, const fs::path& folder, const std::string& name,
                 std::optional<uid_t> user)
    : out_(folder / (name + ".out")), err_(folder / (name + ".err")) {
    const std::string out = out_.string();
    const std::string err = err_.string();
    const std::string home = folder.string();
    // The one that `Scratch::gandsl` gives, as the bits of both are compared.
    std::vector<std::string> environment = environment_of({{}, folder});
    const std::vector<char*> word_pointers = pointers(words);
    const std::vector<char*> environment_pointers = pointers(environment);
    process_ = ::fork();
    if (process_ < 0) {
        throw std::runtime_error("no process");
    }
    if (process_ == 0) {
        const int flags = O_WRONLY | O_CREAT | O_TRUNC;
        ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
        ::dup2(::open(out.c_str(), flags, 0666), STDOUT_FILENO);
        ::dup2(::open(err.c_str(), flags, 0666), STDERR_FILENO);
        if (::chdir(home.c_str()) == 0 &&
            (!user || (::setgid(static_cast<gid_t>(*user)) == 0 && ::setuid(*user) == 0))) {
            ::execvpe(word_pointers[0], word_pointers.data(), environment_pointers.data());
        }
        ::_exit(127);
    }
}

Process::~Process() {
    if (!ended()) {
        signal(SIGKILL);
        wait();
    }
}

void Process::signal(int number) const {
    if (process_ > 0) {
        ::kill(process_, number);
    }
}

void Process::take(int status) {
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    process_ = -1;
}

bool Process::ended() {
    int status = 0;
    rusage used{};
    if (process_ > 0 && ::wait4(process_, &status, WNOHANG, &used) == process_) {
        peak_ = used.ru_maxrss;
        take(status);
    }
    return process_ < 0;
}

int Process::wait() {
    int status = 0;
    rusage used{};
    if (process_ > 0 && ::wait4(process_, &status, 0, &used) == process_) {
        peak_ = used.ru_maxrss;
        take(status);
    }
    return code_;
}

std::string Process::out() const {
    return content_of(out_);
}
std::string Process::err() const {
    return content_of(err_);
}

void pause_briefly() {
    ::usleep(2000);
}

std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> checkpoints_of(const fs::path& run) {
    return runs::checkpoints_in(run / "checkpoints");
}

namespace {

// By path below the run. Logs without their seconds; what only tells of the process is left out.
std::map<std::string, std::string> content_below(const fs::path& run) {
    std::map<std::string, std::string> content;
    for (const auto& entry : fs::recursive_directory_iterator(run)) {
        const std::string name = fs::relative(entry.path(), run).string();
        if (!entry.is_regular_file() || name == ".lock" || name == "run.json") {
            continue;
        }
        std::string text = content_of(entry.path());
        content[name] = name.ends_with(".csv") ? without_seconds(text) : std::move(text);
    }
    return content;
}

}  // namespace

Findings differences_of(const fs::path& left, const fs::path& right) {
    const auto of_left = content_below(left);
    const auto of_right = content_below(right);
    Findings different;
    for (const auto& [name, text] : of_left) {
        const auto found = of_right.find(name);
        if (found == of_right.end()) {
            different.push_back(name + " is only in " + left.string());
        } else if (found->second != text) {
            different.push_back(name + " differs");
        }
    }
    for (const auto& [name, text] : of_right) {
        if (!of_left.contains(name)) {
            different.push_back(name + " is only in " + right.string());
        }
    }
    return different;
}

}  // namespace gandsl::test
