// SPDX-License-Identifier: Apache-2.0
// Recorded rows that stay on the device, and the way from there into memory of Vulkan (core/backend/shared_rows.h).
// Order between the two interfaces is the host's: rows are written when a read has waited for them, Vulkan is idle on
// its memory while a head is gathered, and gather() waits for the device.

#include "gpu/cuda/shared_rows.h"

#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/kernels/rows.h"

#include <algorithm>

namespace vitral::cuda {

namespace {
constexpr std::size_t kChunkBytes = std::size_t{16} << 20;
constexpr std::size_t kShare = 20; ///< of the device's memory at most one part in so many

struct KeptChunk {
    std::unique_ptr<Buffer> memory;
    std::shared_ptr<std::atomic<std::size_t>> total;
    ~KeptChunk() {
        if (memory)
            *total -= memory->sizeBytes();
    }
};

/// Memory of Vulkan as this device sees it, and a stream of its own: views ask from threads of theirs.
class Target final : public SharedTarget {
public:
    Target(int ordinal, std::size_t bytes) : ordinal_(ordinal), bytes_(bytes) {}
    ~Target() override {
        if (!stream_ && !memory_.data)
            return;
        (void)useDevice(ordinal_);
        if (stream_)
            (void)synchronise(stream_);
        releaseImported(memory_, bytes_);
        destroyStream(stream_);
    }
    Target(const Target&) = delete;
    Target& operator=(const Target&) = delete;

    Result<void> open(const SharedMemory& memory) {
        VITRAL_TRY(useDevice(ordinal_));
        VITRAL_TRY_ASSIGN(stream_, makeStream());
        VITRAL_TRY_ASSIGN(memory_,
                          importMemory(memory.descriptor, memory.bytes, memory.allocatedBytes, memory.dedicated));
        return {};
    }

    Result<void> gather(std::span<const SharedPart> parts) override {
        VITRAL_TRY(useDevice(ordinal_));
        std::size_t nBlock = 0;
        for (const SharedPart& part : parts)
            nBlock += part.blocks.size();
        if (table_.sizeBytes() < nBlock * sizeof(std::int64_t)) {
            VITRAL_TRY_ASSIGN(table_, DeviceMemory::make((nBlock + 1023) / 1024 * 1024 * sizeof(std::int64_t)));
        }
        std::vector<std::int64_t> addresses;
        addresses.reserve(nBlock);
        for (const SharedPart& part : parts)
            for (const std::byte* block : part.blocks)
                addresses.push_back(static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(block)));
        VITRAL_TRY(copyToDevice(table_.data(), addresses.data(), nBlock * sizeof(std::int64_t), stream_));
        const auto* at = reinterpret_cast<const std::int64_t*>(table_.data());
        for (const SharedPart& part : parts) {
            const auto floats = static_cast<std::size_t>(part.nRow * part.nCol);
            if (part.nRow < 0 || part.nCol < 0 || part.toByte % 16 != 0 || part.toByte > bytes_ ||
                floats > (bytes_ - part.toByte) / sizeof(float) || part.firstCol < 0 ||
                part.firstCol + part.nCol > part.rowLength ||
                static_cast<std::int64_t>(part.blocks.size()) * part.rowsPerBlock < part.nRow)
                return fail(ErrorCode::Bug, "A head does not fit the memory that was shared.");
            gatherBlocks(reinterpret_cast<float*>(static_cast<std::byte*>(memory_.data) + part.toByte),
                         {at, part.rowsPerBlock, part.rowLength, part.firstCol, part.dtype == DType::F16}, part.nRow,
                         part.nCol, stream_);
            at += part.blocks.size();
        }
        return synchronise(stream_);
    }

private:
    int ordinal_;
    std::size_t bytes_;
    Stream stream_ = nullptr;
    Imported memory_;
    DeviceMemory table_; ///< addresses of blocks
};

Result<std::unique_ptr<SharedTarget>> openTarget(int ordinal, const SharedMemory& memory) {
    auto target = std::make_unique<Target>(ordinal, memory.bytes);
    VITRAL_TRY(target->open(memory));
    return std::unique_ptr<SharedTarget>(std::move(target));
}
} // namespace

const SharedRowsApi& sharedRowsApi() {
    static constexpr SharedRowsApi api{openTarget};
    return api;
}

std::shared_ptr<DeviceBlock> CudaBackend::makeBlock(std::size_t bytes) {
    const std::size_t room = (bytes + 255) / 256 * 256;
    if (!keptChunk_ || keptChunk_->sizeBytes() - keptUsed_ < room) {
        const std::size_t size = std::max(room, kChunkBytes);
        if (!keptBytes_)
            keptBytes_ = std::make_shared<std::atomic<std::size_t>>(0);
        keptChunk_.reset(); // its blocks hold it
        if (*keptBytes_ + size > device_.totalBytes / kShare)
            return nullptr;
        auto memory = allocate(size);
        if (!memory)
            return nullptr; // the host's copy is enough
        auto chunk = std::make_shared<KeptChunk>();
        chunk->memory = std::move(*memory);
        chunk->total = keptBytes_;
        *keptBytes_ += chunk->memory->sizeBytes();
        keptChunk_ = std::shared_ptr<Buffer>(chunk, chunk->memory.get());
        keptUsed_ = 0;
    }
    auto block = std::make_shared<DeviceBlock>();
    block->owner = keptChunk_;
    block->data = static_cast<std::byte*>(keptChunk_->data()) + keptUsed_;
    block->ordinal = device_.ordinal;
    keptUsed_ += room;
    return block;
}

void CudaBackend::copyBlock(const DeviceBlock& to, const DeviceBlock& from, std::size_t bytes) {
    copyBytes(to.data, from.data, bytes);
}

void CudaBackend::keepRows(Tensor x, DType as, std::span<std::byte* const> to) {
    VITRAL_ASSERT(as == DType::F16 || as == DType::F32, "rows are kept as F16 or F32");
    std::vector<std::int64_t> addresses;
    addresses.reserve(to.size());
    bool any = false;
    for (const std::byte* address : to) {
        addresses.push_back(static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(address)));
        any = any || address != nullptr;
    }
    if (!any)
        return;
    // Where rows go changes from token to token: through the input area, so that a pass stays the same tape.
    if (const auto* at = input(std::span<const std::int64_t>(addresses)))
        call(cuda::keepRows, at, as == DType::F16, Rows{x.f32(), x.rowStride}, static_cast<std::int64_t>(to.size()),
             x.nCol());
}

} // namespace vitral::cuda
