#include "autodiff/threads.hpp"

#include <atomic>
#include <condition_variable>
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

// Long enough to catch the next loop of a running step, short enough not to burn a shared machine.
constexpr int spins = 4000;

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
    std::atomic<std::size_t> generation{0};
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> busy{0};
    std::size_t parts = 0;
    const void* body = nullptr;
    Erased call = nullptr;
    std::atomic<bool> stopping{false};
    std::mutex failure_mutex;
    std::exception_ptr failure;

    void work(std::size_t worker) {
        for (std::size_t part = next.fetch_add(1); part < parts; part = next.fetch_add(1)) {
            try {
                call(body, part, worker);
            } catch (...) {
                const std::lock_guard lock(failure_mutex);
                if (!failure) {
                    failure = std::current_exception();
                }
            }
        }
    }

    void wait_for_work(std::size_t seen) {
        for (int spin = 0; spin < spins; ++spin) {
            if (generation.load(std::memory_order_acquire) != seen) {
                return;
            }
            relax();
        }
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return generation.load(std::memory_order_acquire) != seen; });
    }

    void serve(std::size_t worker) {
        const FlushDenormals flush;
        std::size_t seen = 0;
        while (true) {
            wait_for_work(seen);
            seen = generation.load(std::memory_order_acquire);
            if (stopping) {
                return;
            }
            work(worker);
            busy.fetch_sub(1, std::memory_order_acq_rel);
        }
    }

    void release() {
        const std::lock_guard lock(mutex);
        generation.fetch_add(1, std::memory_order_acq_rel);
        wake.notify_all();
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
    shared_->release();
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
    shared_->parts = parts;
    shared_->body = body;
    shared_->call = call;
    shared_->failure = nullptr;
    shared_->next.store(0);
    shared_->busy.store(shared_->workers.size());
    shared_->release();
    shared_->work(0);
    for (int spin = 0; shared_->busy.load(std::memory_order_acquire) != 0; ++spin) {
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
