// SPDX-License-Identifier: Apache-2.0
#pragma once
// A backend that passes every call on to another and notes it: name, scope, shapes, types, bytes, multiplications and
// additions, and the time the call took. A model is run through it by giving it to ForwardContext in the place of the
// backend that holds the weights; results are the same bit for bit. Costs nothing where it is not used.
// Times are those of the call: right for the CPU, where an operation is over when it returns. Thread: engine.

#include "core/backend/device_backend.h"
#include "core/backend/operation_list.h"

namespace vitral {

class RecordingBackend final : public Backend, public DeviceBackend {
public:
    /// `inner` must outlive it. Weights, buffers and caches stay the inner backend's.
    explicit RecordingBackend(Backend& inner) : inner_(inner) {}

    /// What was noted since the last take(); nRow, nPast and wallNs are the caller's to fill.
    [[nodiscard]] OperationList take();

    BackendInfo info() const override { return inner_.info(); }
    Result<std::unique_ptr<Buffer>> allocate(std::size_t bytes) override { return inner_.allocate(bytes); }
    Result<std::unique_ptr<Matrix>> loadMatrix(const TensorView& view, std::stop_token stop) override {
        return inner_.loadMatrix(view, std::move(stop));
    }
    Result<std::unique_ptr<Matrix>> loadWeights(const TensorView& view, WeightForm form,
                                                std::stop_token stop) override {
        return inner_.loadWeights(view, form, std::move(stop));
    }
    Result<std::unique_ptr<Matrix>> loadConv(const TensorView& view, WeightForm form, std::stop_token stop) override {
        return inner_.loadConv(view, form, std::move(stop));
    }
    Result<std::unique_ptr<Buffer>> loadVector(const TensorView& view) override { return inner_.loadVector(view); }
    void stopWith(std::stop_token stop) override { inner_.stopWith(std::move(stop)); }
    void scope(std::string_view name) override;
    Backend& layerBackend(std::int32_t iLayer) override { return inner_.layerBackend(iLayer); }

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

    // Not part of a pass: passed on without a note.
    void readKeys(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead, std::int64_t first,
                  std::int64_t n, std::span<float> host) override {
        inner_.readKeys(cache, iLayer, seq, iKvHead, first, n, host);
    }
    void readValues(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead, std::int64_t first,
                    std::int64_t n, std::span<float> host) override {
        inner_.readValues(cache, iLayer, seq, iKvHead, first, n, host);
    }
    [[nodiscard]] std::size_t kvBlockBytes(const KvLayerSpec& layer, DType dtype) const override {
        return inner_.kvBlockBytes(layer, dtype);
    }
    void readRows(Tensor x, DType as, std::span<std::byte* const> rows) override { inner_.readRows(x, as, rows); }
    void copyBytes(void* to, const void* from, std::size_t n) override { inner_.copyBytes(to, from, n); }
    bool summarise(Tensor logits, std::int32_t nBest, std::span<LogitSummary> rows) override {
        DeviceBackend* device = DeviceBackend::of(inner_);
        return device && device->summarise(logits, nBest, rows);
    }
    void finish() override {
        if (DeviceBackend* device = DeviceBackend::of(inner_))
            device->finish();
    }
    [[nodiscard]] bool pinned() const override {
        const DeviceBackend* device = DeviceBackend::of(inner_);
        return device && device->pinned();
    }
    [[nodiscard]] Result<void> status() override { return inner_.status(); }

private:
    /// Runs `call` and appends what it did.
    template <class Call>
    void note(Operation operation, const Call& call);

    Backend& inner_;
    std::string scope_;
    std::vector<Operation> operations_;
};

/// "silu", "gelu (tanh)", ...
[[nodiscard]] std::string_view activationName(Activation kind);

} // namespace vitral
