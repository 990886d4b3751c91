#include <cmath>
#include <cstdio>
#include <gandsl/autodiff.hpp>
#include <iostream>
#include <sstream>

// What is written first with a library of this kind, and what it gives. What does not compile stands in
// refused_lines.txt.
using namespace gandsl;

int failures = 0;

void check(const char* line, const Array& found, const std::vector<double>& expected) {
    bool same = found.size() == expected.size();
    for (std::size_t i = 0; same && i < expected.size(); ++i) {
        same = std::abs(double(found.data()[i]) - expected[i]) < 1e-5;
    }
    if (!same) {
        std::cout << line << " is " << found << '\n';
        ++failures;
    }
}
void check(const char* line, Var found, const std::vector<double>& expected) {
    check(line, found.value(), expected);
}
void check(const char* line, const std::string& found, const std::string& expected) {
    if (found != expected) {
        std::cout << line << " prints '" << found << "', expected '" << expected << "'\n";
        ++failures;
    }
}

#define LINE(line, ...) check(#line, line, {__VA_ARGS__})
#define PRINTS(expected, ...)                     \
    {                                             \
        std::ostringstream out;                   \
        out << __VA_ARGS__;                       \
        check(#__VA_ARGS__, out.str(), expected); \
    }
#define REFUSED(line, word)                                     \
    try {                                                       \
        line;                                                   \
        std::cout << #line << " was not refused\n";             \
        ++failures;                                             \
    } catch (const Error& error) {                              \
        if (error.message().find(word) == std::string::npos) {  \
            std::cout << #line << ": " << error.what() << '\n'; \
            ++failures;                                         \
        }                                                       \
    }

// No `using`: operators and functions are found by their arguments.
gandsl::Var loss_of(gandsl::Var w) {
    return sum(pow(abs(w) - 1, 2)) / 2 + sqrt(w[0] * w[0]);
}

int main() {
    Tape tape;
    const Var x = tape.constant(Array{{1, -2, 3}, {4, 5, -6}});
    Var y = tape.filled({2, 3}, 2);

    LINE(x[0], 1, -2, 3);
    LINE(x[-1], 4, 5, -6);
    LINE(x[1][2], -6);
    LINE(x * 2, 2, -4, 6, 8, 10, -12);
    LINE(2 / y, 1, 1, 1, 1, 1, 1);
    LINE(1 - x, 0, 3, -2, -3, -4, 7);
    LINE(-x, -1, 2, -3, -4, -5, 6);
    LINE(x > 0, 1, 0, 1, 1, 1, 0);
    LINE(x <= y, 1, 1, 0, 0, 0, 1);
    LINE(pow(x, 2), 1, 4, 9, 16, 25, 36);
    LINE(pow(x, 2.0), 1, 4, 9, 16, 25, 36);
    LINE(power(2.0, y), 4, 4, 4, 4, 4, 4);
    LINE(abs(x), 1, 2, 3, 4, 5, 6);
    LINE(maximum(x, 0), 1, 0, 3, 4, 5, 0);
    LINE(minimum(x, 0.0), 0, -2, 0, 0, 0, -6);
    LINE(clamp(x, -1, 1), 1, -1, 1, 1, 1, -1);
    LINE(where(x > 0, x, 0), 1, 0, 3, 4, 5, 0);
    LINE(equal(x, 5), 0, 0, 0, 0, 1, 0);
    LINE(sum(x), 5);
    LINE(sum(x, 0), 5, 3, -3);
    LINE(sum(x, -1), 2, 3);
    LINE(sum(x, {0, 1}), 5);
    LINE(mean(x, 1, true), 2.0 / 3, 1);
    LINE(max(x), 5);
    LINE(min(x, 0), 1, -2, -6);
    LINE(prod(x, 1), -6, -120);
    LINE(argmax(x, 1), 2, 1);
    LINE(cumsum(x, 1), 1, -1, 2, 4, 9, 3);
    LINE(sort(x), -2, 1, 3, -6, 4, 5);
    LINE(topk(x, 1).values, 3, 5);
    LINE(logsumexp(y, 1), 2 + std::log(3.0), 2 + std::log(3.0));
    LINE(log1p(y), std::log(3.0), std::log(3.0), std::log(3.0), std::log(3.0), std::log(3.0), std::log(3.0));
    LINE(transpose(x), 1, 4, -2, 5, 3, -6);
    LINE(reshape(x, {3, -1}), 1, -2, 3, 4, 5, -6);
    LINE(slice(x, 1, -2), -2, 3, 5, -6);
    LINE(stack({x[0], x[1]}), 1, -2, 3, 4, 5, -6);
    LINE(split(x, 3, 1)[2], 3, -6);
    LINE(matmul(x, transpose(x)), 14, -24, -24, 77);
    LINE(eye(tape, 2), 1, 0, 0, 1);
    LINE(arange(tape, 3), 0, 1, 2);
    LINE(linspace(tape, 0, 1, 3), 0, 0.5, 1);
    LINE((y += x), 3, 0, 5, 6, 7, -4);
    LINE((y *= 2), 6, 0, 10, 12, 14, -8);
    LINE(gradient(sum(x * x), x), 2, -4, 6, 8, 10, -12);
    LINE(gradient(loss_of(x[0]), x[0]), 0, 0, 0);  // another Var than the one that was used
    const Var w = tape.state(Array{3, -2}, "w");
    LINE(gradient(loss_of(w), w), 3, -1);

    PRINTS("(2, 3)", x.shape());
    PRINTS("state 'w', shape (2): [ 3 -2]", w);
    PRINTS("[ 3 -2]", w.value());
    Tape planned(Evaluation::planned);
    PRINTS("v0 = input 'a'  (2)\noutputs: v0\n", to_text(planned.input({2}, "a")));

    REFUSED(x[2], "size 2");
    REFUSED(x + w, "(2, 3)");
    REFUSED(sum(x, 2), "[sum]");
    return failures == 0 ? 0 : 1;
}
