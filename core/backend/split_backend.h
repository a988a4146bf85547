// SPDX-License-Identifier: Apache-2.0
#pragma once
// One model over several backends, layer by layer: some layers on the CPU, others on one or more devices. What a scope
// names ("blocks.3.attn", "blk.3.attn_q.weight") decides where weights are loaded and operations run. An activation has
// an address of the split's own, and memory on every part that touched it; an operation that reads what another part
// wrote last gets a copy first. In a pass that is the residual stream, once where two parts meet.
// Costs one map lookup a tensor; used only where a model does not fit on one device. Thread: engine.

#include "core/backend/device_backend.h"
#include "core/backend/range_owner.h"

#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace vitral {

class SplitBackend final : public Backend, public DeviceBackend {
public:
    struct Part {
        std::shared_ptr<Backend> backend;
        std::int32_t nLayer = 0; ///< layers of this part, which follow those of the part before
    };
    /// At least one part. The embedding runs on the first, the output head on the last.
    explicit SplitBackend(std::vector<Part> parts);
    ~SplitBackend() override;

    [[nodiscard]] std::size_t nPart() const { return parts_.size(); }
    [[nodiscard]] const Part& part(std::size_t i) const { return parts_[i]; }
    /// Bytes copied between parts so far.
    [[nodiscard]] std::uint64_t copiedBytes() const { return copiedBytes_; }

    BackendInfo info() const override;
    Result<std::unique_ptr<Buffer>> allocate(std::size_t bytes) override;
    Result<std::unique_ptr<Matrix>> loadMatrix(const TensorView& view, std::stop_token stop) override;
    Result<std::unique_ptr<Matrix>> loadWeights(const TensorView& view, WeightForm form, std::stop_token stop) override;
    Result<std::unique_ptr<Matrix>> loadConv(const TensorView& view, WeightForm form, std::stop_token stop) override;
    Result<std::unique_ptr<Buffer>> loadVector(const TensorView& view) override;
    void stopWith(std::stop_token stop) override;
    void scope(std::string_view name) override;
    Backend& layerBackend(std::int32_t iLayer) override { return *parts_[partOfLayer(iLayer)].backend; }

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
    void readRows(Tensor x, DType as, std::span<std::byte* const> rows) override;
    void readKeys(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead, std::int64_t first,
                  std::int64_t n, std::span<float> host) override;
    void readValues(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead, std::int64_t first,
                    std::int64_t n, std::span<float> host) override;
    [[nodiscard]] std::size_t kvBlockBytes(const KvLayerSpec& layer, DType dtype) const override;
    void copyBytes(void* to, const void* from, std::size_t n) override;
    [[nodiscard]] bool summarise(Tensor logits, std::int32_t nBest, std::span<LogitSummary> rows) override;
    void finish() override;
    [[nodiscard]] bool pinned() const override;
    [[nodiscard]] Result<void> status() override;

private:
    /// Memory with an address of ours: the real one is a buffer on every part that asked for it.
    struct Memory {
        std::size_t bytes = 0;
        std::vector<std::unique_ptr<Buffer>> onPart;
    };
    class SplitBuffer;
    struct SplitMatrix;
    struct Table { ///< buffers outlive the backend where a caller keeps them
        std::mutex mutex;
        std::map<std::uintptr_t, std::shared_ptr<Memory>> memory; ///< by first address
        std::vector<RangeOwner::Piece> gone;                      ///< freed: the owner map does not know yet
        std::uintptr_t next = std::uintptr_t{1} << 44;
    };

    [[nodiscard]] std::size_t partOfLayer(std::int32_t iLayer) const;
    [[nodiscard]] std::size_t partOfName(std::string_view name) const;
    std::unique_ptr<Buffer> newBuffer(std::size_t bytes, std::size_t iPart, std::unique_ptr<Buffer> filled);
    /// Where t lies on a part, without looking after its values. Empty stays empty.
    Tensor place(Tensor t, std::size_t iPart);
    /// As place, with the newest values there.
    Tensor in(Tensor t, std::size_t iPart);
    /// As place, and from now on this part's values are the newest.
    Tensor out(Tensor t, std::size_t iPart);
    void move(std::uintptr_t begin, std::uintptr_t end, std::size_t from, std::size_t to);
    /// The part that runs an operation with this weight, and the weight there.
    std::size_t partFor(const Matrix& weight);
    const Matrix& weightOn(const Matrix& weight, std::size_t iPart);
    [[nodiscard]] std::size_t holder(Tensor t) const; ///< a part with the newest values of its first byte
    template <class Load>
    Result<std::unique_ptr<Matrix>> loadAnyhow(const TensorView& view, WeightForm form, const Load& load);
    void note(Result<void> result);

    std::vector<Part> parts_;
    std::size_t current_ = 0;
    bool atHead_ = false;
    std::shared_ptr<Table> table_;
    RangeOwner owner_;
    Result<void> failure_;
    std::vector<float> carried_;
    std::uint64_t copiedBytes_ = 0;
    std::stop_token stop_;
};

} // namespace vitral
