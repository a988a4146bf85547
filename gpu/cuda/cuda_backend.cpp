// SPDX-License-Identifier: Apache-2.0
// Memory, the tape and its graphs, reading and writing.

#include "gpu/cuda/cuda_backend.h"

#include "core/tensor/quantize.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace vitral::cuda {

namespace {
constexpr std::int64_t kShortRows = 16;      ///< up to these a pass is worth a graph
constexpr std::size_t kCallsBetween = 8;     ///< with more rows the device is given this many calls at a time
constexpr std::size_t kMostCalls = 8192;     ///< of any tape
constexpr std::size_t kMostKnown = 256;      ///< tapes that are remembered
constexpr std::size_t kChunkBytes = 1 << 18; ///< of the input area
constexpr std::size_t kPinnedBytes = std::size_t{4} << 20; ///< a piece of what comes to the host

std::uint64_t hashOf(std::span<const std::byte> bytes) {
    std::uint64_t h = 0xcbf29ce484222325u; // FNV-1a, eight bytes at a time: the tape is a multiple of eight long
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, 8);
        h = (h ^ word) * 0x100000001b3u;
        h ^= h >> 29;
    }
    return h;
}

class CudaBuffer final : public Buffer {
public:
    CudaBuffer(DeviceMemory memory, std::size_t bytes, std::shared_ptr<Returned> owner)
        : memory_(std::move(memory)), bytes_(bytes), owner_(std::move(owner)) {}
    ~CudaBuffer() override { owner_->take(std::move(memory_)); }
    void* data() override { return memory_.data(); }
    [[nodiscard]] std::size_t sizeBytes() const override { return bytes_; }

private:
    DeviceMemory memory_;
    std::size_t bytes_;
    std::shared_ptr<Returned> owner_;
};
} // namespace

Result<DeviceMemory> DeviceMemory::make(std::size_t bytes) {
    VITRAL_TRY_ASSIGN(void* data, allocateDevice(bytes));
    DeviceMemory memory;
    memory.data_ = data;
    memory.bytes_ = bytes;
    return memory;
}

std::byte* PinnedMemory::atLeast(std::size_t bytes) {
    if (bytes_ < bytes) {
        auto memory = allocatePinned(bytes);
        if (!memory)
            return nullptr;
        freePinned(std::exchange(data_, *memory));
        bytes_ = bytes;
    }
    return static_cast<std::byte*>(data_);
}

void Returned::take(DeviceMemory&& given) {
    const std::scoped_lock lock(mutex);
    if (!backendGone)
        memory.push_back(std::move(given));
    else
        DeviceMemory(std::move(given)); // freed here
}

Result<std::shared_ptr<CudaBackend>> CudaBackend::create(int ordinal) {
    std::shared_ptr<CudaBackend> backend(new CudaBackend);
    VITRAL_TRY(backend->setUp(ordinal));
    return backend;
}

Result<void> CudaBackend::setUp(int ordinal) {
    returned_ = std::make_shared<Returned>();
    VITRAL_TRY_ASSIGN(const auto list, devices());
    const auto found =
        std::find_if(list.begin(), list.end(), [&](const DeviceInfo& d) { return d.ordinal == ordinal; });
    if (found == list.end())
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no CUDA device {}; this machine has {}.", ordinal, list.size()));
    device_ = *found;
    VITRAL_TRY(useDevice(ordinal));
    VITRAL_TRY_ASSIGN(stream_, makeStream());
    (void)pinned_.atLeast(kPinnedBytes);
    if (const char* graphs = std::getenv("VITRAL_CUDA_GRAPHS"))
        graphsOn_ = std::string_view(graphs) != "0";
    open_ = openRule(device_.major);
    if (const char* fused = std::getenv("VITRAL_CUDA_FUSED"))
        fuses_ = std::string_view(fused) != "0";
    return {};
}

CudaBackend::~CudaBackend() {
    if (stream_) {
        finish();
        known_.clear();
        destroyStream(stream_);
    }
    if (returned_) {
        const std::scoped_lock lock(returned_->mutex);
        returned_->backendGone = true;
        returned_->memory.clear();
    }
}

BackendInfo CudaBackend::info() const {
    return {"CUDA", fmt::format("{}, {:.1f} GB", device_.name, static_cast<double>(device_.totalBytes) / 1e9)};
}

bool CudaBackend::check(const Result<void>& result) {
    if (!result && failure_)
        failure_ = result;
    return result.has_value();
}

Result<void> CudaBackend::status() {
    return std::exchange(failure_, {});
}

Result<std::unique_ptr<Buffer>> CudaBackend::allocate(std::size_t bytes) {
    VITRAL_TRY(useDevice(device_.ordinal));
    auto memory = DeviceMemory::make(bytes);
    if (!memory && memory.error().code == ErrorCode::OutOfMemory) {
        finish(); // what was given back may be enough
        memory = DeviceMemory::make(bytes);
    }
    if (!memory)
        return tl::unexpected(std::move(memory).error());
    return std::unique_ptr<Buffer>(std::make_unique<CudaBuffer>(std::move(*memory), bytes, returned_));
}

Result<std::unique_ptr<Buffer>> CudaBackend::loadVector(const TensorView& view) {
    const auto n = static_cast<std::size_t>(view.shape.count());
    std::vector<float> values(n);
    VITRAL_TRY(dequantizeRow(view.dtype, view.bytes, values));
    VITRAL_TRY_ASSIGN(auto buffer, allocate(n * 4));
    VITRAL_TRY(copyToDevice(buffer->data(), values.data(), n * 4, stream_));
    VITRAL_TRY(synchronise(stream_));
    return buffer;
}

const std::byte* CudaBackend::inputBytes(std::span<const std::byte> bytes) {
    for (const Input& known : inputs_) {
        const Chunk& chunk = chunks_[known.iChunk];
        if (known.size == bytes.size() && std::memcmp(chunk.host.data() + known.at, bytes.data(), known.size) == 0)
            return chunk.device.data() + known.at;
    }
    const std::size_t room = (bytes.size() + 255) / 256 * 256;
    std::size_t iChunk = inputs_.empty() ? 0 : inputs_.back().iChunk;
    while (iChunk < chunks_.size() && chunks_[iChunk].host.size() + room > chunks_[iChunk].device.sizeBytes())
        ++iChunk;
    if (iChunk == chunks_.size()) {
        check(useDevice(device_.ordinal));
        auto memory = DeviceMemory::make(std::max(room, kChunkBytes));
        if (!memory) {
            check(tl::unexpected(memory.error()));
            return nullptr;
        }
        chunks_.push_back({std::move(*memory), {}});
    }
    Chunk& chunk = chunks_[iChunk];
    const std::size_t at = chunk.host.size();
    chunk.host.resize(at + room);
    std::memcpy(chunk.host.data() + at, bytes.data(), bytes.size());
    inputs_.push_back({iChunk, at, bytes.size()});
    return chunk.device.data() + at;
}

float* CudaBackend::scratch(std::size_t bytes) {
    bytes = std::max(bytes, std::size_t{256}); // never null where nothing failed
    if (scratch_.sizeBytes() < bytes) {
        check(useDevice(device_.ordinal));
        auto memory = DeviceMemory::make(std::max(bytes + bytes / 4, std::size_t{1} << 20));
        if (!memory) {
            check(tl::unexpected(memory.error()));
            return nullptr;
        }
        retired_.push_back(std::exchange(scratch_, std::move(*memory)));
    }
    return reinterpret_cast<float*>(scratch_.data());
}

void CudaBackend::endOperation(std::int64_t nRow) {
    large_ = large_ || nRow > kShortRows;
    if ((large_ && tape_.nCall() >= kCallsBetween) || tape_.nCall() >= kMostCalls)
        flush();
}

void CudaBackend::flush() {
    settle();
    if (!tape_.empty() && failure_) { // after a failure nothing more is started until somebody has heard of it
        check(runTape());
        check(takeLaunchFailure());
    }
    tape_.clear();
    large_ = false;
    for (Chunk& chunk : chunks_)
        chunk.host.clear();
    inputs_.clear();
    angles_.clear();
    retired_.clear();
    freeReturned();
}

Result<void> CudaBackend::runTape() {
    VITRAL_TRY(useDevice(device_.ordinal));
    for (const Chunk& chunk : chunks_)
        if (!chunk.host.empty())
            VITRAL_TRY(copyToDevice(chunk.device.data(), chunk.host.data(), chunk.host.size(), stream_));
    if (!graphsOn_ || large_) {
        tape_.run(stream_);
        ++counts_.direct;
        return {};
    }
    const std::uint64_t hash = hashOf(tape_.bytes());
    const auto it = std::find_if(known_.begin(), known_.end(), [&](const Known& k) {
        return k.hash == hash && k.bytes.size() == tape_.bytes().size() &&
               std::memcmp(k.bytes.data(), tape_.bytes().data(), k.bytes.size()) == 0;
    });
    if (it == known_.end()) {
        if (known_.size() >= kMostKnown)
            known_.erase(std::min_element(known_.begin(), known_.end(),
                                          [](const Known& a, const Known& b) { return a.used < b.used; }));
        known_.push_back({tape_.bytes(), hash, ++clock_, Graph()});
        tape_.run(stream_);
        ++counts_.direct;
        return {};
    }
    it->used = ++clock_;
    if (it->graph.empty()) {
        VITRAL_TRY(beginCapture(stream_));
        tape_.run(stream_);
        auto graph = endCapture(stream_);
        if (!graph) { // a device that cannot do it goes on call by call
            graphsOn_ = false;
            (void)takeLaunchFailure();
            tape_.run(stream_);
            ++counts_.direct;
            return {};
        }
        it->graph = std::move(*graph);
        ++counts_.captured;
    } else {
        ++counts_.replayed;
    }
    return it->graph.launch(stream_);
}

void CudaBackend::finish() {
    flush();
    check(synchronise(stream_));
    freeReturned();
}

void CudaBackend::freeReturned() {
    std::vector<DeviceMemory> gone;
    {
        const std::scoped_lock lock(returned_->mutex);
        gone.swap(returned_->memory);
    }
    // cudaFree waits for the device: what was started before may still use the memory.
}

void CudaBackend::fetchRows(std::byte* host, const void* device, std::size_t fromPitch, std::size_t rowBytes,
                            std::size_t nRow) {
    flush();
    std::byte* pinned = pinned_.atLeast(std::max(rowBytes, kPinnedBytes));
    if (nRow == 0 || rowBytes == 0 || !pinned) { // without pinned memory the driver makes the detour
        if (nRow > 0 && rowBytes > 0)
            check(copyRowsToHost(host, rowBytes, device, fromPitch, rowBytes, nRow, stream_));
        check(synchronise(stream_));
        return;
    }
    const std::size_t nAtOnce = std::max<std::size_t>(1, kPinnedBytes / rowBytes);
    for (std::size_t first = 0; first < nRow && failure_; first += nAtOnce) {
        const std::size_t n = std::min(nAtOnce, nRow - first);
        check(copyRowsToHost(pinned, rowBytes, static_cast<const std::byte*>(device) + first * fromPitch, fromPitch,
                             rowBytes, n, stream_));
        check(synchronise(stream_));
        std::memcpy(host + first * rowBytes, pinned, n * rowBytes);
    }
}

void CudaBackend::read(Tensor x, std::span<float> host) {
    fetchRows(reinterpret_cast<std::byte*>(host.data()), x.data,
              static_cast<std::size_t>(std::max(x.rowStride, x.nCol())) * 4, static_cast<std::size_t>(x.nCol()) * 4,
              static_cast<std::size_t>(std::max<std::int64_t>(x.nRow(), 0)));
    if (!failure_)
        std::fill(host.begin(), host.end(), 0.0F); // defined, and status() says that it means nothing
}

void CudaBackend::write(Tensor x, std::span<const float> host) {
    flush();
    const auto rowBytes = static_cast<std::size_t>(x.nCol()) * 4;
    if (x.nRow() > 0)
        check(copyRowsToDevice(x.data, static_cast<std::size_t>(std::max(x.rowStride, x.nCol())) * 4, host.data(),
                               rowBytes, rowBytes, static_cast<std::size_t>(x.nRow()), stream_));
    check(synchronise(stream_)); // the caller's memory is free again
}

void CudaBackend::readRows(Tensor x, DType as, std::span<std::byte* const> rows) {
    VITRAL_ASSERT(as == DType::F16 || as == DType::F32, "rows are read as F16 or F32");
    if (rows.empty())
        return;
    const auto nRow = static_cast<std::int64_t>(rows.size());
    const auto n = rows.size() * static_cast<std::size_t>(x.nCol());
    const std::size_t rowBytes = static_cast<std::size_t>(x.nCol()) * (as == DType::F16 ? 2 : 4);
    std::vector<std::byte> host(rows.size() * rowBytes);
    if (as == DType::F16) {
        auto* halves = reinterpret_cast<std::uint16_t*>(scratch(n * 2));
        if (halves) {
            call(rowsToHalf, halves, Rows{x.f32(), x.rowStride}, nRow, x.nCol());
            fetchRows(host.data(), halves, rowBytes, rowBytes, rows.size());
        }
    } else {
        fetchRows(host.data(), x.data, static_cast<std::size_t>(std::max(x.rowStride, x.nCol())) * 4, rowBytes,
                  rows.size());
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::memcpy(rows[i], host.data() + i * rowBytes, rowBytes);
}

namespace {
void copyCall(void* to, const void* from, std::size_t bytes, Stream stream) {
    (void)copyOnDevice(to, from, bytes, stream);
}
} // namespace

void CudaBackend::copyBytes(void* to, const void* from, std::size_t n) {
    call(copyCall, to, from, n);
    endOperation(1);
}

} // namespace vitral::cuda
