// SPDX-License-Identifier: Apache-2.0
// gpu/cuda/runtime.h on the CUDA runtime, which is linked statically: without a driver its first call says so and
// nothing else happens. Compiled by the C++ compiler; kernels are nvcc's.

#include "gpu/cuda/runtime.h"

#include "gpu/cuda/kernels/floor.h"

#include <cuda_runtime_api.h>
#include <fmt/format.h>
#include <utility>

namespace vitral::cuda {

namespace {
thread_local std::string launchFailure;

Result<void> checked(cudaError_t error, const char* doing) {
    if (error == cudaSuccess)
        return {};
    (void)cudaGetLastError(); // some errors stay until they are asked for
    if (error == cudaErrorMemoryAllocation)
        return fail(ErrorCode::OutOfMemory, fmt::format("The graphics device has no memory left ({}).", doing));
    return fail(ErrorCode::Device,
                fmt::format("The graphics device failed while {}: {}.", doing, cudaGetErrorString(error)));
}

std::string version(int v) {
    return fmt::format("{}.{}", v / 1000, v % 1000 / 10);
}
} // namespace

void noteLaunch(const char* kernel);
void noteLaunch(const char* kernel) {
    const cudaError_t error = cudaGetLastError();
    if (error != cudaSuccess && launchFailure.empty())
        launchFailure = fmt::format("{}: {}", kernel, cudaGetErrorString(error));
}

Result<void> takeLaunchFailure() {
    if (launchFailure.empty())
        return {};
    return fail(ErrorCode::Device, "A computation on the device failed: " + std::exchange(launchFailure, {}));
}

Result<std::vector<DeviceInfo>> devices(Absence* why) {
    Absence ignored = Absence::None;
    Absence& absence = why ? *why : ignored;
    absence = Absence::None;
    int driver = 0, runtime = 0;
    (void)cudaDriverGetVersion(&driver);
    (void)cudaRuntimeGetVersion(&runtime);
    if (driver == 0) {
        absence = Absence::NoDriver;
        return fail(ErrorCode::Device, "No NVIDIA driver is installed.");
    }
    int n = 0;
    const cudaError_t error = cudaGetDeviceCount(&n);
    if (error == cudaErrorInsufficientDriver) {
        absence = Absence::DriverTooOld;
        return fail(
            ErrorCode::Device,
            fmt::format("The NVIDIA driver is too old: it offers CUDA {}, this program needs {}. Install a newer "
                        "driver.",
                        version(driver), version(runtime)));
    }
    if (error == cudaErrorNoDevice || (error == cudaSuccess && n == 0)) {
        absence = Absence::NoDevice;
        return fail(ErrorCode::Device, "There is an NVIDIA driver but no device it can use.");
    }
    if (error != cudaSuccess)
        absence = Absence::Failed;
    VITRAL_TRY(checked(error, "counting devices"));
    std::vector<DeviceInfo> list;
    std::string tooOld;
    for (int i = 0; i < n; ++i) {
        cudaDeviceProp p{};
        VITRAL_TRY(checked(cudaGetDeviceProperties(&p, i), "reading a device's properties"));
        DeviceInfo d;
        d.ordinal = i;
        d.name = p.name;
        for (const char byte : p.uuid.bytes)
            d.uuid += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
        d.major = p.major;
        d.minor = p.minor;
        d.totalBytes = p.totalGlobalMem;
        d.nMultiprocessor = p.multiProcessorCount;
        d.sharedBytesPerBlock = p.sharedMemPerBlockOptin;
        d.driverVersion = driver;
        d.runtimeVersion = runtime;
        int before = 0;
        (void)cudaGetDevice(&before);
        std::size_t free = 0, total = 0;
        bool runs = true;
        if (cudaSetDevice(i) == cudaSuccess) {
            if (cudaMemGetInfo(&free, &total) == cudaSuccess)
                d.freeBytes = free;
            runs = kernelsAreFor();
        }
        (void)cudaGetLastError();
        (void)cudaSetDevice(before);
        if (runs)
            list.push_back(std::move(d));
        else if (tooOld.empty())
            tooOld = fmt::format("{} (compute capability {}.{})", d.name, d.major, d.minor);
    }
    if (list.empty()) {
        absence = Absence::DeviceTooOld;
        return fail(ErrorCode::Device,
                    tooOld + " is older than what this program's CUDA kernels are made for; the CPU computes instead.");
    }
    return list;
}

Result<void> useDevice(int ordinal) {
    return checked(cudaSetDevice(ordinal), "being chosen");
}

int deviceInUse() {
    int ordinal = 0;
    (void)cudaGetDevice(&ordinal);
    return ordinal;
}

Result<void*> allocateDevice(std::size_t bytes) {
    void* memory = nullptr;
    const cudaError_t error = cudaMalloc(&memory, bytes > 0 ? bytes : 1);
    if (error == cudaErrorMemoryAllocation) {
        (void)cudaGetLastError();
        std::size_t free = 0, total = 0;
        (void)cudaMemGetInfo(&free, &total);
        return fail(ErrorCode::OutOfMemory,
                    fmt::format("The graphics device has {} MB free of {}; {} more were asked for.", free >> 20,
                                total >> 20, bytes >> 20));
    }
    VITRAL_TRY(checked(error, "making room"));
    return memory;
}
void freeDevice(void* memory) {
    if (memory)
        (void)cudaFree(memory);
}
Result<void*> allocatePinned(std::size_t bytes) {
    void* memory = nullptr;
    VITRAL_TRY(checked(cudaMallocHost(&memory, bytes > 0 ? bytes : 1), "making room in the computer's memory"));
    return memory;
}
void freePinned(void* memory) {
    if (memory)
        (void)cudaFreeHost(memory);
}

#ifdef _WIN32
Result<Imported> importMemory(int, std::size_t, std::size_t, bool) {
    return fail(ErrorCode::Unsupported, "Memory of another interface is not imported on Windows.");
}
#else
Result<Imported> importMemory(int descriptor, std::size_t bytes, std::size_t allocatedBytes, bool dedicated) {
    cudaExternalMemoryHandleDesc what{};
    what.type = cudaExternalMemoryHandleTypeOpaqueFd;
    what.handle.fd = descriptor;
    what.size = allocatedBytes;
    what.flags = dedicated ? cudaExternalMemoryDedicated : 0;
    cudaExternalMemory_t memory = nullptr;
    VITRAL_TRY(checked(cudaImportExternalMemory(&memory, &what), "taking over memory of Vulkan"));
    cudaExternalMemoryBufferDesc all{};
    all.size = bytes;
    Imported imported{nullptr, memory};
    const cudaError_t error = cudaExternalMemoryGetMappedBuffer(&imported.data, memory, &all);
    if (error != cudaSuccess)
        (void)cudaDestroyExternalMemory(memory);
    VITRAL_TRY(checked(error, "looking into memory of Vulkan"));
    return imported;
}
#endif
void releaseImported(const Imported& memory, std::size_t) {
    if (memory.data)
        (void)cudaFree(memory.data);
    if (memory.handle)
        (void)cudaDestroyExternalMemory(static_cast<cudaExternalMemory_t>(memory.handle));
}

Result<Stream> makeStream() {
    cudaStream_t stream = nullptr;
    VITRAL_TRY(checked(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "making a stream"));
    return stream;
}
void destroyStream(Stream stream) {
    if (stream)
        (void)cudaStreamDestroy(stream);
}
Result<void> synchronise(Stream stream) {
    VITRAL_TRY(takeLaunchFailure());
    return checked(cudaStreamSynchronize(stream), "computing");
}

Result<void> copyToDevice(void* device, const void* host, std::size_t bytes, Stream stream) {
    return checked(cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice, stream), "taking data");
}
Result<void> copyToHost(void* host, const void* device, std::size_t bytes, Stream stream) {
    return checked(cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost, stream), "giving data");
}
Result<void> copyOnDevice(void* to, const void* from, std::size_t bytes, Stream stream) {
    return checked(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream), "copying");
}
Result<void> copyRowsToHost(void* host, std::size_t toPitch, const void* device, std::size_t fromPitch,
                            std::size_t rowBytes, std::size_t nRow, Stream stream) {
    return checked(cudaMemcpy2DAsync(host, toPitch, device, fromPitch, rowBytes, nRow, cudaMemcpyDeviceToHost, stream),
                   "giving data");
}
Result<void> copyRowsToDevice(void* device, std::size_t toPitch, const void* host, std::size_t fromPitch,
                              std::size_t rowBytes, std::size_t nRow, Stream stream) {
    return checked(cudaMemcpy2DAsync(device, toPitch, host, fromPitch, rowBytes, nRow, cudaMemcpyHostToDevice, stream),
                   "taking data");
}
Result<void> fillDevice(void* device, int byte, std::size_t bytes, Stream stream) {
    return checked(cudaMemsetAsync(device, byte, bytes, stream), "filling memory");
}
Result<void> copyBetweenDevices(void* to, int toOrdinal, const void* from, int fromOrdinal, std::size_t bytes,
                                Stream stream) {
    return checked(cudaMemcpyPeerAsync(to, toOrdinal, from, fromOrdinal, bytes, stream), "copying between devices");
}

Result<Timer> Timer::create() {
    Timer t;
    VITRAL_TRY(checked(cudaEventCreate(reinterpret_cast<cudaEvent_t*>(&t.first_)), "making an event"));
    VITRAL_TRY(checked(cudaEventCreate(reinterpret_cast<cudaEvent_t*>(&t.last_)), "making an event"));
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
    for (void* event : {first_, last_})
        if (event)
            (void)cudaEventDestroy(static_cast<cudaEvent_t>(event));
}
Result<void> Timer::start(Stream stream) {
    return checked(cudaEventRecord(static_cast<cudaEvent_t>(first_), stream), "taking the time");
}
Result<void> Timer::stop(Stream stream) {
    return checked(cudaEventRecord(static_cast<cudaEvent_t>(last_), stream), "taking the time");
}
Result<float> Timer::milliseconds() {
    float ms = 0;
    VITRAL_TRY(checked(cudaEventSynchronize(static_cast<cudaEvent_t>(last_)), "computing"));
    VITRAL_TRY(checked(cudaEventElapsedTime(&ms, static_cast<cudaEvent_t>(first_), static_cast<cudaEvent_t>(last_)),
                       "taking the time"));
    return ms;
}

Graph::Graph(Graph&& other) noexcept : executable_(std::exchange(other.executable_, nullptr)) {}
Graph& Graph::operator=(Graph&& other) noexcept {
    std::swap(executable_, other.executable_);
    return *this;
}
Graph::~Graph() {
    if (executable_)
        (void)cudaGraphExecDestroy(static_cast<cudaGraphExec_t>(executable_));
}
Result<void> Graph::launch(Stream stream) {
    return checked(cudaGraphLaunch(static_cast<cudaGraphExec_t>(executable_), stream), "starting a graph");
}
Result<void> beginCapture(Stream stream) {
    return checked(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "recording a graph");
}
Result<Graph> endCapture(Stream stream) {
    cudaGraph_t recorded = nullptr;
    VITRAL_TRY(checked(cudaStreamEndCapture(stream, &recorded), "recording a graph"));
    Graph graph;
    const cudaError_t error = cudaGraphInstantiate(reinterpret_cast<cudaGraphExec_t*>(&graph.executable_), recorded, 0);
    (void)cudaGraphDestroy(recorded);
    VITRAL_TRY(checked(error, "preparing a graph"));
    return graph;
}

} // namespace vitral::cuda
