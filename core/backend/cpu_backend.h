// SPDX-License-Identifier: Apache-2.0
#pragma once
// The CPU backend: splits every operation over the worker pool and calls the kernels of one KernelTable. Split over
// cpu_backend.cpp (memory, rows), cpu_matmul.cpp, cpu_attention.cpp, cpu_moe.cpp, cpu_dense.cpp (convolutions, products
// of dense weights), cpu_dense_attention.cpp and cpu_image.cpp (other work on pictures). Thread: engine.

#include "core/backend/backend.h"
#include "core/backend/cpu_matrix.h"
#include "core/base/thread_pool.h"
#include "core/kernels/kernel_table.h"
#include "core/kernels/kv_layout.h"

#include <stop_token>

namespace vitral {

class CpuBackend final : public Backend {
public:
    CpuBackend(const kernels::KernelTable& table, int nThread) : table_(table), pool_(nThread) {}

    BackendInfo info() const override;
    Result<std::unique_ptr<Buffer>> allocate(std::size_t bytes) override;
    Result<std::unique_ptr<Matrix>> loadMatrix(const TensorView& view, std::stop_token stop) override;
    Result<std::unique_ptr<Matrix>> loadWeights(const TensorView& view, WeightForm form, std::stop_token stop) override;
    Result<std::unique_ptr<Matrix>> loadConv(const TensorView& view, WeightForm form, std::stop_token stop) override;
    Result<std::unique_ptr<Buffer>> loadVector(const TensorView& view) override;

    void stopWith(std::stop_token stop) override { stop_ = std::move(stop); }
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
    [[nodiscard]] Result<void> status() override;

private:
    /// out = x convolved with a matrix of loadConv or loadWeights (then 1x1 over any rows), + bias.
    void denseProduct(Tensor out, Tensor x, const CpuMatrix& weight, Tensor bias, const Conv2dParams& params);
    struct DenseTile;
    /// Memory of an operation that is kept for the next; false after a failure, which is noted.
    bool growScratch(std::unique_ptr<Buffer>& scratch, std::size_t bytes);
    /// Some rows of inputs times one matrix (one expert's): row r gives out[r][0 .. nOut).
    struct Product {
        const CpuMatrix* weight;
        std::int64_t iExpert;
        const float* bias; ///< [nOut] or null
        std::vector<const float*> x;
        std::vector<float*> out;
    };
    struct PreparedInputs;
    void multiply(std::span<const Product> products);
    void multiplyScalar(const Product& product);
    /// Items of equal size, handed out to the pool.
    void runProducts(std::span<const Product> products, std::span<const std::size_t> iPrepared,
                     std::span<const PreparedInputs> prepared);

    /// Calls body(iRow) for every row, over the pool when there is enough work to be worth a barrier.
    template <class Body>
    void forRows(std::int64_t nRow, std::int64_t workPerRow, const Body& body) {
        if (nRow * workPerRow < 16384) {
            for (std::int64_t i = 0; i < nRow; ++i)
                body(i);
            return;
        }
        const std::int64_t grain = 1 + nRow / (8 * pool_.nThread());
        pool_.parallelFor(nRow, grain, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                body(i);
        });
    }

    const kernels::KernelTable table_;
    ThreadPool pool_;
    Result<void> failure_;

    struct RopeAngles { ///< cosines and sines of the last few (rows, table) pairs: q and k, and every layer, share them
        std::vector<float> frequency;
        std::vector<std::int32_t> positions;
        float magnitude = 0;
        std::vector<float> cosSin; ///< [T, nRotary]
    };
    const RopeAngles& ropeAngles(std::span<const BatchRow> rows, const RopeTable& table);
    std::vector<RopeAngles> ropeCache_;
    std::size_t ropeNext_ = 0;
    std::vector<float> attentionScratch_;
    std::vector<float> groupMoments_;       ///< of a group norm: [nImage][piece][mean, squares][C]
    std::vector<float> groupScale_;         ///< of a group norm: [nImage][scale, shift][C]
    std::unique_ptr<Buffer> inputScratch_;  ///< quantised inputs of the running product
    std::unique_ptr<Buffer> threadScratch_; ///< opened weights, one piece a thread
    std::unique_ptr<Buffer> denseScratch_;  ///< inputs, sums and the like of dense work, one piece a thread
    std::unique_ptr<Buffer> keyScratch_;    ///< keys and values of a dense attention as weights
    std::vector<float> partScales_;         ///< of those: [image][head] of keys and of values
    std::stop_token stop_;
};

} // namespace vitral
