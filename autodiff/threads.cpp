#include "autodiff/threads.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
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

// One thread's share of a loop's parts: one past its last, and the next to be claimed, in one number, so that
// a claim says itself whether it is one.
struct alignas(64) Share {
    std::atomic<std::uint64_t> parts{0};
};
constexpr std::uint64_t next_part_mask = (std::uint64_t{1} << 32U) - 1;
constexpr std::size_t max_parts = std::size_t{1} << 31U;

bool is_open(std::uint64_t parts) {
    return (parts & next_part_mask) < parts >> 32U;
}

std::size_t threads_for(std::size_t asked) {
    return asked != 0 ? asked : std::max(1U, std::thread::hardware_concurrency());
}

// The pool whose part this thread is running, or whose worker it is. Only the thread itself can know.
thread_local const void* pool_at_work = nullptr;

class AtWork {
  public:
    explicit AtWork(const void* pool) : outer_(std::exchange(pool_at_work, pool)) {}
    ~AtWork() { pool_at_work = outer_; }
    AtWork(const AtWork&) = delete;
    AtWork& operator=(const AtWork&) = delete;

  private:
    const void* outer_;
};

void relax() {
#if defined(__SSE2__)
    _mm_pause();
#endif
}

}  // namespace

struct ThreadPool::Shared {
    explicit Shared(std::size_t threads) : shares(threads) {}

    std::vector<std::thread> workers;
    std::mutex loop_mutex;  ///< held by the thread whose loop it is
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<Share> shares;               ///< of each thread
    std::atomic<std::uint64_t> loops{0};     ///< begun; counted when all shares of one are there
    std::atomic<std::size_t> unfinished{0};  ///< parts
    std::atomic<std::size_t> asleep{0};
    const void* body = nullptr;
    Erased call = nullptr;
    std::atomic<bool> stopping{false};
    std::mutex failure_mutex;
    std::exception_ptr failure;

    // A thread begins with its own share: loop after loop that is the same piece of what they compute, which
    // then is in the cache next to it. Nobody waits for a worker that comes late: others have taken its
    // parts.
    void work(std::size_t worker) {
        std::size_t finished = 0;
        for (std::size_t turn = 0; turn < shares.size(); ++turn) {
            std::atomic<std::uint64_t>& parts = shares[(worker + turn) % shares.size()].parts;
            while (is_open(parts.load())) {
                const std::uint64_t claim = parts.fetch_add(1);
                if (is_open(claim)) {
                    run_part(claim & next_part_mask, worker);
                    ++finished;
                }
            }
        }
        unfinished.fetch_sub(finished);
    }

    void run_part(std::size_t part, std::size_t worker) {
        try {
            call(body, part, worker);
        } catch (...) {
            const std::lock_guard lock(failure_mutex);
            if (!failure) {
                failure = std::current_exception();
            }
        }
    }

    bool has_news(std::uint64_t seen) const { return loops.load() != seen || stopping.load(); }

    void wait_for_news(std::uint64_t seen) {
        for (int spin = 0; spin < spins; ++spin) {
            if (has_news(seen)) {
                return;
            }
            relax();
        }
        std::unique_lock lock(mutex);
        asleep.fetch_add(1);
        wake.wait(lock, [&] { return has_news(seen); });
        asleep.fetch_sub(1);
    }

    void serve(std::size_t worker) {
        const FlushDenormals flush;
        const AtWork at_work(this);
        std::uint64_t seen = 0;
        for (wait_for_news(seen); !stopping; wait_for_news(seen)) {
            seen = loops.load();
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

ThreadPool::ThreadPool(std::size_t threads) : shared_(std::make_unique<Shared>(threads_for(threads))) {
    threads = size();
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
    return shared_->shares.size();
}

void ThreadPool::run(std::size_t parts, const void* body, Erased call) {
    const bool alone = shared_->workers.empty();
    if (pool_at_work == shared_.get() || (pool_at_work != nullptr && !alone)) {
        throw Error(
            ErrorCode::invalid_argument,
            "[parallel] called by a part of a loop that is running; a loop within a loop is run by the "
            "part itself, or with a ThreadPool(1) of its own");
    }
    const AtWork at_work(shared_.get());
    if (parts <= 1 || alone) {
        for (std::size_t part = 0; part < parts; ++part) {
            call(body, part, 0);
        }
        return;
    }
    if (parts >= max_parts) {
        throw Error(ErrorCode::internal, "[threads] a loop of too many parts");
    }
    const std::lock_guard turn(shared_->loop_mutex);
    shared_->body = body;
    shared_->call = call;
    shared_->failure = nullptr;
    shared_->unfinished.store(parts);
    const std::size_t threads = size();
    for (std::size_t thread = 0; thread < threads; ++thread) {
        const std::uint64_t begin = parts * thread / threads;
        const std::uint64_t end = parts * (thread + 1) / threads;
        shared_->shares[thread].parts.store(end << 32U | begin);
    }
    shared_->loops.fetch_add(1);
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
