"""The models of the benchmark in PyTorch: python3 peer.py MODEL --threads T --batch B --steps N

Each trains as its .gan file says: same layers, sizes, losses, optimizers and order of updates. Batches are
made before the clock starts; their numbers are noise, which takes as long as pictures do. Prints JSON: the
milliseconds of each step, the largest memory the process had, and what it ran on.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

CORPUS = Path(__file__).resolve().parents[2] / "models" / "corpus.txt"
BATCHES = 4  # that take turns


def adam(*nets, rate, betas):
    weights = [weight for net in nets for weight in net.parameters() if weight.requires_grad]
    return torch.optim.Adam(weights, lr=rate, betas=betas)


def real(score):
    return F.binary_cross_entropy_with_logits(score, torch.ones_like(score))


def fake(score):
    return F.binary_cross_entropy_with_logits(score, torch.zeros_like(score))


def gan(generator, discriminator, shape, options, latent=100):
    """Two updates with the usual losses; the generator's pictures are made once for both."""
    rest = dict(rate=2e-4, betas=(0.5, 0.999))
    of_generator, of_discriminator = adam(generator, **rest), adam(discriminator, **rest)
    pictures = [torch.rand(options.batch, *shape) * 2 - 1 for _ in range(BATCHES)]

    def step(number):
        drawn = generator(torch.randn(options.batch, latent))
        of_discriminator.zero_grad(set_to_none=True)
        loss = real(discriminator(pictures[number % BATCHES])) + fake(discriminator(drawn.detach()))
        loss.backward()
        of_discriminator.step()
        of_generator.zero_grad(set_to_none=True)
        discriminator.requires_grad_(False)  # its own gradients are not asked for here
        real(discriminator(drawn)).backward()
        discriminator.requires_grad_(True)
        of_generator.step()

    return [generator, discriminator], step


def enlarge(inputs, outputs, kernel, stride, slope):
    padding = (kernel - 1) // 2
    rest = stride - kernel + 2 * padding  # so that the sides are `stride` times as long
    return [
        nn.ConvTranspose2d(inputs, outputs, kernel, stride, padding, rest, bias=False),
        nn.BatchNorm2d(outputs),
        nn.LeakyReLU(slope),
    ]


def start(latent, channels, side, slope):
    return [
        nn.Linear(latent, channels * side * side, bias=False),
        nn.BatchNorm1d(channels * side * side),
        nn.LeakyReLU(slope),
        nn.Unflatten(1, (channels, side, side)),
    ]


def judge(sizes, kernel, slope, dropout, flat):
    """Convolutions of stride 2, then one number."""
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Conv2d(inputs, outputs, kernel, 2, kernel // 2), nn.LeakyReLU(slope)]
        layers += [nn.Dropout(dropout)] if dropout else []
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(flat, 1))


def mnist(options):
    generator = nn.Sequential(
        *start(100, 256, 7, 0.3),
        *enlarge(256, 128, 5, 1, 0.3),
        *enlarge(128, 64, 5, 2, 0.3),
        nn.ConvTranspose2d(64, 1, 5, 2, 2, output_padding=1, bias=False),
        nn.Tanh(),
    )
    return gan(generator, judge([1, 64, 128], 5, 0.3, 0.3, 128 * 49), (1, 28, 28), options)


def deep_dcgan(options):
    generator = nn.Sequential(
        *start(100, 128, 7, 0.3),
        *enlarge(128, 128, 5, 1, 0.3),
        *[layer for _ in range(3) for layer in enlarge(128, 128, 5, 2, 0.3)],
        nn.Conv2d(128, 1, 5, 2, 2),
        nn.Tanh(),
    )
    return gan(generator, judge([1, 128, 128], 5, 0.3, 0.3, 128 * 49), (1, 28, 28), options)


def face(options):
    generator = nn.Sequential(
        *start(100, 128, 8, 0.2),
        *[layer for _ in range(3) for layer in enlarge(128, 128, 4, 2, 0.2)],
        nn.Conv2d(128, 3, 3, 1, 1),
        nn.Tanh(),
    )
    return gan(generator, judge([3, 64, 128, 128], 3, 0.2, 0, 128 * 64), (3, 64, 64), options)


def dense(sizes, activation, dropout=0.0):
    """Linear layers with an activation after each but the last."""
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), activation()]
        layers += [nn.Dropout(dropout)] if dropout else []
    return layers[: -2 if dropout else -1]


def mlp_gan(options, sizes=(256, 512, 1024)):
    leaky = lambda: nn.LeakyReLU(0.2)
    # The last layer is followed by no dropout.
    generator = nn.Sequential(*dense([100, *sizes, 784], leaky), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))
    discriminator = nn.Sequential(nn.Flatten(), *dense([784, *reversed(sizes), 1], leaky, 0.25))
    return gan(generator, discriminator, (1, 28, 28), options)


def wide_gan(options):
    return mlp_gan(options, [options.width] * 3)


def wgan_critic(options):
    generator = nn.Sequential(*dense([100, 256, 512, 784], nn.ReLU), nn.Tanh(), nn.Unflatten(1, (1, 28, 28)))
    critic = nn.Sequential(nn.Flatten(), *dense([784, 512, 256, 1], lambda: nn.LeakyReLU(0.2)))
    optimizer = adam(critic, rate=1e-4, betas=(0.0, 0.9))
    pictures = [torch.rand(options.batch, 1, 28, 28) * 2 - 1 for _ in range(BATCHES)]

    def step(number):
        x = pictures[number % BATCHES]
        with torch.no_grad():
            drawn = generator(torch.randn(options.batch, 100))
        t = torch.rand(options.batch, 1, 1, 1)
        mix = (t * x + (1 - t) * drawn).requires_grad_()
        (slope,) = torch.autograd.grad(critic(mix).sum(), mix, create_graph=True)
        penalty = (slope.flatten(1).norm(dim=1) - 1).square().mean()
        optimizer.zero_grad(set_to_none=True)
        (10 * penalty - (critic(x).mean() - critic(drawn).mean())).backward()
        optimizer.step()

    # The generator is drawn from and not learned, as in the .gan file.
    return [critic], step


def vae(options):
    hidden = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU())
    mean, log_variance = nn.Linear(400, 20), nn.Linear(400, 20)
    decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))
    nets = [hidden, mean, log_variance, decoder]
    optimizer = adam(*nets, rate=1e-3, betas=(0.9, 0.999))
    pictures = [torch.rand(options.batch, 1, 28, 28) for _ in range(BATCHES)]

    def step(number):
        x = pictures[number % BATCHES]
        h = hidden(x)
        mu, logvar = mean(h), log_variance(h)
        y = decoder(mu + torch.exp(logvar / 2) * torch.randn_like(mu))
        reconstruction = F.binary_cross_entropy_with_logits(y, x.flatten(1), reduction="sum")
        divergence = (mu.square() + logvar.exp() - logvar - 1).sum() / 2
        optimizer.zero_grad(set_to_none=True)
        ((reconstruction + divergence) / options.batch).backward()
        optimizer.step()

    return nets, step


class Recurrent(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.embedding = nn.Embedding(classes, 256)
        self.lstm = nn.LSTM(256, 256, num_layers=2, batch_first=True)
        self.scores = nn.Linear(256, classes)
        # The second bias adds to the first; without it the two sides learn the same weights.
        for name, weight in self.lstm.named_parameters():
            if name.startswith("bias_hh"):
                nn.init.zeros_(weight).requires_grad_(False)

    def forward(self, text):
        return self.scores(self.lstm(self.embedding(text))[0])


class Block(nn.Module):
    def __init__(self, width, heads, length):
        super().__init__()
        self.heads = heads
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.queries = nn.Linear(width, 3 * width)  # keys and values, too
        self.result = nn.Linear(width, width)
        self.dense = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        hidden = torch.ones(length, length).triu(1).bool()
        self.register_buffer("later", torch.zeros(length, length).masked_fill(hidden, float("-inf")))

    def attend(self, h):
        examples, length, width = h.shape
        parts = self.queries(h).view(examples, length, 3, self.heads, width // self.heads)
        query, key, value = parts.permute(2, 0, 3, 1, 4).unbind(0)
        scores = query @ key.transpose(-2, -1) * (width // self.heads) ** -0.5 + self.later
        mixed = F.softmax(scores, dim=-1) @ value
        return self.result(mixed.transpose(1, 2).reshape(examples, length, width))

    def forward(self, h):
        a = h + self.attend(self.before(h))
        return a + self.dense(self.after(a))


class Transformer(nn.Module):
    def __init__(self, classes, length, width=128, heads=4, blocks=4):
        super().__init__()
        self.embedding = nn.Embedding(classes, width)
        self.position = nn.Parameter(torch.randn(length, width) * 0.02)
        self.blocks = nn.Sequential(*[Block(width, heads, length) for _ in range(blocks)])
        self.norm = nn.LayerNorm(width)
        self.scores = nn.Linear(width, classes)

    def forward(self, text):
        return self.scores(self.norm(self.blocks(self.embedding(text) + self.position)))


def text_model(net, classes, length, rate, options):
    optimizer = adam(net, rate=rate, betas=(0.9, 0.999))
    texts = [torch.randint(classes, (options.batch, length + 1)) for _ in range(BATCHES)]
    texts = [(text[:, :-1].contiguous(), text[:, 1:].contiguous()) for text in texts]

    def step(number):
        text, following = texts[number % BATCHES]
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(net(text).flatten(0, 1), following.flatten()).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        optimizer.step()

    return [net], step


def symbols():
    return len(set(CORPUS.read_text(encoding="utf-8")))


def lstm(options):
    classes = symbols()
    return text_model(Recurrent(classes), classes, options.length or 64, 2e-3, options)


def gpt(options):
    classes, length = symbols(), options.length or 128
    return text_model(Transformer(classes, length), classes, length, 1e-3, options)


BUILDERS = [mnist, deep_dcgan, face, mlp_gan, wgan_critic, vae, lstm, gpt, wide_gan]
MODELS = {build.__name__: build for build in BUILDERS}


def loaded_blas():
    """The file of OpenBLAS that this process uses: which flavour it is."""
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        return sorted({line.split()[-1] for line in maps if "blas" in line})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=1e9, help="fewer steps if they take longer; at least 3")
    parser.add_argument("--width", type=int, default=0)
    parser.add_argument("--length", type=int, default=0)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)  # as gandsl does
    torch.manual_seed(0)
    nets, step = MODELS[options.model](options)
    for number in range(3):  # to warm up
        step(number)
    times = []
    end = time.perf_counter() + options.seconds
    while len(times) < options.steps and (len(times) < 3 or time.perf_counter() < end):
        begin = time.perf_counter()
        step(len(times))
        times.append(1e3 * (time.perf_counter() - begin))
    learned = sum(w.numel() for net in nets for w in net.parameters() if w.requires_grad)
    print(json.dumps({
        "step_ms": times,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "parameters": learned,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "onednn": torch.backends.mkldnn.is_available(),
        "blas": loaded_blas(),
    }))


if __name__ == "__main__":
    main()
