#include "autodiff/machine.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "autodiff/error.hpp"

namespace gandsl {

namespace {

constexpr std::size_t no_limit = std::size_t{1} << 60U;  // more than there is; groups have 2^63 less a page
constexpr std::size_t unknown = std::numeric_limits<std::size_t>::max();

/// A file that holds one number; nothing for other text ("max").
std::optional<std::size_t> number_in(const std::string& path) {
    std::ifstream file(path);
    std::size_t number = 0;
    return file >> number ? std::optional(number) : std::nullopt;
}

/// Bytes of files that the system would give back.
std::size_t pages_of_files(const std::string& statistics) {
    std::ifstream file(statistics);
    std::size_t bytes = 0;
    std::size_t value = 0;
    for (std::string key; file >> key >> value;) {
        bytes += key == "inactive_file" || key == "active_file" ? value : 0;
    }
    return bytes;
}

std::size_t left(std::size_t limit, std::size_t used) {
    return limit - std::min(limit, used);
}

std::size_t free_memory() {
    std::ifstream info("/proc/meminfo");
    for (std::string name; info >> name;) {
        std::size_t kilobytes = 0;
        if (name == "MemAvailable:" && info >> kilobytes) {
            return kilobytes * 1024;
        }
        info.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page) : unknown;
}

/// What the process's control group and those around it leave (Linux, cgroups 1 and 2). Pages of files count
/// as used there, though they are given back when memory is wanted, and so are taken off.
std::size_t group_memory() {
    std::size_t lowest = unknown;
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) {
        const std::size_t name = line.find(':');
        const std::size_t path = name == std::string::npos ? name : line.find(':', name + 1);
        if (path == std::string::npos) {
            continue;
        }
        const bool second = line.compare(0, path + 1, "0::") == 0;
        if (!second && line.substr(name + 1, path - name - 1) != "memory") {
            continue;
        }
        const std::string root = second ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        // In a container the folder of the group itself is the root.
        for (std::string group = line.substr(path + 1);;
             group.resize(std::min(group.rfind('/'), group.size()))) {
            const std::string folder = root + group + "/";
            const auto limit = number_in(folder + (second ? "memory.max" : "memory.limit_in_bytes"));
            if (limit && *limit < no_limit) {
                const std::size_t used =
                    number_in(folder + (second ? "memory.current" : "memory.usage_in_bytes")).value_or(0);
                const std::size_t files = pages_of_files(folder + "memory.stat");
                lowest = std::min(lowest, left(*limit, used - std::min(used, files)));
            }
            if (group.empty()) {
                break;
            }
        }
    }
    return lowest;
}

/// What `ulimit -v` leaves.
std::size_t address_space() {
    rlimit limit{};
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return unknown;
    }
    const auto pages = number_in("/proc/self/statm");
    const long page = sysconf(_SC_PAGESIZE);
    return left(limit.rlim_cur, pages.value_or(0) * static_cast<std::size_t>(std::max(page, 0L)));
}

}  // namespace

bool address_space_is_limited() {
    return address_space() != unknown;
}

void require_room_for_products(std::size_t threads) {
    // OpenBLAS's BUFFER_SIZE on x86-64 and Arm is at most this; a thread brings its stack and its heap.
    constexpr std::size_t buffer = std::size_t{128} << 20U;
    constexpr std::size_t thread = std::size_t{72} << 20U;
    const std::size_t wanted = threads * buffer + (threads - 1) * thread;
    const std::size_t room = address_space();
    if (room < wanted) {
        throw Error(ErrorCode::memory, "not enough memory: the matrix products of " +
                                           std::to_string(threads) + (threads == 1 ? " thread" : " threads") +
                                           " reserve " + std::to_string(wanted) +
                                           " bytes of address space, and `ulimit -v` leaves " +
                                           std::to_string(room) + "; expected more, or fewer --threads");
    }
}

std::size_t available_memory() {
    return std::min({free_memory(), group_memory(), address_space(), unknown / 2});
}

}  // namespace gandsl
