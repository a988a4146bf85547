// SPDX-License-Identifier: Apache-2.0
#include "core/backend/shared_rows.h"

#include "core/backend/gpu_devices.h"

#include <mutex>
#include <utility>

#ifndef _WIN32
#include <unistd.h>
#endif

namespace vitral {

namespace {
std::mutex& mutex() {
    static std::mutex instance;
    return instance;
}
DrawingDevice& drawing() {
    static DrawingDevice instance;
    return instance;
}
} // namespace

void setDrawingDevice(DrawingDevice device) {
    const std::scoped_lock lock(mutex());
    drawing() = std::move(device);
}

DrawingDevice drawingDevice() {
    const std::scoped_lock lock(mutex());
    return drawing();
}

ShareWay shareWay(const DrawingDevice& drawing, const std::string& computingUuid) {
    if (drawing.uuid.empty())
        return ShareWay::NothingDraws;
    if (drawing.uuid != computingUuid)
        return ShareWay::OtherDevice;
    return drawing.exports ? ShareWay::Shared : ShareWay::NoExport;
}

Result<std::unique_ptr<SharedTarget>> openSharedTarget(int ordinal, const SharedMemory& memory) {
    const GpuPlugin* plugin = gpuPlugin();
    Result<std::unique_ptr<SharedTarget>> made =
        plugin && plugin->sharedRows
            ? plugin->sharedRows->open(ordinal, memory)
            : Result<std::unique_ptr<SharedTarget>>(
                  fail(ErrorCode::Unsupported, "There is no plug-in that shares memory with Vulkan."));
#ifndef _WIN32
    if (!made && memory.descriptor >= 0)
        close(memory.descriptor);
#endif
    return made;
}

} // namespace vitral
