// SPDX-License-Identifier: Apache-2.0
#pragma once
// Recorded rows that a device keeps beside the host's copy, and the way from there into memory of Vulkan: a view that
// draws with the card the model is computed on reads a head's queries and keys without a detour through the host. Where
// that cannot be, they come through pinned memory, and shareWay() says why.

#include "core/backend/gpu_plugin.h"
#include "core/backend/tensor.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace vitral {

/// Memory of a device for some rows. Any thread may let go of it.
struct DeviceBlock {
    std::shared_ptr<void> owner;
    std::byte* data = nullptr; ///< the device's address
    int ordinal = 0;
};

/// A device's room for rows (DeviceBackend::rowKeeper). Thread: engine.
class RowKeeper {
public:
    virtual ~RowKeeper() = default;
    /// Null where the room is used up.
    virtual std::shared_ptr<DeviceBlock> makeBlock(std::size_t bytes) = 0;
    /// The first `bytes` of another block of the same device.
    virtual void copyBlock(const DeviceBlock& to, const DeviceBlock& from, std::size_t bytes) = 0;
    /// Writes row i of x to `to[i]`, as F16 (as readRows rounds) or F32; null: not kept. Done when the next read is.
    virtual void keepRows(Tensor x, DType as, std::span<std::byte* const> to) = 0;
};

/// Some columns of rows that lie in blocks of a device, to be written one after another as f32.
struct SharedPart {
    std::span<const std::byte* const> blocks; ///< device addresses; `rowsPerBlock` rows each
    std::int64_t rowsPerBlock = 64;
    DType dtype = DType::F32; ///< F16 or F32
    std::int64_t rowLength = 0;
    std::int64_t firstCol = 0, nCol = 0, nRow = 0;
    std::size_t toByte = 0; ///< where in the shared memory
};

/// Memory of Vulkan that a device writes to. Thread: one at a time, any.
class SharedTarget {
public:
    virtual ~SharedTarget() = default;
    /// Comes back when everything is written. Errors: Device.
    virtual Result<void> gather(std::span<const SharedPart> parts) = 0;
};

/// An allocation exported as an opaque descriptor.
struct SharedMemory {
    int descriptor = -1;
    std::size_t bytes = 0;          ///< that are used
    std::size_t allocatedBytes = 0; ///< as Vulkan made it
    bool dedicated = false;         ///< made for one buffer alone
};

struct SharedRowsApi {
    /// Takes the descriptor where it succeeds. Errors: Device, Unsupported.
    Result<std::unique_ptr<SharedTarget>> (*open)(int ordinal, const SharedMemory& memory);
};

/// Takes the descriptor whatever happens. Errors: Device, Unsupported.
Result<std::unique_ptr<SharedTarget>> openSharedTarget(int ordinal, const SharedMemory& memory);

/// What draws maps, as it says when it is opened.
struct DrawingDevice {
    std::string name;
    std::string uuid;     ///< 32 hexadecimal digits; empty: nothing draws but the processor
    bool exports = false; ///< its memory can be given to another interface
};
/// From now on; runs that begin later keep rows on a device with the same uuid.
void setDrawingDevice(DrawingDevice device);
[[nodiscard]] DrawingDevice drawingDevice();

enum class ShareWay : std::uint8_t {
    Shared,       ///< the same device, and it exports memory
    NothingDraws, ///< no map was drawn by a graphics device so far
    OtherDevice,
    NoExport,
};
[[nodiscard]] ShareWay shareWay(const DrawingDevice& drawing, const std::string& computingUuid);

} // namespace vitral
