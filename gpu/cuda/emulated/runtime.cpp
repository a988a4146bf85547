// SPDX-License-Identifier: Apache-2.0
// gpu/cuda/runtime.h on the CPU: memory of the heap (so that the address sanitizer sees every kernel), streams that run
// at once, and graphs that note closures and run them again.

#include "gpu/cuda/runtime.h"

#include "gpu/cuda/emulated/emulated.h"
#include "gpu/cuda/emulated/fibres.h"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <mutex>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

struct CUstream_st {
    int device = 0;
    bool recording = false;
    std::vector<std::function<void()>> recorded;
};

namespace vitral::cuda {

namespace {
struct State {
    std::mutex mutex;
    struct Allocation {
        std::size_t bytes;
        int device;
    };
    std::map<void*, Allocation> allocations;
    std::map<int, std::size_t> usedBytes; ///< by device
    emulated::Settings settings;
    emulated::Counts counts;
    std::string uuid;
    std::int64_t importOffset = 0;
    std::byte* guarded = nullptr; ///< memory that only the device may touch; null: memory is the heap's
    std::size_t guardedUsed = 0;
};
State& state() {
    static State instance;
    return instance;
}
thread_local std::string launchFailure;
thread_local int currentDevice = 0;

constexpr std::size_t kGuardedBytes = std::size_t{16} << 30; ///< of addresses, not of memory
constexpr std::size_t kPage = 4096;

/// While one lives, the device is at work: its memory is there.
class AtWork {
public:
    AtWork() {
        if (state().guarded && depth++ == 0)
            open(PROT_READ | PROT_WRITE);
    }
    ~AtWork() {
        if (state().guarded && --depth == 0)
            open(PROT_NONE);
    }
    AtWork(const AtWork&) = delete;
    AtWork& operator=(const AtWork&) = delete;

private:
    static void open(int rights) {
        if (state().guardedUsed > 0)
            (void)mprotect(state().guarded, state().guardedUsed, rights);
    }
    static inline thread_local int depth = 0;
};

/// Now, or when the graph that is being recorded runs.
Result<void> queue(Stream stream, std::function<void()> work) {
    if (stream && stream->recording) {
        stream->recorded.push_back(std::move(work));
        return {};
    }
    const AtWork atWork;
    work();
    return {};
}
} // namespace

namespace emulated {
void configure(const Settings& settings) {
    const std::scoped_lock lock(state().mutex);
    state().settings = settings;
}
Counts counts() {
    const std::scoped_lock lock(state().mutex);
    Counts c = state().counts;
    for (const auto& [device, bytes] : state().usedBytes)
        c.usedBytes += bytes;
    return c;
}

void launch(const char* kernel, dim3 grid, dim3 block, std::size_t sharedBytes, Stream stream,
            std::function<void()> body) {
    if (stream && stream->device != currentDevice && launchFailure.empty())
        launchFailure = fmt::format("{}: started on a stream of device {} while device {} was in use", kernel,
                                    stream->device, currentDevice); // cudaErrorInvalidResourceHandle
    (void)queue(stream, [kernel = std::string(kernel), grid, block, sharedBytes, body = std::move(body)] {
        ++state().counts.launches;
        const std::string problem = runGrid(grid, block, sharedBytes, body);
        if (!problem.empty() && launchFailure.empty())
            launchFailure = kernel + ": " + problem;
    });
}
} // namespace emulated

namespace emulated {
void guardMemory(bool guard) {
    State& s = state();
    const std::scoped_lock lock(s.mutex);
    if (s.guarded)
        (void)munmap(s.guarded, kGuardedBytes);
    s.guarded = nullptr;
    s.guardedUsed = 0;
    if (!guard)
        return;
    void* memory = mmap(nullptr, kGuardedBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    s.guarded = memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}
void setSharing(std::string uuid, std::int64_t importOffset) {
    const std::scoped_lock lock(state().mutex);
    state().uuid = std::move(uuid);
    state().importOffset = importOffset;
}
} // namespace emulated

Result<std::vector<DeviceInfo>> devices(Absence* why) {
    const std::scoped_lock lock(state().mutex);
    const emulated::Settings& s = state().settings;
    if (why)
        *why = s.absent.empty() ? Absence::None : Absence::NoDriver;
    if (!s.absent.empty())
        return fail(ErrorCode::Device, s.absent);
    std::vector<DeviceInfo> list;
    for (int i = 0; i < s.nDevice; ++i) {
        DeviceInfo d;
        d.ordinal = i;
        d.name = i == 0 ? "emulated device" : fmt::format("emulated device {}", i);
        d.major = 8;
        d.uuid = i == 0 ? state().uuid : std::string();
        d.totalBytes = s.memoryBytes;
        d.freeBytes = s.memoryBytes - std::min(s.memoryBytes, state().usedBytes[i]);
        d.nMultiprocessor = 4;
        d.sharedBytesPerBlock = 99 * 1024;
        list.push_back(d);
    }
    return list;
}

Result<void> useDevice(int ordinal) {
    VITRAL_TRY_ASSIGN(const auto list, devices());
    if (ordinal < 0 || ordinal >= static_cast<int>(list.size()))
        return fail(ErrorCode::Device, fmt::format("There is no device {}.", ordinal));
    currentDevice = ordinal;
    return {};
}

int deviceInUse() {
    return currentDevice;
}

Result<void*> allocateDevice(std::size_t bytes) {
    State& s = state();
    const std::scoped_lock lock(s.mutex);
    std::size_t& used = s.usedBytes[currentDevice];
    if (used + bytes > s.settings.memoryBytes)
        return fail(ErrorCode::OutOfMemory,
                    fmt::format("The device has {} bytes free; {} were asked for.",
                                s.settings.memoryBytes - std::min(used, s.settings.memoryBytes), bytes));
    void* memory = nullptr;
    if (s.guarded) {
        const std::size_t room = (bytes + kPage) / kPage * kPage;
        if (kGuardedBytes - s.guardedUsed < room)
            return fail(ErrorCode::OutOfMemory, fmt::format("The guarded device could not get {} bytes.", bytes));
        memory = s.guarded + s.guardedUsed;
        s.guardedUsed += room;
        (void)mprotect(memory, room, PROT_READ | PROT_WRITE);
    } else if (posix_memalign(&memory, 256, bytes > 0 ? bytes : 1) != 0) {
        return fail(ErrorCode::OutOfMemory, fmt::format("The emulated device could not get {} bytes.", bytes));
    }
    std::memset(memory, 0xff, bytes); // NaN: nothing may count on zeros
    if (s.guarded)
        (void)mprotect(memory, (bytes + kPage) / kPage * kPage, PROT_NONE);
    s.allocations[memory] = {bytes, currentDevice};
    used += bytes;
    return memory;
}

void freeDevice(void* memory) {
    State& s = state();
    const std::scoped_lock lock(s.mutex);
    const auto it = s.allocations.find(memory);
    if (it == s.allocations.end())
        return;
    const std::size_t bytes = it->second.bytes;
    s.usedBytes[it->second.device] -= bytes;
    s.allocations.erase(it);
    if (s.guarded && memory >= s.guarded && memory < s.guarded + kGuardedBytes) {
        (void)madvise(memory, (bytes + kPage) / kPage * kPage, MADV_DONTNEED); // the address is never given again
        return;
    }
    std::free(memory);
}

Result<void*> allocatePinned(std::size_t bytes) {
    void* memory = std::malloc(bytes > 0 ? bytes : 1);
    if (!memory)
        return fail(ErrorCode::OutOfMemory, fmt::format("There was no memory for {} bytes.", bytes));
    return memory;
}
void freePinned(void* memory) {
    std::free(memory);
}

Result<Imported> importMemory(int descriptor, std::size_t bytes, std::size_t allocatedBytes, bool) {
    if (bytes > allocatedBytes)
        return fail(ErrorCode::Device, "This memory is smaller than what was asked for.");
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, state().importOffset);
    if (memory == MAP_FAILED)
        return fail(ErrorCode::Device, "This descriptor is no memory.");
    close(descriptor);
    return Imported{memory, memory};
}
void releaseImported(const Imported& memory, std::size_t bytes) {
    if (memory.data)
        munmap(memory.data, bytes);
}

Result<Stream> makeStream() {
    auto* stream = new CUstream_st;
    stream->device = currentDevice;
    return stream;
}
void destroyStream(Stream stream) {
    delete stream;
}
Result<void> synchronise(Stream stream) {
    if (stream && stream->recording)
        return fail(ErrorCode::Device, "A stream that is recording a graph cannot be waited for.");
    return takeLaunchFailure();
}

Result<void> copyToDevice(void* device, const void* host, std::size_t bytes, Stream stream) {
    return queue(stream, [=] { std::memcpy(device, host, bytes); });
}
Result<void> copyToHost(void* host, const void* device, std::size_t bytes, Stream stream) {
    return queue(stream, [=] {
        state().counts.toHostBytes += bytes;
        std::memcpy(host, device, bytes);
    });
}
Result<void> copyOnDevice(void* to, const void* from, std::size_t bytes, Stream stream) {
    return queue(stream, [=] { std::memcpy(to, from, bytes); });
}
namespace {
Result<void> copyRows(void* to, std::size_t toPitch, const void* from, std::size_t fromPitch, std::size_t rowBytes,
                      std::size_t nRow, Stream stream) {
    if (rowBytes > toPitch || rowBytes > fromPitch)
        return fail(ErrorCode::Bug, "Rows of a copy overlap."); // cudaErrorInvalidPitchValue
    return queue(stream, [=] {
        for (std::size_t i = 0; i < nRow; ++i)
            std::memcpy(static_cast<char*>(to) + i * toPitch, static_cast<const char*>(from) + i * fromPitch, rowBytes);
    });
}
} // namespace
Result<void> copyRowsToHost(void* host, std::size_t toPitch, const void* device, std::size_t fromPitch,
                            std::size_t rowBytes, std::size_t nRow, Stream stream) {
    state().counts.toHostBytes += rowBytes * nRow;
    return copyRows(host, toPitch, device, fromPitch, rowBytes, nRow, stream);
}
Result<void> copyRowsToDevice(void* device, std::size_t toPitch, const void* host, std::size_t fromPitch,
                              std::size_t rowBytes, std::size_t nRow, Stream stream) {
    return copyRows(device, toPitch, host, fromPitch, rowBytes, nRow, stream);
}
Result<void> fillDevice(void* device, int byte, std::size_t bytes, Stream stream) {
    return queue(stream, [=] { std::memset(device, byte, bytes); });
}
Result<void> copyBetweenDevices(void* to, int, const void* from, int, std::size_t bytes, Stream stream) {
    return copyOnDevice(to, from, bytes, stream);
}

Result<void> takeLaunchFailure() {
    if (launchFailure.empty())
        return {};
    return fail(ErrorCode::Device, "A computation on the device failed: " + std::exchange(launchFailure, {}));
}

Result<Timer> Timer::create() {
    Timer t;
    t.first_ = new std::chrono::steady_clock::time_point;
    t.last_ = new std::chrono::steady_clock::time_point;
    return t;
}
Timer::Timer(Timer&& other) noexcept
    : first_(std::exchange(other.first_, nullptr)), last_(std::exchange(other.last_, nullptr)) {}
Timer& Timer::operator=(Timer&& other) noexcept {
    std::swap(first_, other.first_);
    std::swap(last_, other.last_);
    return *this;
}
Timer::~Timer() {
    delete static_cast<std::chrono::steady_clock::time_point*>(first_);
    delete static_cast<std::chrono::steady_clock::time_point*>(last_);
}
Result<void> Timer::start(Stream stream) {
    return queue(stream, [at = first_] {
        *static_cast<std::chrono::steady_clock::time_point*>(at) = std::chrono::steady_clock::now();
    });
}
Result<void> Timer::stop(Stream stream) {
    return queue(stream, [at = last_] {
        *static_cast<std::chrono::steady_clock::time_point*>(at) = std::chrono::steady_clock::now();
    });
}
Result<float> Timer::milliseconds() {
    const auto span = *static_cast<std::chrono::steady_clock::time_point*>(last_) -
                      *static_cast<std::chrono::steady_clock::time_point*>(first_);
    return std::chrono::duration<float, std::milli>(span).count();
}

using Recorded = std::vector<std::function<void()>>;
Graph::Graph(Graph&& other) noexcept : executable_(std::exchange(other.executable_, nullptr)) {}
Graph& Graph::operator=(Graph&& other) noexcept {
    std::swap(executable_, other.executable_);
    return *this;
}
Graph::~Graph() {
    delete static_cast<Recorded*>(executable_);
}
Result<void> Graph::launch(Stream stream) {
    (void)stream;
    ++state().counts.graphLaunches;
    const AtWork atWork;
    for (const auto& work : *static_cast<Recorded*>(executable_))
        work();
    return {};
}
Result<void> beginCapture(Stream stream) {
    if (!stream || stream->recording)
        return fail(ErrorCode::Device, "This stream cannot record a graph now.");
    stream->recording = true;
    return {};
}
Result<Graph> endCapture(Stream stream) {
    if (!stream || !stream->recording)
        return fail(ErrorCode::Device, "This stream is not recording a graph.");
    stream->recording = false;
    Graph graph;
    graph.executable_ = new Recorded(std::exchange(stream->recorded, {}));
    return graph;
}

} // namespace vitral::cuda
