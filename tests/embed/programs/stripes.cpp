// A convolutional net with batch norm and dropout that tells horizontal stripes from vertical ones, as a
// plan.
#include <cstdio>
#include <gandsl/autodiff.hpp>

using namespace gandsl;

struct Net {
    Conv filters;
    BatchNorm norm;
    Dense scores;
};

Net make_net(Tape& tape) {
    WeightKeys keys(1);
    return {.filters = make_conv(tape, 1, 8, {.kernel = {3, 3}, .stride = {2, 2}}, keys,
                                 {.name = "filters", .initializer = he_values}),
            .norm = make_batch_norm(tape, 8, "norm"),
            .scores = make_dense(tape, 8, 2, keys, {.name = "scores"})};
}

// Images to what the filters find; `normalize` is batch_norm of training or of evaluation.
template <class Normalize>
Var reached(Var images, const Net& net, const Normalize& normalize) {
    const Var found = relu(normalize(conv(images, net.filters)));
    return max(found, {1, 2});
}

// Stripes under noise: (count, 8, 8, 1), with which of both they are.
struct Examples {
    Array images, labels;
};
Examples draw(Index count, std::uint32_t stream) {
    Examples all{normal_values({count, 8, 8, 1}, 0.5, {.seed = 2, .stream = stream}), make_array({count})};
    for (Index i = 0; i < count; ++i) {
        all.labels(i) = Real(i % 2);
        for (Index row = 0; row < 8; ++row) {
            for (Index column = 0; column < 8; ++column) {
                all.images(i, row, column, 0) += (i % 2 == 0 ? row : column) % 2 == 0 ? Real(1) : Real(-1);
            }
        }
    }
    return all;
}

int main() {
    Tape tape(Evaluation::planned, 3);
    const Net net = make_net(tape);
    const Var images = tape.input({64, 8, 8, 1}, "images"), labels = tape.input({64}, "labels");

    BatchNormStep norm;
    const Var features = reached(images, net, [&](Var x) {
        norm = batch_norm_in_training(x, net.norm);
        return norm.result;
    });
    const Var scores = dense(dropout(features, 0.2, 0), net.scores);
    const Var loss = -mean(pick(log_softmax(scores), labels));

    Optimizer adam(Adam{}, parameters(net.filters, net.norm, net.scores), 0.01);
    std::vector<Assignment> stored = adam.record(gradient(loss, adam.variables()));
    stored.push_back({net.norm.running_mean, norm.running_mean});
    stored.push_back({net.norm.running_variance, norm.running_variance});
    Plan training({loss}, stored);
    const Examples examples = draw(64, 0);
    training.set(images, examples.images);
    training.set(labels, examples.labels);
    for (std::uint64_t step = 0; step < 100; ++step) {
        training.run(step);
    }

    const Var found = dense(reached(images, net, [&](Var x) { return batch_norm(x, net.norm); }), net.scores);
    const Var right = mean(pick(softmax(found), labels));
    Plan evaluation({right}, {});
    const Examples others = draw(64, 1);
    evaluation.set(images, others.images);
    evaluation.set(labels, others.labels);
    evaluation.run();
    const double share = evaluation.read(right)[0];
    std::printf("probability of the right kind: %.3f\n", share);
    return share > 0.9 ? 0 : 1;
}
