// Tells the ten kinds of clothes of Fashion-MNIST (Xiao, Rasul & Vollgraf, 2017) apart: an input of pictures, labels as
// whole numbers, one plan for training and one for the test.
#include <cstdio>
#include <gandsl/autodiff.hpp>
#include <memory>
#include <string>
#include <vector>

using namespace gandsl;

namespace {

// The bytes of a compressed IDX file behind its header of so many bytes; as Debian's dataset-fashion-mnist has them.
std::vector<unsigned char> bytes_of(const std::string& name, std::size_t header, std::size_t count) {
    const std::string command = "zcat /usr/share/datasets/fashion-mnist/" + name + ".gz";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::vector<unsigned char> bytes(header + count);
    bytes.resize(std::fread(bytes.data(), 1, bytes.size(), pipe.get()));
    bytes.erase(bytes.begin(), bytes.begin() + std::ptrdiff_t(std::min(header, bytes.size())));
    return bytes;
}

struct Clothes {
    std::vector<unsigned char> pictures, labels;
    Clothes(const std::string& part, std::size_t count)
        : pictures(bytes_of(part + "-images-idx3-ubyte", 16, count * 784)),
          labels(bytes_of(part + "-labels-idx1-ubyte", 8, count)) {}

    void fill(std::span<Real> x, std::span<Real> y, std::size_t first) const {
        for (std::size_t i = 0; i < y.size(); ++i) {
            const std::size_t example = (first + i) % labels.size();
            y[i] = Real(labels[example]);
            for (std::size_t pixel = 0; pixel < 784; ++pixel) {
                x[i * 784 + pixel] = Real(pictures[example * 784 + pixel]) / 255;
            }
        }
    }
};

}  // namespace

int main() {
    constexpr Index batch = 100;
    const Clothes train("train", 10000);
    const Clothes test("t10k", 2000);
    if (train.labels.empty() || test.labels.empty()) {
        std::printf("the pictures are not there; Debian has them in dataset-fashion-mnist\n");
        return 77;
    }
    Tape tape(Evaluation::eager, 1);
    const auto drawn = [&](Shape shape, double scale, std::uint32_t stream) {
        return tape.state((random_normal(tape, shape, stream) * scale).value());
    };
    const Var w1 = drawn({784, 128}, 0.05, 0), b1 = tape.state(make_array({128}));
    const Var w2 = drawn({128, 10}, 0.1, 1), b2 = tape.state(make_array({10}));
    const Var x = tape.input({batch, 784}, "pictures");
    const Var y = tape.input({batch}, "labels");
    const Var scores = matmul(relu(matmul(x, w1) + b1), w2) + b2;

    Optimizer adam(Adam{}, {w1, b1, w2, b2}, 0.002);
    PlannedStep step = plan_step(-mean(pick(log_softmax(scores), y)), adam);
    for (std::size_t i = 0; i < 500; ++i) {
        train.fill(step.feed(x), step.feed(y), i * batch);
        step();
    }
    const Var right = mean(equal(argmax(scores, -1), y));
    Plan judge({right});
    double share = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        test.fill(judge.feed(x), judge.feed(y), i * batch);
        judge.run();
        share += double(judge.read(right)[0]) / 20;
    }
    std::printf("%.1f %% of the test's pictures are recognised\n", 100 * share);
    return share > 0.8 ? 0 : 1;
}
