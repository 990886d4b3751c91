#include "autodiff/threads.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "autodiff/error.hpp"
#include "autodiff/machine.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace gandsl {

FlushDenormals::FlushDenormals() : saved_(0) {
#if defined(__SSE2__)
    saved_ = _mm_getcsr();
    _mm_setcsr(saved_ | 0x8040U);  // flush to zero, denormals are zero
#endif
}

FlushDenormals::~FlushDenormals() {
#if defined(__SSE2__)
    _mm_setcsr(saved_);
#endif
}

namespace {

// Long enough to catch the next loop of a running step, as a sleeping processor of a shared machine can take
// milliseconds to wake; short enough not to burn it while a step is read or written.
constexpr int spins = 16000;

// The parts of a loop, and how many of them were claimed, in one number: a claim says itself whether it is
// one.
constexpr std::uint64_t claimed = (std::uint64_t{1} << 32U) - 1;
constexpr std::size_t most_parts = std::size_t{1} << 31U;

bool is_open(std::uint64_t loop) {
    return (loop & claimed) < loop >> 32U;
}

void relax() {
#if defined(__SSE2__)
    _mm_pause();
#endif
}

}  // namespace

struct ThreadPool::Shared {
    std::vector<std::thread> workers;
    std::mutex mutex;
    std::condition_variable wake;
    std::atomic<std::uint64_t> loop{0};
    std::atomic<std::size_t> unfinished{0};  ///< parts
    std::atomic<std::size_t> asleep{0};
    const void* body = nullptr;
    Erased call = nullptr;
    std::atomic<bool> stopping{false};
    std::mutex failure_mutex;
    std::exception_ptr failure;

    // Nobody waits for a worker that comes late: it finds no part left.
    void work(std::size_t worker) {
        std::size_t finished = 0;
        for (std::uint64_t claim = loop.fetch_add(1); is_open(claim); claim = loop.fetch_add(1)) {
            try {
                call(body, claim & claimed, worker);
            } catch (...) {
                const std::lock_guard lock(failure_mutex);
                if (!failure) {
                    failure = std::current_exception();
                }
            }
            ++finished;
        }
        unfinished.fetch_sub(finished);
    }

    bool has_work() const { return is_open(loop.load()) || stopping.load(); }

    void wait_for_work() {
        for (int spin = 0; spin < spins; ++spin) {
            if (has_work()) {
                return;
            }
            relax();
        }
        std::unique_lock lock(mutex);
        asleep.fetch_add(1);
        wake.wait(lock, [&] { return has_work(); });
        asleep.fetch_sub(1);
    }

    void serve(std::size_t worker) {
        const FlushDenormals flush;
        for (wait_for_work(); !stopping; wait_for_work()) {
            work(worker);
        }
    }

    // Whoever sleeps, or is about to, sees what was stored before this.
    void wake_sleepers() {
        if (asleep.load() != 0) {
            const std::lock_guard lock(mutex);
            wake.notify_all();
        }
    }
};

ThreadPool::ThreadPool(std::size_t threads) : shared_(std::make_unique<Shared>()) {
    if (threads == 0) {
        threads = std::max(1U, std::thread::hardware_concurrency());
    }
    require_room_for_products(threads);
    try {
        for (std::size_t worker = 1; worker < threads; ++worker) {
            shared_->workers.emplace_back([shared = shared_.get(), worker] { shared->serve(worker); });
        }
    } catch (const std::system_error& error) {
        stop();
        throw Error(ErrorCode::memory,
                    "a thread could not be started: " + error.code().message() + "; fewer threads take less");
    }
}

ThreadPool::~ThreadPool() {
    stop();
}

void ThreadPool::stop() {
    shared_->stopping = true;
    shared_->wake_sleepers();
    for (std::thread& worker : shared_->workers) {
        worker.join();
    }
    shared_->workers.clear();
}

std::size_t ThreadPool::size() const {
    return shared_->workers.size() + 1;
}

void ThreadPool::run(std::size_t parts, const void* body, Erased call) {
    if (parts <= 1 || shared_->workers.empty()) {
        for (std::size_t part = 0; part < parts; ++part) {
            call(body, part, 0);
        }
        return;
    }
    if (parts >= most_parts) {
        throw Error(ErrorCode::internal, "[threads] a loop of too many parts");
    }
    shared_->body = body;
    shared_->call = call;
    shared_->failure = nullptr;
    shared_->unfinished.store(parts);
    shared_->loop.store(std::uint64_t{parts} << 32U);
    shared_->wake_sleepers();
    shared_->work(0);
    for (int spin = 0; shared_->unfinished.load() != 0; ++spin) {
        if (spin < spins) {
            relax();
        } else {
            std::this_thread::yield();
        }
    }
    if (shared_->failure) {
        std::rethrow_exception(shared_->failure);
    }
}

}  // namespace gandsl
