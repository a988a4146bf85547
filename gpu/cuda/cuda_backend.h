// SPDX-License-Identifier: Apache-2.0
#pragma once
// The operations of a model on one device. Calls are noted on a tape and run when somebody wants to know something
// (read, readKeys, ...), when the tape is long, or, for many rows, every few operations. A short pass that comes a
// second time in the same form is captured as a graph and from then on run as one. Split over cuda_backend.cpp (memory,
// tape, reading), cuda_rows.cpp (rows, pictures, experts' routing), cuda_pending.cpp (operations that become one),
// cuda_products.cpp (weights, products, attention) and shared_rows.cpp (rows that stay, for views). The same code runs
// on the emulated device of the tests. Thread: engine.

#include "core/backend/device_backend.h"
#include "gpu/cuda/kernels/batch.h"
#include "gpu/cuda/kernels/blas_lt.h"
#include "gpu/cuda/kernels/norms.h"
#include "gpu/cuda/kernels/rows.h"
#include "gpu/cuda/kernels/weights.h"
#include "gpu/cuda/runtime.h"
#include "gpu/cuda/tape.h"

#include <atomic>
#include <memory>
#include <mutex>

namespace vitral::cuda {

struct Convolution;

/// Device memory of one allocation.
class DeviceMemory {
public:
    DeviceMemory() = default;
    static Result<DeviceMemory> make(std::size_t bytes);
    DeviceMemory(DeviceMemory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    DeviceMemory& operator=(DeviceMemory&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~DeviceMemory() { freeDevice(data_); }
    [[nodiscard]] std::byte* data() const { return static_cast<std::byte*>(data_); }
    [[nodiscard]] std::size_t sizeBytes() const { return bytes_; }

private:
    void* data_ = nullptr;
    std::size_t bytes_ = 0;
};

/// Memory of the host that the device copies from and to without a detour.
class PinnedMemory {
public:
    PinnedMemory() = default;
    PinnedMemory(const PinnedMemory&) = delete;
    PinnedMemory& operator=(const PinnedMemory&) = delete;
    ~PinnedMemory() { freePinned(data_); }
    /// At least so many bytes, or null: then the driver makes the detour.
    std::byte* atLeast(std::size_t bytes);
    [[nodiscard]] bool any() const { return data_ != nullptr; }

private:
    void* data_ = nullptr;
    std::size_t bytes_ = 0;
};

/// Memory that buffers and weights gave back: any thread may do that at any time, only the engine's may free it.
struct Returned {
    std::mutex mutex;
    bool backendGone = false;
    std::vector<DeviceMemory> memory;
    void take(DeviceMemory&& given);
};

class CudaMatrix final : public Matrix {
public:
    ~CudaMatrix() override {
        if (owner) {
            owner->take(std::move(values));
            owner->take(std::move(scales));
        }
    }
    std::shared_ptr<Returned> owner;
    DeviceMemory values; ///< as `weights` says
    DeviceMemory scales; ///< weights.rowScale; empty where there are none
    DeviceWeights weights;
    bool dense = false; ///< of denseWeights(): products are convolutions
    [[nodiscard]] std::size_t residentBytes() const override { return values.sizeBytes() + scales.sizeBytes(); }
};

/// What the tape did so far, for tests and reports.
struct TapeCounts {
    std::uint64_t direct = 0;   ///< tapes run call by call
    std::uint64_t captured = 0; ///< tapes made into a graph
    std::uint64_t replayed = 0; ///< tapes run as a graph made before
};

class CudaBackend final : public Backend, public DeviceBackend, public RowKeeper {
public:
    /// Errors: Device, OutOfMemory.
    static Result<std::shared_ptr<CudaBackend>> create(int ordinal);
    ~CudaBackend() override;

    [[nodiscard]] const DeviceInfo& device() const { return device_; }
    [[nodiscard]] TapeCounts tapeCounts() const { return counts_; }
    /// Short passes as graphs; on unless VITRAL_CUDA_GRAPHS=0.
    void useGraphs(bool use) { graphsOn_ = use; }
    /// Neighbouring operations as one kernel where there is one for them; on unless VITRAL_CUDA_FUSED=0.
    void useFused(bool use) { settle(), fuses_ = use; }

    BackendInfo info() const override;
    Result<std::unique_ptr<Buffer>> allocate(std::size_t bytes) override;
    Result<std::unique_ptr<Matrix>> loadMatrix(const TensorView& view, std::stop_token stop) override;
    Result<std::unique_ptr<Matrix>> loadWeights(const TensorView& view, WeightForm form, std::stop_token stop) override;
    Result<std::unique_ptr<Matrix>> loadConv(const TensorView& view, WeightForm form, std::stop_token stop) override;
    Result<std::unique_ptr<Buffer>> loadVector(const TensorView& view) override;

    void embedding(Tensor out, const Matrix& table, std::span<const std::int32_t> ids) override;
    void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) override;
    void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) override;
    void matmul(Tensor x, std::span<const MatmulOutput> outputs) override;
    void add(Tensor out, Tensor a, Tensor b) override;
    void mul(Tensor out, Tensor a, Tensor b) override;
    void scale(Tensor out, Tensor x, float factor) override;
    void softcap(Tensor x, float cap) override;
    void activation(Activation kind, Tensor out, Tensor x) override;
    void gatedActivation(Activation kind, Tensor out, Tensor gate, Tensor up) override;
    void rope(Tensor x, std::int32_t nHead, std::span<const BatchRow> rows, const RopeTable& table) override;
    void kvStore(KvCache& cache, std::int32_t iLayer, Tensor k, Tensor v, std::span<const BatchRow> rows) override;
    void attention(Tensor out, Tensor q, const KvCache& cache, std::int32_t iLayer, std::span<const BatchRow> rows,
                   const AttentionParams& params) override;
    void moeRoute(Tensor ids, Tensor weights, Tensor logits, RouterGate gate) override;
    void matmulExperts(Tensor out, Tensor x, const Matrix& weight, Tensor ids, Tensor bias) override;
    void moeCombine(Tensor out, Tensor x, Tensor weights) override;
    void gatherRows(Tensor out, Tensor x, std::span<const std::int32_t> index) override;
    void conv2d(Tensor out, Tensor x, const Matrix& weight, Tensor bias, const Conv2dParams& params) override;
    void groupNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, const ImageShape& shape, std::int32_t nGroup,
                   float eps, std::optional<Activation> then) override;
    void upsample2x(Tensor out, Tensor x, const ImageShape& in) override;
    void addPerImage(Tensor out, Tensor x, Tensor b, const ImageShape& shape) override;
    void copy(Tensor out, Tensor x) override;
    void denseAttention(Tensor out, Tensor q, Tensor k, Tensor v, const DenseAttentionParams& params) override;
    void read(Tensor x, std::span<float> host) override;
    void write(Tensor x, std::span<const float> host) override;
    bool summarise(Tensor logits, std::int32_t nBest, std::span<LogitSummary> rows) override;
    void readRows(Tensor x, DType as, std::span<std::byte* const> rows) override;
    void readKeys(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead, std::int64_t first,
                  std::int64_t n, std::span<float> host) override;
    void readValues(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead, std::int64_t first,
                    std::int64_t n, std::span<float> host) override;
    [[nodiscard]] std::size_t kvBlockBytes(const KvLayerSpec& layer, DType dtype) const override;
    void copyBytes(void* to, const void* from, std::size_t n) override;
    [[nodiscard]] Result<void> status() override;

    /// Runs what waits.
    void flush();
    /// Runs what waits and comes back when the device is done.
    void finish() override;
    [[nodiscard]] bool pinned() const override { return pinned_.any(); }
    [[nodiscard]] std::string uuid() const override { return device_.uuid; }
    [[nodiscard]] RowKeeper* rowKeeper() override { return this; }
    std::shared_ptr<DeviceBlock> makeBlock(std::size_t bytes) override;
    void copyBlock(const DeviceBlock& to, const DeviceBlock& from, std::size_t bytes) override;
    void keepRows(Tensor x, DType as, std::span<std::byte* const> to) override;

private:
    CudaBackend() = default;
    Result<void> setUp(int ordinal);

    /// Keeps the first failure for status(). True if there was none.
    bool check(const Result<void>& result);
    /// Notes a call, behind what is held back.
    template <class... All, class... Args>
    void call(void (*function)(All...), const Args&... args) {
        settle();
        tape_.push(function, args...);
    }
    // Operations that may become one kernel with the next ones are held back until it is known whether they do
    // (cuda_pending.cpp). Somebody who reads in between settles them, so traces see what they always saw.
    void settle();
    /// a + b into a: with the norm that reads the sum, one kernel.
    void holdAdd(Tensor sum, Tensor addend);
    /// Takes a held addition along; false where there is none that this norm reads.
    bool normOfHeldAdd(const AddThenNorm& norm, Tensor x);
    /// A norm in place of rows that may be heads, which a rotation follows.
    bool holdNorm(Tensor x, Tensor weight, float eps);
    /// A rotation, with the norm of the same heads where one is held; two of them (queries, keys) become one kernel.
    void holdRope(Tensor x, std::int32_t nHead, const float* cosSin, const RopeTable& table);
    /// After the calls of an operation that writes nRow rows: decides whether the tape runs now.
    void endOperation(std::int64_t nRow);
    Result<void> runTape();
    /// Host values on the device for the calls of this tape; equal values are sent once. Null after a failure.
    template <class T>
    const T* input(std::span<const T> values) {
        return reinterpret_cast<const T*>(inputBytes(std::as_bytes(values)));
    }
    const std::byte* inputBytes(std::span<const std::byte> bytes);
    /// Device memory for the calls of one operation, null after a failure.
    float* scratch(std::size_t bytes);
    /// Position, sequence and KV block tables of rows on the device.
    BatchRows batch(std::span<const BatchRow> rows, const KvCache& cache);
    /// Cosines and sines [T, 2 * half] of rows; computed once a tape.
    const float* angles(std::span<const BatchRow> rows, const RopeTable& table);
    /// Rows of the device, `fromPitch` bytes apart, to packed rows of the host: through pinned memory, a piece at a
    /// time. After everything noted so far; comes back when they are there.
    void fetchRows(std::byte* host, const void* device, std::size_t fromPitch, std::size_t rowBytes, std::size_t nRow);
    void readKv(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead, std::int64_t first,
                std::int64_t n, bool values, std::span<float> host);
    /// Notes a convolution with its scratch.
    void convolve(const Convolution& job);
    /// Uploads a matrix whose unit i `pack(i, to)` makes in host memory.
    template <class Pack>
    Result<void> upload(CudaMatrix& matrix, const std::stop_token& stop, const Pack& pack);
    Result<std::unique_ptr<Matrix>> loadDense(const TensorView& view, WeightForm form, const std::stop_token& stop);
    /// Frees what others gave back, once nothing on the tape can mean it any more.
    void freeReturned();

    DeviceInfo device_;
    Stream stream_ = nullptr;
    Result<void> failure_;

    struct HeldHeads {
        Tensor x; ///< [T, nHead * D]; before the rotation is known [T * nHead, D]
        HeadsTurned::Part part{};
        bool turned = false;
    };
    std::vector<HeldHeads> heldHeads_; ///< two at most
    HeadsTurned turn_{};               ///< what their rotations share, where one is turned
    Tensor heldSum_, heldAddend_;      ///< empty: none
    bool fuses_ = true;

    Tape tape_;
    bool large_ = false; ///< a call of the tape has many rows
    bool graphsOn_ = true;
    OpenRule open_;
    TapeCounts counts_;
    struct Known {
        std::vector<std::byte> bytes;
        std::uint64_t hash = 0;
        std::uint64_t used = 0; ///< when last
        Graph graph;            ///< empty: seen once
    };
    std::vector<Known> known_;
    std::uint64_t clock_ = 0;

    struct Chunk { ///< of the input area
        DeviceMemory device;
        std::vector<std::byte> host; ///< what it is to hold for this tape
    };
    struct Input {
        std::size_t iChunk, at, size;
    };
    std::vector<Chunk> chunks_;
    std::vector<Input> inputs_;
    PinnedMemory pinned_;
    DeviceMemory scratch_;
    DeviceMemory summaries_; ///< results of summarise
    struct Angles {
        const std::byte* positions; ///< as inputs of this tape
        const std::byte* frequency;
        std::int64_t half;
        float magnitude;
        bool operator==(const Angles&) const = default;
    };
    std::vector<Angles> angles_;                          ///< of this tape
    std::vector<DeviceMemory> angleMemory_;               ///< of angles_[i], kept
    std::vector<DeviceMemory> retired_;                   ///< outgrown: goes with the next flush
    std::shared_ptr<Buffer> keptChunk_;                   ///< where the next kept rows go
    std::size_t keptUsed_ = 0;                            ///< of it
    std::shared_ptr<std::atomic<std::size_t>> keptBytes_; ///< of all chunks that still are
    std::shared_ptr<Returned> returned_;
};

} // namespace vitral::cuda
