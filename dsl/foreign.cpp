#include "dsl/foreign.hpp"

#include <algorithm>
#include <array>

namespace gandsl::dsl::foreign {

namespace {

/// Words with blanks between them, as `reduced` spells them, and the help for each. `of` is what they are
/// there, as a word of what was looked for; empty for a word that begins a line.
struct Row {
    std::string_view of;
    std::string_view words;
    std::string_view help;
};

constexpr auto rows = std::to_array<Row>({
    // Layers.
    {"layer", "linear fc fullyconnected", "write `dense(units)`"},
    {"layer", "convolution convolutional convolve cnn", "write `conv(filters, kernel = 3)`"},
    {"layer", "deconv deconvolution transposedconv convolutiontranspose upconv",
     "write `conv_transpose(filters, kernel = 4, stride = 2)`"},
    {"layer", "batchnormalization bn batchnormalisation", "write `batch_norm`"},
    {"layer", "layernormalization ln layernormalisation rmsnorm", "write `layer_norm`"},
    {"layer", "groupnormalization groupnormalisation", "write `group_norm(groups)`"},
    {"layer", "instancenormalization instancenormalisation", "write `instance_norm`"},
    {"layer", "spectralnormalization spectralnormalisation",
     "write `spectral_norm(conv(64))`, around the layer"},
    {"layer", "maxpooling pool pooling adaptivemaxpool", "write `max_pool(2)`"},
    {"layer", "averagepooling averagepool meanpool", "write `avg_pool(2)`"},
    {"layer", "globalaveragepooling adaptiveavgpool globalavgpool",
     "write `mean(axis = 2) | mean(axis = 1)`, the mean of each channel of a picture"},
    {"layer", "upsampling interpolate resize pixelshuffle", "write `upsample(2)`"},
    {"layer", "view", "write `reshape(sizes)`"},
    {"layer", "multiheadattention selfattention mha scaleddotproductattention", "write `attention(heads)`"},
    {"layer", "transformer transformerencoder transformerencoderlayer",
     "there is none; write it of `attention(heads)`, `layer_norm` and `dense`, as a `layer` of your own"},
    {"layer", "simplernn lstmcell grucell rnncell", "write `lstm(units)`, `gru(units)` or `rnn(units)`"},
    {"layer", "swish", "write `silu`"},
    {"layer", "lrelu prelu", "write `leaky_relu(0.2)`"},
    {"layer", "selu celu", "write `elu`"},
    {"layer", "expit logistic", "write `sigmoid`"},
    {"layer", "mish", "there is none; write `h * tanh(softplus(h))`"},
    {"layer", "relu6", "there is none; write `relu(h) - relu(h - 6)`"},
    {"layer", "logsigmoid", "write `log(sigmoid(h))`, which is computed safely"},
    {"layer", "logsoftmax", "write `log(softmax(h))`, which is computed safely"},
    {"layer", "sequential modulelist", "a net's lines are its layers, one below the other"},
    {"layer", "positionalencoding positionalembedding posenc", "write `position(length)`"},
    {"layer", "identity", "leave it out: a value that nothing acts on stays as it is"},
    {"layer", "onehotencoding tocategorical", "write `one_hot(k)`"},
    // Functions of values.
    {"function", "clamp clip clipbyvalue hardtanh", "write `min(max(x, low), high)`"},
    {"function", "maximum fmax", "write `max(a, b)`"},
    {"function", "minimum fmin", "write `min(a, b)`"},
    {"function", "transpose permute swapaxes moveaxis movedim t",
     "there is none; axes of size 1 do it where values meet: `sum(reshape(a, n, k, 1) * reshape(b, 1, k, m), "
     "axis = 1)` is a product of matrices"},
    {"function", "matmul mm bmm dot einsum tensordot inner outer gemm",
     "there is none; write `sum(a * b)` of two vectors, `dense(units)` for learned weights, and "
     "`sum(reshape(a, n, k, 1) * reshape(b, 1, k, m), axis = 1)` of an n x k by a k x m"},
    {"function", "argmax topk", "there is none; `h == max(h)` is 1 where the largest number is, else 0"},
    {"function", "argmin", "there is none; `h == min(h)` is 1 where the smallest number is, else 0"},
    {"function", "where cond select ifelse",
     "there is none; a comparison is 1 or 0: `c * a + (1 - c) * b`, with `c = x > 0`"},
    {"function", "sort argsort sorted rank median quantile percentile",
     "there is none; `min`, `mean` and `max` say how numbers lie"},
    {"function", "cat concatenate stack hstack vstack append join", "write `concat(a, b)`"},
    {"function", "chunk split unbind", "write slices along the first axis: `h[0:8]` and `h[8:16]`"},
    {"function", "gather take indexselect", "there is none; write `h[3]` or `h[2:5]` along the first axis"},
    {"function", "squeeze unsqueeze expanddims", "write `reshape(sizes)`"},
    {"function", "expand broadcastto tile repeatinterleave",
     "there is none: where shapes meet, an axis of size 1 is repeated by itself"},
    {"function", "detach nograd stopgrad disconnected", "write `stop_gradient(h)`"},
    {"function", "gradient gradients autograd jacobian backward derivative", "write `grad(e, v)`"},
    {"function", "var variance", "there is none; write `mean((h - mean(h))^2)`"},
    {"function", "std stddev standarddeviation",
     "there is none; write `sqrt(mean((h - mean(h))^2))`, or `batch_std(h)` across the batch"},
    {"function", "prod product cumprod", "there is none; write `exp(sum(log(h)))` of numbers above 0"},
    {"function", "cumsum", "there is none; `sum` reduces a whole axis"},
    {"function", "logsumexp", "there is none; write `log(sum(exp(h)))`"},
    {"function", "pow power square", "write `x^2`"},
    {"function", "reciprocal inverse", "write `1 / x`"},
    {"function", "rsqrt", "write `1 / sqrt(x)`"},
    {"function", "cbrt", "write `x^(1 / 3)`"},
    {"function", "sign signum", "there is none; write `(x > 0) - (x < 0)`"},
    {"function", "ln", "write `log(x)`"},
    {"function", "log2", "write `log(x) / log(2)`"},
    {"function", "log10", "write `log(x) / log(10)`"},
    {"function", "log1p", "write `log(1 + x)`"},
    {"function", "expm1", "write `exp(x) - 1`"},
    {"function", "tan", "there is none; write `sin(x) / cos(x)`"},
    {"function", "sinh", "there is none; write `(exp(x) - exp(-x)) / 2`"},
    {"function", "cosh", "there is none; write `(exp(x) + exp(-x)) / 2`"},
    {"function", "ceil ceiling", "there is none; write `-floor(-x)`"},
    {"function", "round rint", "there is none; write `floor(x + 0.5)`"},
    {"function", "mod fmod remainder", "there is none; write `a - b * floor(a / b)`"},
    {"function", "zeroslike", "write `0 * x`"},
    {"function", "oneslike", "write `0 * x + 1`"},
    {"function", "eye identitymatrix", "write `one_hot(k)`"},
    {"function", "arange linspace range",
     "there is none; `position(length)` adds what is learned for each step"},
    {"function", "len size shape ndim", "write `length(h)` for the first axis, `width(h)` for the last"},
    {"function", "rand randuniform random uniformlike randlike",
     "draw it in a line of its own: `e ~ uniform(0, 1)`"},
    {"function", "randn randnlike gaussian randomnormal normal",
     "draw it in a line of its own: `e ~ normal(20)`"},
    {"function", "uniform bernoulli categorical", "draw it in a line of its own: `e ~ uniform(0, 1)`"},
    {"function", "binarycrossentropy binarycrossentropywithlogits bceloss bcewithlogits bcewithlogitsloss",
     "write `sum(bce(p, t))`, p from a `sigmoid`"},
    {"function",
     "crossentropyloss crossentropy categoricalcrossentropy sparsecategoricalcrossentropy nll nllloss",
     "write `cross_entropy(p, y)`, p from a `softmax`"},
    {"function", "mseloss meansquarederror", "write `mse(a, b)`"},
    {"function", "mae l1loss meanabsoluteerror", "write `mean(abs(a - b))`"},
    {"function", "huber huberloss smoothl1loss", "there is none; write `mean(sqrt(1 + (a - b)^2) - 1)`"},
    {"function", "kl kldiv kldivloss kldivergence",
     "write it out: `sum(mu^2 + exp(logvar) - logvar - 1) / 2` from a normal to the standard one"},
    {"function", "print", "what an update binds to a name is logged and shown: `name = ...`"},
    {"function", "if elif", "there is none; a comparison is 1 or 0: `c * a + (1 - c) * b`, with `c = x > 0`"},
    {"function", "none null nil", "there is none: leave out an argument that is not wanted"},
    {"function", "pi", "write `3.14159265`"},
    {"function", "self", "a net's inputs and weights are its own: leave it out"},
    // Optimizers and schedules.
    {"optimizer", "momentum nesterov", "write `sgd(0.01, momentum = 0.9)`"},
    {"schedule", "cosineannealing cosineannealinglr cosinedecay warmup",
     "write `cosine(2e-4, warmup = 500)`"},
    {"schedule", "exponential exponentiallr exponentialdecay steplr", "write `decay(...)`"},
    // Data.
    {"data source", "csv pandas dataframe readcsv", "write `table(\"file.csv\")`"},
    {"data source",
     "folder imagefolder image pictures picture png jpg jpeg cifar cifar10 celeba imagenet lsun",
     "write `images(\"folder/*.png\", size = 32)`"},
    {"data source", "txt text textfile corpus", "write `chars(\"*.txt\", length = 64)`"},
    {"data source", "wav sound mp3", "write `audio(\"*.wav\", length = 256)`"},
    {"data source", "numpy npz", "write `npy(\"file.npy\")`"},
    {"data source", "timeseries sequence", "write `series(\"file.csv\", \"column\")`"},
    {"distribution", "gaussian randn gauss", "write `normal(20)`"},
    {"distribution", "rand random", "write `uniform(0, 1)`"},
    {"distribution", "multinomial randint choice", "write `categorical(k)`"},
    {"distribution", "binomial coin", "write `bernoulli(0.5)`"},
    {"initializer", "xavieruniform xaviernormal glorotuniform glorotnormal", "write `glorot`"},
    {"initializer", "kaiminguniform kaimingnormal heuniform henormal", "write `he`"},
    {"initializer", "truncatednormal gaussian", "write `normal(0, 0.02)`"},
    {"initializer", "zero", "write `zeros`"},
    {"initializer", "one", "write `ones`"},
    {"sink", "png jpg image images picture pictures", "write `grid(8, 8)`"},
    {"sink", "txt", "write `text`"},
    {"sink", "numpy", "write `npy`"},
    // Words that begin a line or a statement.
    {"", "minimise", "write `minimize`"},
    {"", "maximise", "write `maximize`"},
    {"", "loss objective cost", "say what an update learns: `minimize e`"},
    {"", "if elif else switch case match when unless",
     "there is no `if`: a comparison is 1 or 0, so write `c * a + (1 - c) * b`, with `c = x > 0`"},
    {"", "for while loop do foreach", "write `repeat 4 { ... }`"},
    {"", "break pass end begin", "there is none: a block ends with its `}`"},
    {"", "def function fun fn func class module model network generator discriminator encoder decoder critic",
     "write `net NAME(x) { ... }`, or `layer NAME(h) { ... }` for a recipe that makes fresh weights wherever "
     "it stands"},
    {"", "block", "write `layer NAME(h) { ... }`"},
    {"", "import from using include require package",
     "nothing is imported: every layer, function and source is known"},
    {"", "let var auto val", "write `name = ...`"},
    {"", "const param parameter parameters hyperparameter config setting set arg", "write `option NAME = 3`"},
    {"", "dataset dataloader input inputs load", "write `data x = ...`"},
    {"", "noise prior random", "write `latent z ~ normal(100)`"},
    {"", "fit optimize optimise learn run training", "write `train(epochs = 25, batch = 64) { ... }`"},
    {"", "optimizer step", "write `update NET with adam(2e-4) { ... }`"},
    {"", "ema", "write `average NET with 0.999`"},
    {"", "test eval evaluate validate metric log", "write `measure NAME = ... on test every epoch`"},
    {"", "print plot show save generate draw output", "write `sample NAME = ... as grid(8, 8) every epoch`"},
    {"", "not", "comparisons are 1 or 0: write `1 - a` for what does not hold"},
    {"", "assert raise try except lambda async await yield with", "there is none"},
});

/// Names of arguments elsewhere, and those here of which the callee may have one, the likeliest first; or,
/// where none is the same, what to do instead.
struct ArgumentRow {
    std::string_view words;
    std::string_view own;
    std::string_view help = {};
};

constexpr auto argument_rows = std::to_array<ArgumentRow>({
    {"learningrate eta rate stepsize", "lr rate"},
    {"outchannels outfeatures channels filters units numfilters outputdim hiddensize hidden features dim "
     "size width "
     "embeddingdim",
     "filters units width size sizes"},
    {"kernelsize ksize filtersize poolsize window", "kernel"},
    {"strides", "stride"},
    {"padding", "pad"},
    {"dilationrate", "dilation"},
    {"usebias", "bias"},
    {"numheads nheads nhead", "heads"},
    {"p prob probability keepprob dropoutrate", "rate"},
    {"negativeslope alpha", "slope alpha"},
    {"epsilon", "eps"},
    {"betas beta", "beta1"},
    {"l2 decay regularization", "weight_decay"},
    {"maxnorm gradclip clipnorm clipvalue gradientclip", "clip"},
    {"weightinit kernelinitializer initializer weights", "init"},
    {"scalefactor scale", "factor"},
    {"numgroups", "groups"},
    {"epoch numepochs nepochs maxepochs", "epochs"},
    {"step numsteps maxsteps iterations iters", "steps"},
    {"batchsize bs minibatch", "batch"},
    {"randomseed randomstate manualseed", "seed"},
    {"earlystopping patience callbacks", "stop turns"},
    {"dim dims dimension axes", "axis"},
    {"path filename file files dir folder root directory pattern", "files file images"},
    {"imagesize side sides resolution", "size"},
    {"sequencelength seqlen maxlen blocksize contextlength", "length"},
    {"samplerate", "rate"},
    {"testsplit validationsplit testsize valsplit", "holdout"},
    {"normalize normalise", "range scale"},
    {"target label y", "labels label"},
    {"cols ncols", "columns"},
    {"nrow nrows", "rows"},
    {"elementwiseaffine", "affine"},
    {"inchannels infeatures inputdim inputshape inputsize numembeddings", "",
     "leave it out: the shape that goes in is known"},
    {"activation nonlinearity", "", "put it behind: `dense(64) | relu`"},
});

struct SignRow {
    std::string_view signs;     ///< with blanks between them
    std::string_view expected;  ///< a part of what was expected; empty: whatever it was
    std::string_view help;
};

constexpr auto sign_rows = std::to_array<SignRow>({
    {"**", "", "a power is written `x^2`"},
    {"//", "", "a comment starts with `#`, and a quotient without its fraction is `floor(a / b)`"},
    {"/*", "", "a comment starts with `#`"},
    {"%", "", "there is no remainder; write `a - b * floor(a / b)`"},
    {"&& & and", "", "comparisons are 1 or 0: write `a * b` where both must hold"},
    {"|| or", "operator", "comparisons are 1 or 0: write `(a + b) > 0` where one must hold"},
    {"||", "", "comparisons are 1 or 0: write `(a + b) > 0` where one must hold"},
    {"! not", "", "comparisons are 1 or 0: write `1 - a` for what does not hold"},
    {"+= -= *= /= ++", "", "write it out: `name = name + 1`"},
    {":=", "", "names are bound with `=`"},
    {"== <= >=", "`=`", "names are bound with `=`"},
    {"@", "", "there is no `@`: write `dense(units)` for learned weights, `sum(a * b)` of two vectors"},
    {"?", "", "there is no `if`: a comparison is 1 or 0, so write `c * a + (1 - c) * b`"},
    {";", "", "each statement has its own line"},
    {"'", "", "texts are written in double quotes"},
    {".", "", "there are no attributes: write `f(h)` or `h | f`"},
    {"=", "operator", "`=` stands only after names; to compare, write `==`"},
    {":", "`=`", "names are bound with `=`"},
    {":", "`{`", "a block stands in braces: `{ ... }`"},
    {":", "`)`", "arguments are named with `=`: `kernel = 5`"},
    {":", "operator", "a block stands in braces, `{ ... }`, and arguments are named with `=`"},
    {",", "`]`",
     "only the first axis is indexed: write `h[2:5]`; for another axis `reshape` first, or slice before "
     "the axes are made"},
    {"(", "`{`",
     "a shape has numbers and names of options, or is the name of data: write the number itself, as in `16 x "
     "27`, "
     "or leave the shape out"},
    {"->", "operator", "`->` stands behind a net's inputs: `net G(z: 100) -> 1 x 28 x 28 { ... }`"},
    {"=>", "", "write a net: `net NAME(x) { ... }`"},
    {"in is", "", "to compare, write `==`"},
    {"if", "operator", "there is no `if`: a comparison is 1 or 0, so write `c * a + (1 - c) * b`"},
    {"for", "", "to do something several times, write `repeat 4 { ... }`"},
});

/// Lower case, without underscores and without a number of dimensions at the end.
std::string reduced(std::string_view word) {
    std::string result;
    for (const char c : word) {
        if (c != '_') {
            result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    for (const std::string_view dimensions : {"1d", "2d", "3d"}) {
        if (result.size() > 4 && result.ends_with(dimensions)) {
            result.resize(result.size() - 2);
        }
    }
    return result;
}

std::vector<std::string> split(std::string_view words) {
    std::vector<std::string> result;
    for (std::size_t begin = 0; begin < words.size();) {
        const std::size_t end = std::min(words.find(' ', begin), words.size());
        result.emplace_back(words.substr(begin, end - begin));
        begin = end + 1;
    }
    return result;
}

bool has_word(std::string_view words, std::string_view word) {
    const std::vector<std::string> all = split(words);
    return std::find(all.begin(), all.end(), word) != all.end();
}

}  // namespace

std::string name(std::string_view word, std::string_view what) {
    const std::string wanted = reduced(word);
    // Where a layer may stand so may a function, and a value.
    const bool callable = what.find("function") != std::string_view::npos;
    for (const Row& row : rows) {
        const bool fits = callable ? row.of == "layer" || row.of == "function" : row.of == what;
        if (fits && !row.of.empty() && has_word(row.words, wanted)) {
            return std::string(row.help);
        }
    }
    return "";
}

std::string argument(std::string_view word, const std::vector<std::string>& own) {
    const std::string wanted = reduced(word);
    for (const ArgumentRow& row : argument_rows) {
        if (!has_word(row.words, wanted)) {
            continue;
        }
        for (const std::string& here : split(row.own)) {
            if (std::find(own.begin(), own.end(), here) != own.end()) {
                return "write `" + here + " = ...`";
            }
        }
        if (!row.help.empty()) {
            return std::string(row.help);
        }
    }
    return "";
}

std::string keyword(std::string_view word) {
    const std::string wanted = reduced(word);
    for (const Row& row : rows) {
        if (row.of.empty() && has_word(row.words, wanted)) {
            return std::string(row.help);
        }
    }
    return "";
}

std::string sign(std::string_view sign, std::string_view expected) {
    for (const SignRow& row : sign_rows) {
        if (has_word(row.signs, sign) && expected.find(row.expected) != std::string_view::npos) {
            return std::string(row.help);
        }
    }
    return "";
}

bool alike(std::string_view a, std::string_view b) {
    return reduced(a) == reduced(b);
}

}  // namespace gandsl::dsl::foreign
