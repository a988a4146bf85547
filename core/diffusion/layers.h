// SPDX-License-Identifier: Apache-2.0
#pragma once
// The layers that U-Nets, autoencoders and text encoders are made of, in the hands of a backend, and the pass that runs
// them. Pictures are rows: row i * H * W + y * W + x of a tensor is one pixel of image i, its columns are channels.
// Every tensor's shape is checked at load against what the configuration calls for; a pass cannot meet a wrong one.
// Thread: load on the loading thread, const afterwards; a pass on the engine thread.

#include "core/backend/backend.h"
#include "core/base/result.h"
#include "core/diffusion/arena.h"
#include "core/diffusion/model.h"
#include "core/diffusion/tensor_source.h"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::diffusion {

/// A small f32 tensor [1, n] (norm weight, bias). Empty where the file has none.
struct Vector {
    std::unique_ptr<Buffer> buffer;
    Tensor tensor;
};

/// y = x W^T + b; also a convolution of one pixel, which is the same thing on rows of pixels.
struct Linear {
    std::unique_ptr<Matrix> weight; ///< [N, E]
    Vector bias;
    [[nodiscard]] bool empty() const { return weight == nullptr; }
    [[nodiscard]] std::int64_t nOut() const { return weight->shape[0]; }
    [[nodiscard]] MatmulOutput into(const Tensor& out) const {
        return {weight.get(), out, bias.tensor.empty() ? nullptr : &bias.tensor};
    }
};

struct Conv {
    std::unique_ptr<Matrix> weight; ///< [Cout, Kh * Kw * Cin]
    Vector bias;
    std::int64_t nOut = 0;
    std::int32_t kernel = 3;
    [[nodiscard]] bool empty() const { return weight == nullptr; }
};

struct GroupNorm {
    Vector weight, bias;
    std::int32_t nGroup = 32;
    float eps = 1e-5F;
    [[nodiscard]] bool empty() const { return weight.buffer == nullptr; }
};

struct LayerNorm {
    Vector weight, bias;
    float eps = 1e-5F;
};

/// Usual: a file may lack it, and published ones have it.
enum class Bias : std::uint8_t { Required, Usual, Optional, None };

/// The weights of one network out of a TensorSource.
class NetLoader {
public:
    /// `what` begins sentences: "The U-Net". `source` and `options` must outlive the loader; `doneBytes` counts what
    /// all parts of a model have loaded, of `allBytes`.
    struct Progress {
        std::size_t doneBytes = 0, allBytes = 0;
        double told = 0;
    };
    NetLoader(const TensorSource& source, std::string what, WeightForm form, const DiffusionLoadOptions& options,
              Progress* progress = nullptr)
        : source_(source), what_(std::move(what)), form_(form), options_(options), progress_(progress) {}

    /// Loads nothing: every tensor is taken as if it were there, and noted with its published shape. A network loaded
    /// so can only be planned (scratchBytes) or described; optional tensors are left out. The list cannot disagree with
    /// the networks.
    struct Wanted {
        std::string name;
        Shape shape;
    };
    NetLoader(std::vector<Wanted>& wanted, const DiffusionLoadOptions& options);

    [[nodiscard]] bool has(std::string_view tensor) const { return source_.has(tensor); }
    /// Nothing is loaded: what a network may have besides is to be listed too.
    [[nodiscard]] bool listing() const { return wanted_ != nullptr; }
    [[nodiscard]] const TensorSource& source() const { return source_; }

    // `name` without suffix; of several names the first that the file has is meant (older files spell some otherwise).
    // Errors: InvalidFile (a tensor missing or of the wrong shape, named), Unsupported (type), OutOfMemory, Cancelled.
    /// name.weight [N, E] or [N, E, 1, 1], name.bias [N].
    Result<Linear> linear(const std::string& name, std::int64_t nOut, std::int64_t nIn, Bias bias = Bias::Required);
    Result<Linear> linear(std::initializer_list<std::string> names, std::int64_t nOut, std::int64_t nIn, Bias bias);
    /// The same, published as a convolution of one pixel: [N, E, 1, 1]. Errors and what is read: as linear().
    Result<Linear> pointwise(const std::string& name, std::int64_t nOut, std::int64_t nIn);
    /// name.weight [Cout, Cin, K, K], name.bias [Cout].
    Result<Conv> conv(const std::string& name, std::int64_t nOut, std::int64_t nIn, std::int32_t kernel = 3,
                      Bias bias = Bias::Required);
    /// nGroup must divide n.
    Result<GroupNorm> groupNorm(const std::string& name, std::int64_t n, std::int64_t nGroup, double eps);
    Result<LayerNorm> layerNorm(const std::string& name, std::int64_t n, double eps);
    /// Full tensor name, n elements in all.
    Result<Vector> vector(const std::string& name, std::int64_t n);
    /// A small table [rows, cols] as f32 rows (positions).
    Result<Vector> matrixVector(const std::string& name, std::int64_t nRow, std::int64_t nCol);
    /// A table whose rows are looked up: [rows, cols].
    Result<std::unique_ptr<Matrix>> table(const std::string& name, std::int64_t nRow, std::int64_t nCol);

    [[nodiscard]] std::size_t residentBytes() const { return residentBytes_; }
    [[nodiscard]] std::size_t weightBytes() const { return weightBytes_; }
    [[nodiscard]] std::int64_t nParameter() const { return nParameter_; }
    [[nodiscard]] const std::set<DType>& types() const { return types_; }
    /// What the weights lie in besides the file: the network keeps it alive.
    [[nodiscard]] std::vector<std::shared_ptr<const void>> kept() const { return kept_; }

private:
    /// `shapes`: those a file may give it, the published one first.
    Result<TensorView> find(const std::string& name, const std::vector<Shape>& shapes);
    Result<Linear> linearOf(const std::string& name, const std::vector<Shape>& shapes, Bias bias);
    [[nodiscard]] bool takesBias(const std::string& name, Bias bias) const;
    Result<std::unique_ptr<Matrix>> weights(const std::string& name, const TensorView& view, bool isConv);
    void loaded(const TensorView& view, std::size_t resident);

    Result<Vector> smallTensor(const std::string& name, const TensorView& view, const Shape& shape);

    const TensorSource& source_;
    std::vector<Wanted>* wanted_ = nullptr;
    std::string what_;
    WeightForm form_;
    const DiffusionLoadOptions& options_;
    Progress* progress_;
    std::size_t residentBytes_ = 0, weightBytes_ = 0;
    std::int64_t nParameter_ = 0;
    std::set<DType> types_;
    std::vector<std::shared_ptr<const void>> kept_;
};

/// Which weights a precision means.
[[nodiscard]] WeightForm weightForm(Precision precision);

/// One pass in flight. Without a backend it only plans its memory: every operation is left out, every piece of scratch
/// is counted.
class Pass {
public:
    explicit Pass(Arena& arena) : arena_(arena) {}
    Pass(Arena& arena, const NetworkContext& context)
        : arena_(arena), backend_(&context.backend), observer_(context.observer), stop_(context.stop) {
        backend_->stopWith(stop_); // long operations let go
    }

    [[nodiscard]] bool planning() const { return backend_ == nullptr; }
    [[nodiscard]] Backend& backend() const { return *backend_; }
    [[nodiscard]] Scratch make(std::int64_t nRow, std::int64_t nCol) { return {arena_, nRow, nCol}; }
    /// Asked between blocks. Errors: Cancelled, Device.
    Result<void> check() const;

    void scope(std::string_view name) const {
        if (backend_ != nullptr)
            backend_->scope(name);
    }
    /// Ask, then give.
    void features(std::string_view block, const Tensor& x, const ImageShape& shape) const {
        if (observer_ != nullptr && observer_->wantsFeatures(block))
            observer_->giveFeatures(block, x, static_cast<std::int32_t>(shape.height),
                                    static_cast<std::int32_t>(shape.width));
    }
    [[nodiscard]] NetworkObserver* observer() const { return observer_; }

    // The operations of Backend on these layers; out may be x only where Backend says so.
    void linear(const Tensor& out, const Tensor& x, const Linear& w) const;
    void matmul(const Tensor& x, std::span<const MatmulOutput> outputs) const;
    /// Padding kernel / 2 on all sides, or only below and right (the encoder of an autoencoder).
    enum class Pad : std::uint8_t { Same, BelowRight };
    void conv(const Tensor& out, const Tensor& x, const Conv& w, const ImageShape& in, std::int32_t stride = 1,
              bool doubled = false, Pad pad = Pad::Same) const;
    void groupNorm(const Tensor& out, const Tensor& x, const GroupNorm& w, const ImageShape& shape,
                   std::optional<Activation> then = {}) const;
    void layerNorm(const Tensor& out, const Tensor& x, const LayerNorm& w) const;
    void add(const Tensor& out, const Tensor& a, const Tensor& b) const;
    void addPerImage(const Tensor& out, const Tensor& x, const Tensor& b, const ImageShape& shape) const;
    void copy(const Tensor& out, const Tensor& x) const;
    void scale(const Tensor& out, const Tensor& x, float factor) const;
    void activation(Activation kind, const Tensor& out, const Tensor& x) const;
    void gated(Activation kind, const Tensor& out, const Tensor& gate, const Tensor& up) const;
    void attention(const Tensor& out, const Tensor& q, const Tensor& k, const Tensor& v,
                   const DenseAttentionParams& params) const;

    /// Rows of pixels from packed channels-first floats [nImage, C, H, W], and back.
    void writePixels(const Tensor& out, std::span<const float> values, const ImageShape& shape) const;
    void readPixels(const Tensor& x, std::span<float> values, const ImageShape& shape) const;

private:
    Arena& arena_;
    Backend* backend_ = nullptr;
    NetworkObserver* observer_ = nullptr;
    std::stop_token stop_;
};

[[nodiscard]] inline std::int64_t nRows(const ImageShape& shape) {
    return shape.nImage * shape.height * shape.width;
}
/// Rounded up, as a convolution of stride 2 with padding leaves it.
[[nodiscard]] inline ImageShape halved(const ImageShape& s) {
    return {s.nImage, (s.height + 1) / 2, (s.width + 1) / 2};
}
[[nodiscard]] inline ImageShape doubled(const ImageShape& s) {
    return {s.nImage, s.height * 2, s.width * 2};
}

} // namespace vitral::diffusion
