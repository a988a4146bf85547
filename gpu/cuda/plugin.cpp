// SPDX-License-Identifier: Apache-2.0
#include "gpu/cuda/plugin.h"

#include "gpu/cuda/cuda_backend.h"
#include "gpu/cuda/shared_rows.h"
#include "gpu_version_generated.h"

namespace vitral::cuda {

namespace {

GpuFindings find() {
    GpuFindings findings;
    Absence why = Absence::None;
    auto list = devices(&why);
    if (!list) {
        findings.absence = why == Absence::NoDriver       ? GpuAbsence::NoDriver
                           : why == Absence::DriverTooOld ? GpuAbsence::DriverTooOld
                           : why == Absence::NoDevice     ? GpuAbsence::NoDevice
                           : why == Absence::DeviceTooOld ? GpuAbsence::DeviceTooOld
                                                          : GpuAbsence::Failed;
        findings.sentence = list.error().message;
        return findings;
    }
    for (const DeviceInfo& d : *list)
        findings.devices.push_back({d.ordinal, d.name, d.major, d.minor, d.totalBytes, d.freeBytes, d.nMultiprocessor,
                                    d.driverVersion, d.uuid});
    return findings;
}

Result<std::shared_ptr<Backend>> create(int ordinal) {
    VITRAL_TRY_ASSIGN(std::shared_ptr<Backend> backend, CudaBackend::create(ordinal));
    return backend;
}

} // namespace

const GpuPlugin& plugin() {
    static const GpuPlugin table{kGpuPluginAbi, kGpuPluginVersion, find, create, &sharedRowsApi()};
    return table;
}

} // namespace vitral::cuda

#ifndef VITRAL_CUDA_EMULATED
extern "C" __attribute__((visibility("default"))) const vitral::GpuPlugin* vitralGpuPlugin();
const vitral::GpuPlugin* vitralGpuPlugin() {
    return &vitral::cuda::plugin();
}
#endif
