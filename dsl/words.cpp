#include "dsl/words.hpp"

namespace gandsl::dsl {

const std::vector<Word>& language_words() {
    static const std::vector<Word> words = {
        {"option", "a statement", "option NAME = 3",
         "A number, a text in quotes, or `true` or `false`, known before the run; it may stand wherever a "
         "number may. "
         "The command line sets it: `--set NAME=4`.",
         R"(option codes = 8    # numbers in a code
latent z ~ normal(codes)
net G(z) { dense(1) }
train(steps = 100) { update G with sgd(0.1) { minimize G(z)^2 } }
)"},
        {"data", "a statement", "data NAME, NAME = SOURCE or SOURCE",
         "Names for what a source gives for each example. Of several sources the first that is there is "
         "taken. Fewer "
         "names than the source gives leave the last ones unread.",
         R"(data x, y = digits(range = [0, 1])
net F(x) { flatten | dense(10) | softmax }
train(epochs = 1, batch = 32) { update F with adam(1e-3) { minimize cross_entropy(F(x), y) } }
)"},
        {"latent", "a statement", "latent NAME ~ DISTRIBUTION",
         "A random value for each example, drawn anew in every step; all updates of a step see the same "
         "draw. A line "
         "`NAME ~ DISTRIBUTION` draws inside a body.",
         R"(latent z ~ normal(100)
net G(z) { dense(1) }
train(steps = 100) {
    update G with sgd(0.1) {
        e ~ uniform(0, 1)
        minimize (G(z) - e)^2
    }
}
)"},
        {"net", "a statement", "net NAME(INPUT, INPUT: SHAPE) -> SHAPE { LINES }",
         "A function with weights of its own, which every call shares. Its lines act on the running value, "
         "which "
         "starts as the first input. Shapes come from the calls, or are said: `z: 100`, `x: 1 x 28 x 28`, "
         "`y: "
         "label(10)`, or the name of data, as in `x: x`, for the shape of what it gives. `net NAME from "
         "\"RUN\"` "
         "takes a net from another run.",
         R"(latent z ~ normal(100)
net G(z: 100) -> 1 {
    dense(16)
    relu
    dense(1)
}
train(steps = 100) { update G with sgd(0.1) { minimize G(z)^2 } }
)"},
        {"from", "a word of `net`", "net NAME from \"RUN\"",
         "The net of that name in another run: its body, its shapes and its newest weights. The path starts "
         "at the "
         "file's folder.",
         ""},
        {"label", "a word of a net's shapes", "net NAME(k: label(10)) { LINES }",
         "Says that an input is one of so many classes; `label(y)` has as many as the data `y`. A call may "
         "then give a "
         "number: `NAME(3)`.",
         R"(net kind(k: label(2)) { embedding(4) | dense(1) }
train(steps = 100) { update kind with sgd(0.1) { minimize (kind(0) - 1)^2 + kind(1)^2 } }
)"},
        {"layer", "a statement", "layer NAME(INPUT, PARAMETER = DEFAULT) { LINES }",
         "A recipe of your own: each mention of it makes fresh weights. Its first parameter is the value it "
         "acts on, "
         "before a `|` or first in the parentheses; the others are numbers, texts, values or recipes.",
         R"(layer block(h, units, act = relu) { h + (h | dense(units) | act) }
latent z ~ normal(8)
net G(z) {
    block(8)
    block(8, act = tanh)
    dense(1)
}
train(steps = 100) { update G with sgd(0.1) { minimize G(z)^2 } }
)"},
        {"return", "a line of nets, layers and blocks", "return VALUE, VALUE",
         "Ends a body with one value or several. Without it the running value is the result.",
         R"(data x = digits(range = [0, 1])
net encoder(x) {
    h = x | flatten | dense(32) | relu
    return h | dense(4), h | dense(4)
}
train(epochs = 1, batch = 32) {
    update encoder with adam(1e-3) {
        mu, logvar = encoder(x)
        minimize sum(mu^2 + exp(logvar) - logvar)
    }
}
)"},
        {"repeat", "a line of nets, layers, blocks and `train`", "repeat 4 { LINES }",
         "Does its lines several times, at most 10,000. In a net or layer each turn has weights of its own. "
         "In `train` "
         "it stands around updates, and each turn takes a fresh batch and fresh draws.",
         R"(data x = digits(range = [-1, 1])
latent z ~ normal(16)
net C(x) {
    flatten
    repeat 2 {
        dense(64)
        leaky_relu(0.2)
    }
    dense(1)
}
net G(z) { dense(784) | tanh | reshape(1, 28, 28) }
train(epochs = 1, batch = 32) {
    repeat 5 {
        update C with rmsprop(5e-5) { maximize C(x) - C(G(z)) }
    }
    update G with rmsprop(5e-5) { maximize C(G(z)) }
}
)"},
        {"train", "a statement", "train(epochs = 25, batch = 64, seed = 1, stop = RULE) { LINES }",
         "What a step does: its lines in their order, updates among them. `epochs` or `steps` say how long; "
         "`batch` is "
         "64 unless said, `seed` 0. `--epochs`, `--steps`, `--batch` and `--seed` on the command line win.",
         R"(latent z ~ normal(4)
net G(z) { dense(1) }
train(steps = 1000, batch = 64, seed = 1) {
    update G with adam(1e-3) { minimize G(z)^2 }
}
)"},
        {"update", "a line of `train`", "update NET, NET with OPTIMIZER { LINES }",
         "Changes the weights of those nets, and of no others, so that the objective in its body gets "
         "better. What its "
         "body binds to one number is logged. Two updates of a net have moments of their own.",
         R"(data x = digits(range = [0, 1])
net encoder(x) { flatten | dense(32) | relu }
net decoder(h) { dense(784) | sigmoid | reshape(1, 28, 28) }
train(epochs = 1, batch = 32) {
    update encoder, decoder with adam(1e-3, clip = 5) {
        error = sum(bce(decoder(encoder(x)), x))
        minimize error
    }
}
)"},
        {"with", "a word of `update` and `average`", "update NET with OPTIMIZER { LINES }",
         "Stands before the optimizer of an update, and before the decay of an average.",
         R"(latent z ~ normal(4)
net G(z) { dense(1) }
train(steps = 100) {
    update G with sgd(cosine(0.1)) { minimize G(z)^2 }
    average G with 0.99
}
)"},
        {"minimize", "a line of an update", "minimize VALUE",
         "The objective: one number for each example, of which the mean over the batch shall fall. An update "
         "has one.",
         R"(latent z ~ normal(4)
net G(z) { dense(1) }
train(steps = 100) { update G with sgd(0.1) { minimize G(z)^2 } }
)"},
        {"maximize", "a line of an update", "maximize VALUE",
         "The objective: one number for each example, of which the mean over the batch shall rise. An update "
         "has one.",
         R"(latent z ~ normal(4)
net G(z) { dense(1) }
train(steps = 100) { update G with sgd(0.1) { maximize -G(z)^2 } }
)"},
        {"average", "a line of `train`", "average NET with 0.999",
         "Keeps a moving average of a net's weights, which `sample` and `measure` use instead of the weights "
         "themselves.",
         R"(latent z ~ normal(4)
net G(z) { dense(1) }
train(steps = 100) {
    update G with sgd(0.1) { minimize G(z)^2 }
    average G with 0.99
}
)"},
        {"measure", "a statement", "measure NAME = VALUE on test every epoch",
         "The mean of one number over all examples of a split, `test` or `train`, with nets in evaluation "
         "mode. It goes "
         "to measures.csv. A block `{ LINES }` may stand in place of the value.",
         R"(data x, y = digits(range = [0, 1])
net F(x) { flatten | dense(10) | softmax }
train(epochs = 1, batch = 32) { update F with adam(1e-3) { minimize cross_entropy(F(x), y) } }
measure loss = cross_entropy(F(x), y) on test every epoch
)"},
        {"sample", "a statement", "sample NAME = VALUE as SINK every epoch",
         "What is written while the model learns, with nets in evaluation mode and the same draw throughout. "
         "A block `{ "
         "LINES }` may stand in place of the value.",
         R"(latent z ~ normal(4)
net G(z) { dense(784) | sigmoid | reshape(1, 28, 28) }
train(steps = 100) { update G with sgd(0.1) { minimize mean(G(z)^2) } }
sample pictures = G(z) as grid(8, 8) every 50 steps
)"},
        {"on", "a word of `measure`", "measure NAME = VALUE on test every epoch",
         "Stands before the split whose examples are measured: `test` or `train`.",
         R"(data x = digits(range = [0, 1])
net F(x) { flatten | dense(1) }
train(epochs = 1, batch = 32) { update F with adam(1e-3) { minimize F(x)^2 } }
measure size = F(x)^2 on train every epoch
)"},
        {"as", "a word of `sample`", "sample NAME = VALUE as SINK every epoch",
         "Stands before what a sample is written as: a sink, such as `grid(8, 8)`.",
         R"(latent z ~ normal(4)
net G(z) { dense(3) }
train(steps = 100) { update G with sgd(0.1) { minimize mean(G(z)^2) } }
sample numbers = G(z) as npy(10) every 50 steps
)"},
        {"every", "a word of `measure` and `sample`", "sample NAME = VALUE as SINK every 5 epochs",
         "Stands before a period: `epoch`, `step`, `5 epochs`, `100 steps`, or an option's name and one of "
         "these.",
         R"(option often = 50
latent z ~ normal(4)
net G(z) { dense(3) }
train(steps = 100) { update G with sgd(0.1) { minimize mean(G(z)^2) } }
sample numbers = G(z) as csv(10) every often steps
)"},
        {"or", "a word of `data`", "data NAME = SOURCE or SOURCE",
         "Stands between sources, of which the first that is there is taken.",
         R"(data x = fashion_mnist(range = [0, 1]) or digits(range = [0, 1])
net F(x) { flatten | dense(1) }
train(epochs = 1, batch = 32) { update F with adam(1e-3) { minimize F(x)^2 } }
)"},
        {"row", "a value in a sample drawn as a grid", "sample NAME = NET(row) as grid(10, 10) every epoch",
         "Each cell's row, counted from 0: a label of as many classes as the grid has rows.",
         R"(latent z ~ normal(4)
net G(z, y) { concat(z, embedding(y, 4)) | dense(784) | sigmoid | reshape(1, 28, 28) }
data x, y = digits(range = [0, 1])
train(epochs = 1, batch = 32) { update G with sgd(0.1) { minimize mean((G(z, y) - x)^2) } }
sample pictures = G(z, row) as grid(10, 4) every epoch
)"},
        {"column", "a value in a sample drawn as a grid",
         "sample NAME = NET(column) as grid(10, 10) every epoch",
         "Each cell's column, counted from 0: a label of as many classes as the grid has columns.",
         R"(latent z ~ normal(4)
net G(z, y) { concat(z, embedding(y, 4)) | dense(784) | sigmoid | reshape(1, 28, 28) }
data x, y = digits(range = [0, 1])
train(epochs = 1, batch = 32) { update G with sgd(0.1) { minimize mean((G(z, y) - x)^2) } }
sample pictures = G(z, column) as grid(4, 10) every epoch
)"},
        {"true", "a literal", "true",
         "What an argument or an option may be that is switched on; `false` is its opposite.",
         R"(option biased = true
latent z ~ normal(4)
net G(z) { dense(1, bias = biased) }
train(steps = 100) { update G with sgd(0.1) { minimize G(z)^2 } }
)"},
        {"false", "a literal", "false",
         "What an argument or an option may be that is switched off; `true` is its opposite.",
         R"(latent z ~ normal(4)
net G(z) { dense(1, bias = false) }
train(steps = 100) { update G with sgd(0.1) { minimize G(z)^2 } }
)"},
    };
    return words;
}

}  // namespace gandsl::dsl
