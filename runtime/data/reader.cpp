#include "runtime/data/reader.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "autodiff/error.hpp"

namespace gandsl::data {

struct Reader::State {
    DatasetPointer dataset;
    Order order;
    Options options;

    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Batch> ready;
    std::vector<Batch> spare;  ///< buffers to use again
    std::exception_ptr error;
    bool stop = false;
    std::thread thread;

    void run() noexcept {
        std::uint64_t position = options.position;
        try {
            while (true) {
                Batch batch;
                {
                    std::unique_lock lock(mutex);
                    changed.wait(lock, [this] { return stop || ready.size() < options.queue; });
                    if (stop) {
                        return;
                    }
                    if (!spare.empty()) {
                        batch = std::move(spare.back());
                        spare.pop_back();
                    }
                }
                read_ordered(*dataset, order, position, options.batch, options.field_count, batch,
                             options.next);
                position += options.batch;
                const std::lock_guard lock(mutex);
                ready.push_back(std::move(batch));
                changed.notify_all();
            }
        } catch (...) {
            const std::lock_guard lock(mutex);
            error = std::current_exception();
            changed.notify_all();
        }
    }
};

Reader::Reader(DatasetPointer dataset, Order order, Options options) : state_(std::make_unique<State>()) {
    if (options.batch == 0 || options.queue == 0) {
        throw Error(ErrorCode::invalid_argument, "a reader needs a batch and a queue of at least 1");
    }
    if (order.count == 0 || order.count != dataset->description().train_count) {
        throw Error(ErrorCode::invalid_argument, "an order of " + std::to_string(order.count) +
                                                     " examples does not fit " +
                                                     dataset->description().source + " with " +
                                                     std::to_string(dataset->description().train_count));
    }
    state_->dataset = std::move(dataset);
    state_->order = order;
    state_->options = options;
    state_->spare.reserve(options.queue + 1);
    try {
        state_->thread = std::thread([state = state_.get()] { state->run(); });
    } catch (const std::system_error& error) {
        throw Error(ErrorCode::memory, "the thread that reads " + state_->dataset->description().source +
                                           " could not be started: " + error.code().message() +
                                           "; fewer --threads take less");
    }
}

Reader::~Reader() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stop = true;
    }
    state_->changed.notify_all();
    state_->thread.join();
}

void Reader::next(Batch& batch) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [this] { return !state_->ready.empty() || state_->error; });
    if (state_->ready.empty()) {
        std::rethrow_exception(state_->error);
    }
    std::swap(batch, state_->ready.front());
    state_->spare.push_back(std::move(state_->ready.front()));
    state_->ready.pop_front();
    state_->changed.notify_all();
}

}  // namespace gandsl::data
