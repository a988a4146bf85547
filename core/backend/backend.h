// SPDX-License-Identifier: Apache-2.0
#pragma once
// The operations a model is written in. Model code calls these one after another; a backend (CPU, CUDA, a recorder that
// notes the calls and passes them on) runs them. Memory (Buffer) is separate from execution (Backend). Shapes are
// checked when a model is loaded, so operations return nothing; what fails at run time (a device) is kept in status()
// and the forward pass asks once a layer. Thread: engine, except where said.
//
// Axis letters: T rows (tokens of a batch), E embedding, N outputs, H heads, K key/value heads, D head dimension.

#include "core/backend/kv_cache.h"
#include "core/backend/tensor.h"
#include "core/base/result.h"
#include "core/tensor/tensor_view.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

/// Memory of a backend. Thread: any (immutable handle).
class Buffer {
public:
    virtual ~Buffer() = default;
    [[nodiscard]] virtual void* data() = 0;
    [[nodiscard]] virtual std::size_t sizeBytes() const = 0;
};

/// How products with a weight are computed (diffusion::Precision is the user's word for it).
enum class WeightForm : std::uint8_t {
    AsFile, ///< as loadMatrix: quantised weights meet quantised inputs
    Exact,  ///< f32 products of the weight as the file has it
    Bf16,   ///< weight and inputs rounded to 16 bits where the processor gains by it, else as Exact
            ///< (docs/architecture.md, "The CPU backend": BF16, or F16 summed in f32 every 64 terms)
};

/// A weight matrix as the backend wants it (mapped, or repacked once at load). dtype and shape are the file's.
/// shape [N, E] (row = one output) or [nExpert, N, E].
class Matrix {
public:
    virtual ~Matrix() = default;
    DType dtype = DType::F32;
    Shape shape;
    std::string name;                     ///< of the tensor in the file, set by whoever loads it; empty where unknown
    WeightForm form = WeightForm::AsFile; ///< how its products are computed, as it was loaded
    [[nodiscard]] virtual std::size_t residentBytes() const = 0; ///< memory beyond the mapped file
};

/// One row of a batch: which sequence it belongs to and its 0-based position there. Rows of one sequence are
/// consecutive and ascending.
struct BatchRow {
    SeqId seq = 0;
    std::int32_t position = 0;
};

enum class RopeStyle : std::uint8_t {
    Interleaved, ///< pairs (2i, 2i + 1): llama family in GGUF's layout
    Halves,      ///< pairs (i, i + n/2): GPT-NeoX style, Qwen, Phi, Gemma
};

/// Rotary embedding (Su et al., 2021) with every scaling already folded into the frequencies.
struct RopeTable {
    std::vector<float> inverseFrequency; ///< [nRotary / 2], radians per position
    float magnitude = 1.0F;              ///< factor on the rotated values (YaRN, LongRoPE)
    RopeStyle style = RopeStyle::Interleaved;
};

enum class Activation : std::uint8_t { Silu, GeluTanh, GeluErf, Relu, ReluSquared, SwigluOai };

struct AttentionParams {
    std::int32_t nHead = 0;
    std::int32_t nKvHead = 0;
    std::int32_t headDimK = 0;
    std::int32_t headDimV = 0;
    float scale = 1.0F;           ///< on q.k, usually 1 / sqrt(headDim)
    float softcap = 0.0F;         ///< scores become cap * tanh(score / cap); 0: none (Gemma 2)
    std::int64_t window = 0;      ///< a query at p sees keys at positions > p - window; 0: all
    const float* sinks = nullptr; ///< [H] host floats: extra logit per head in the softmax denominator (gpt-oss)
    Tensor logSumExp;             ///< optional out, [T, H]: log of the softmax denominator of every row
};

enum class RouterGate : std::uint8_t {
    SoftmaxThenTopK,           ///< softmax over all experts, keep the best, use their probabilities as they are
    SoftmaxThenTopKNormalised, ///< the same, renormalised to sum 1 (Qwen3-MoE with norm_topk_prob, Mixtral)
    TopKThenSoftmax,           ///< best logits first, softmax over them (gpt-oss; equals the line above without bias)
};

/// Pictures as rows: a row is a pixel, a column a channel (NHWC). Image i has rows [i * H * W, (i + 1) * H * W),
/// row-major.
struct ImageShape {
    std::int64_t nImage = 1;
    std::int64_t height = 0;
    std::int64_t width = 0;
    [[nodiscard]] std::int64_t nPixel() const { return height * width; } ///< of one image
};

/// A 2-D convolution (cross-correlation, as PyTorch's) with zeros around the picture.
struct Conv2dParams {
    ImageShape in;
    std::int32_t kernelH = 1;
    std::int32_t kernelW = 1;
    std::int32_t stride = 1;
    std::int32_t padTop = 0;
    std::int32_t padLeft = 0;
    std::int32_t padBottom = 0;
    std::int32_t padRight = 0;
    bool doubled = false; ///< the picture is enlarged 2x by nearest neighbour first (fused); pads count after that
    [[nodiscard]] std::int64_t inHeight() const { return doubled ? 2 * in.height : in.height; }
    [[nodiscard]] std::int64_t inWidth() const { return doubled ? 2 * in.width : in.width; }
    [[nodiscard]] ImageShape out() const {
        return {in.nImage, (inHeight() + padTop + padBottom - kernelH) / stride + 1,
                (inWidth() + padLeft + padRight - kernelW) / stride + 1};
    }
};

/// Attention over all keys at once, nothing cached: of pixels, to words, of a text encoder.
struct DenseAttentionParams {
    std::int64_t nImage = 1; ///< queries of an image meet its keys only
    std::int32_t nHead = 0;
    std::int32_t headDim = 0;
    float scale = 1.0F;
    bool causal = false;                 ///< query t sees keys 0 .. t (as many keys as queries)
    Tensor logSumExp;                    ///< optional out, [nImage * Tq, H]
    WeightForm form = WeightForm::Exact; ///< else q, k, v and the softmax's weights are rounded as Bf16 says
};

struct MatmulOutput {
    const Matrix* weight;         ///< [N, E]
    Tensor out;                   ///< [T, N]
    const Tensor* bias = nullptr; ///< [1, N] or null
};

struct BackendInfo {
    std::string name;   ///< "CPU"
    std::string detail; ///< "AVX-512 VNNI BF16, 2 threads"
};

class Backend {
public:
    virtual ~Backend() = default;

    [[nodiscard]] virtual BackendInfo info() const = 0;
    [[nodiscard]] virtual Result<std::unique_ptr<Buffer>> allocate(std::size_t bytes) = 0;
    /// `view.bytes` must outlive the Matrix (the mapped file). May repack; cheap where it does not.
    /// Asks `stop` every few tens of milliseconds. Errors: Cancelled, OutOfMemory, Unsupported, InvalidFile.
    [[nodiscard]] virtual Result<std::unique_ptr<Matrix>> loadMatrix(const TensorView& view,
                                                                     std::stop_token stop = {}) = 0;
    /// A matrix [N, E] whose products are computed in the given form; AsFile is loadMatrix. Errors: as loadMatrix.
    [[nodiscard]] virtual Result<std::unique_ptr<Matrix>> loadWeights(const TensorView& view, WeightForm form,
                                                                      std::stop_token stop = {}) = 0;
    /// A convolution's weight [Cout, Cin, Kh, Kw] (or [Cout, Cin], meaning 1x1) as a Matrix [Cout, Kh * Kw * Cin] for
    /// conv2d; AsFile means Exact. Errors: as loadMatrix.
    [[nodiscard]] virtual Result<std::unique_ptr<Matrix>> loadConv(const TensorView& view, WeightForm form,
                                                                   std::stop_token stop = {}) = 0;
    /// A norm weight, bias or other small tensor as f32 [rows, cols] in `buffer` order; any dequantisable dtype.
    [[nodiscard]] virtual Result<std::unique_ptr<Buffer>> loadVector(const TensorView& view) = 0;

    /// Whoever computes something long gives the stop it obeys: once that is requested, an operation may return early
    /// with its result unfinished (the caller asks its token between operations and throws the result away).
    virtual void stopWith(std::stop_token stop) { (void)stop; }
    /// Names what follows ("blocks.3.attn") for recorders and profilers, and, while weights are loaded, the tensor that
    /// is loaded next ("blk.3.attn_q.weight"): a SplitBackend puts it where its layer is. Others ignore it.
    virtual void scope(std::string_view name) { (void)name; }
    /// The backend that keeps a layer's keys and values: its memory, its layout.
    [[nodiscard]] virtual Backend& layerBackend(std::int32_t iLayer) {
        (void)iLayer;
        return *this;
    }

    /// out [T, E] = rows of table [V, E] (dequantised). ids in range (checked by the caller).
    virtual void embedding(Tensor out, const Matrix& table, std::span<const std::int32_t> ids) = 0;
    /// out = x / sqrt(mean(x^2) + eps) * weight; weight [1, E] may be empty (all ones). out may be x.
    virtual void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) = 0;
    /// out = (x - mean) / sqrt(var + eps) * weight + bias; bias may be empty. out may be x.
    virtual void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) = 0;
    /// Every output_i [T, N_i] = x [T, E] . weight_i^T + bias_i. One call shares the quantised x between q, k and v.
    /// On quantised weights x is quantised on the fly to 8 bits per block of 32 (documented in docs/architecture.md).
    virtual void matmul(Tensor x, std::span<const MatmulOutput> outputs) = 0;
    /// out = a + b; b may have one row (broadcast). out may be a.
    virtual void add(Tensor out, Tensor a, Tensor b) = 0;
    /// out = a * b elementwise; b may have one row. out may be a.
    virtual void mul(Tensor out, Tensor a, Tensor b) = 0;
    virtual void scale(Tensor out, Tensor x, float factor) = 0;
    /// x = cap * tanh(x / cap)
    virtual void softcap(Tensor x, float cap) = 0;
    virtual void activation(Activation kind, Tensor out, Tensor x) = 0;
    /// out = act(gate) * up; for SwigluOai see gpt-oss (clamped, alpha 1.702, up + 1). out may be gate.
    virtual void gatedActivation(Activation kind, Tensor out, Tensor gate, Tensor up) = 0;
    /// Rotates x [T, nHead * headDim] in place, first nRotary dimensions of each head.
    virtual void rope(Tensor x, std::int32_t nHead, std::span<const BatchRow> rows, const RopeTable& table) = 0;
    /// Writes k [T, K * Dk], v [T, K * Dv] at the rows' positions (reserved before).
    virtual void kvStore(KvCache& cache, std::int32_t iLayer, Tensor k, Tensor v, std::span<const BatchRow> rows) = 0;
    /// out [T, H * Dv] = causal attention of q [T, H * Dk] over the cached positions <= the row's own (fused, online
    /// softmax: Milakov and Gimelshein 2018, Dao et al. 2022).
    virtual void attention(Tensor out, Tensor q, const KvCache& cache, std::int32_t iLayer,
                           std::span<const BatchRow> rows, const AttentionParams& params) = 0;
    /// ids (i32) and weights (f32), both [T, nUsed], best first, from router logits [T, nExpert].
    virtual void moeRoute(Tensor ids, Tensor weights, Tensor logits, RouterGate gate) = 0;
    /// out [T * nUsed, N]: row t * nUsed + u = x_row . weight[ids[t, u]]^T + bias[ids[t, u]]. x has T rows (every
    /// expert sees the token) or T * nUsed rows (each has its own). bias [nExpert, N] or empty.
    virtual void matmulExperts(Tensor out, Tensor x, const Matrix& weight, Tensor ids, Tensor bias) = 0;
    /// out [T, N] = sum over u of weights[t, u] * x[t * nUsed + u].
    virtual void moeCombine(Tensor out, Tensor x, Tensor weights) = 0;
    /// out row i = x row index[i].
    virtual void gatherRows(Tensor out, Tensor x, std::span<const std::int32_t> index) = 0;

    // Pictures and other dense work (x and out may have strided rows; bias and weight vectors [1, C] may be empty).
    /// out [nImage * Ho * Wo, Cout] = x [nImage * H * W, Cin] convolved with a loadConv weight, + bias. out is not x.
    virtual void conv2d(Tensor out, Tensor x, const Matrix& weight, Tensor bias, const Conv2dParams& params) = 0;
    /// Mean and variance over the pixels of an image and the C / nGroup channels of a group, then weight, bias and
    /// `then`. out may be x.
    virtual void groupNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, const ImageShape& shape,
                           std::int32_t nGroup, float eps, std::optional<Activation> then = {}) = 0;
    /// Nearest neighbour: out [nImage * 2H * 2W, C].
    virtual void upsample2x(Tensor out, Tensor x, const ImageShape& in) = 0;
    /// out = x + b[image], b [nImage, C]. out may be x.
    virtual void addPerImage(Tensor out, Tensor x, Tensor b, const ImageShape& shape) = 0;
    /// out = x; with cols() on either side this joins channels or takes them apart.
    virtual void copy(Tensor out, Tensor x) = 0;
    /// out [nImage * Tq, H * D] = softmax(scale * q k^T) v for every image and head; q [nImage * Tq, H * D], k and v
    /// [nImage * Tk, H * D]. out may be q.
    virtual void denseAttention(Tensor out, Tensor q, Tensor k, Tensor v, const DenseAttentionParams& params) = 0;

    /// Copies a tensor to host floats (packed), after everything queued so far.
    virtual void read(Tensor x, std::span<float> host) = 0;
    virtual void write(Tensor x, std::span<const float> host) = 0;
    /// Row i of x to rows[i] in the host's memory, as F32 or rounded to F16 (to nearest even, clamped to the largest
    /// finite half, NaN stays NaN). For recordings: on a device the rounding halves what has to travel.
    virtual void readRows(Tensor x, DType as, std::span<std::byte* const> rows);
    /// f32 keys or values of one head, positions [first, first + n): [n, D]. For the trace and tests.
    virtual void readKeys(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead,
                          std::int64_t first, std::int64_t n, std::span<float> host) = 0;
    virtual void readValues(const KvCache& cache, std::int32_t iLayer, SeqId seq, std::int32_t iKvHead,
                            std::int64_t first, std::int64_t n, std::span<float> host) = 0;
    /// Bytes of one KV block of a layer in this backend's layout.
    [[nodiscard]] virtual std::size_t kvBlockBytes(const KvLayerSpec& layer, DType dtype) const = 0;

    /// Copies inside this backend's memory (a KV block of a fork). The default is right where memory is the host's.
    virtual void copyBytes(void* to, const void* from, std::size_t n) { std::memcpy(to, from, n); }

    /// The first run-time failure since the last call, if any.
    [[nodiscard]] virtual Result<void> status() { return {}; }
};

enum class CpuIsa : std::uint8_t { Auto, Scalar, Avx2, Avx512 };

/// Products of WeightForm::Bf16. Auto: F16 where there is AVX-512 FP16, else BF16 where there is AVX-512 BF16, else
/// f32; obeys the environment variable VITRAL_PRODUCTS=f32|bf16|f16.
enum class CpuProducts : std::uint8_t { Auto, F32, Bf16, F16 };

struct CpuOptions {
    int nThread = 0;           ///< 0: all cores this process may use
    CpuIsa isa = CpuIsa::Auto; ///< Auto obeys the environment variable VITRAL_CPU=scalar|avx2|avx512
    CpuProducts products = CpuProducts::Auto;
};

/// Errors: Unsupported when the machine lacks the ISA or the products that were asked for.
Result<std::shared_ptr<Backend>> makeCpuBackend(const CpuOptions& options = {});

/// Activations of one forward pass, carved one after another out of backend memory and all given back at once.
class Workspace {
public:
    explicit Workspace(Backend& backend) : backend_(&backend) {}
    /// f32 [rows, cols]; contents undefined. Grows by whole chunks; after the first pass nothing is allocated.
    Result<Tensor> make(std::int64_t nRow, std::int64_t nCol, DType dtype = DType::F32);
    void reset();
    [[nodiscard]] std::size_t reservedBytes() const;

private:
    Backend* backend_;
    std::vector<std::unique_ptr<Buffer>> chunks_;
    std::size_t iChunk_ = 0;
    std::size_t offset_ = 0;
};

} // namespace vitral
