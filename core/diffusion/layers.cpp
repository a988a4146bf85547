// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/layers.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace vitral::diffusion {

namespace {

const TensorSource kNoTensors;

/// What a network that is only described has in the place of weights.
class NoMatrix final : public Matrix {
public:
    [[nodiscard]] std::size_t residentBytes() const override { return 0; }
};
class NoBuffer final : public Buffer {
public:
    [[nodiscard]] void* data() override { return this; } // never followed
    [[nodiscard]] std::size_t sizeBytes() const override { return 0; }
};

bool isAligned(const TensorView& view) {
    const std::size_t unit = isQuantised(view.dtype) ? 2 : static_cast<std::size_t>(dtypeInfo(view.dtype).blockBytes);
    return reinterpret_cast<std::uintptr_t>(view.bytes.data()) % unit == 0;
}

} // namespace

NetLoader::NetLoader(std::vector<Wanted>& wanted, const DiffusionLoadOptions& options)
    : source_(kNoTensors), wanted_(&wanted), form_(WeightForm::Exact), options_(options), progress_(nullptr) {}

Result<TensorView> NetLoader::find(const std::string& name, const std::vector<Shape>& shapes) {
    if (options_.stop.stop_requested())
        return fail(ErrorCode::Cancelled, "Loading was stopped.");
    if (wanted_ != nullptr) {
        wanted_->push_back({name, shapes.front()});
        TensorView view;
        view.shape = shapes.front();
        return view;
    }
    const TensorSource::Entry* entry = source_.find(name);
    if (entry == nullptr)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("{} lacks the tensor {} (of shape {}).", what_, name, shapes.front().toString()));
    if (!entry->readable)
        return fail(ErrorCode::Unsupported, entry->problem);
    for (const Shape& shape : shapes) {
        if (!(entry->view.shape == shape))
            continue;
        TensorView view = entry->view;
        view.shape = shapes.front();
        return view;
    }
    return fail(ErrorCode::InvalidFile,
                fmt::format("{}'s tensor {} has the shape {}, but its configuration calls for {}.", what_,
                            entry->fileName, entry->view.shape.toString(), shapes.front().toString()));
}

void NetLoader::loaded(const TensorView& view, std::size_t resident) {
    residentBytes_ += resident;
    weightBytes_ += view.bytes.size();
    nParameter_ += view.shape.count();
    if (progress_ == nullptr)
        return;
    progress_->doneBytes += view.bytes.size();
    const double fraction =
        static_cast<double>(progress_->doneBytes) / static_cast<double>(std::max<std::size_t>(progress_->allBytes, 1));
    if (options_.progress && (fraction >= progress_->told + 0.005 || fraction >= 1)) {
        progress_->told = fraction;
        options_.progress(std::min(fraction, 1.0));
    }
}

Result<std::unique_ptr<Matrix>> NetLoader::weights(const std::string& name, const TensorView& view, bool isConv) {
    if (wanted_ != nullptr) {
        auto nothing = std::make_unique<NoMatrix>();
        nothing->shape = view.shape;
        nParameter_ += view.shape.count();
        return std::unique_ptr<Matrix>(std::move(nothing));
    }
    TensorView used = view;
    std::size_t copied = 0;
    if (!isAligned(view)) { // safetensors promises no alignment
        kept_.push_back(std::make_shared<const std::vector<std::byte>>(view.bytes.begin(), view.bytes.end()));
        used.bytes = *std::static_pointer_cast<const std::vector<std::byte>>(kept_.back());
        copied = used.bytes.size();
    }
    WeightForm form = form_;
    if (isQuantised(view.dtype) && form == WeightForm::Bf16) // 8-bit products are the fast ones there
        form = isConv ? WeightForm::Bf16 : WeightForm::AsFile;
    auto matrix = isConv ? options_.backend->loadConv(used, form, options_.stop)
                         : options_.backend->loadWeights(used, form, options_.stop);
    if (!matrix)
        return failWith("Cannot load the tensor " + name, std::move(matrix).error());
    (*matrix)->name = name;
    types_.insert(view.dtype);
    loaded(view, (*matrix)->residentBytes() + copied);
    return matrix;
}

bool NetLoader::takesBias(const std::string& name, Bias bias) const {
    if (bias == Bias::Required || (bias == Bias::Usual && listing()))
        return true;
    return bias != Bias::None && has(name + ".bias");
}

Result<Linear> NetLoader::linearOf(const std::string& name, const std::vector<Shape>& shapes, Bias bias) {
    Linear result;
    const std::string weight = name + ".weight";
    VITRAL_TRY_ASSIGN(TensorView view, find(weight, shapes));
    view.shape = Shape{view.shape[0], view.shape[1]};
    VITRAL_TRY_ASSIGN(result.weight, weights(weight, view, false));
    if (takesBias(name, bias)) {
        VITRAL_TRY_ASSIGN(result.bias, vector(name + ".bias", view.shape[0]));
    }
    return result;
}

Result<Linear> NetLoader::linear(const std::string& name, std::int64_t nOut, std::int64_t nIn, Bias bias) {
    return linearOf(name, {Shape{nOut, nIn}, Shape{nOut, nIn, 1, 1}, Shape{nOut, nIn, 1}}, bias);
}

Result<Linear> NetLoader::pointwise(const std::string& name, std::int64_t nOut, std::int64_t nIn) {
    return linearOf(name, {Shape{nOut, nIn, 1, 1}, Shape{nOut, nIn}, Shape{nOut, nIn, 1}}, Bias::Required);
}

Result<Linear> NetLoader::linear(std::initializer_list<std::string> names, std::int64_t nOut, std::int64_t nIn,
                                 Bias bias) {
    for (const std::string& name : names)
        if (has(name + ".weight"))
            return linear(name, nOut, nIn, bias);
    return linear(*names.begin(), nOut, nIn, bias);
}

Result<Conv> NetLoader::conv(const std::string& name, std::int64_t nOut, std::int64_t nIn, std::int32_t kernel,
                             Bias bias) {
    Conv result;
    result.nOut = nOut;
    result.kernel = kernel;
    const std::string weight = name + ".weight";
    VITRAL_TRY_ASSIGN(const TensorView view, find(weight, {Shape{nOut, nIn, kernel, kernel}}));
    VITRAL_TRY_ASSIGN(result.weight, weights(weight, view, true));
    if (takesBias(name, bias)) {
        VITRAL_TRY_ASSIGN(result.bias, vector(name + ".bias", nOut));
    }
    return result;
}

Result<Vector> NetLoader::smallTensor(const std::string& name, const TensorView& view, const Shape& shape) {
    Vector vector;
    if (wanted_ != nullptr) {
        vector.buffer = std::make_unique<NoBuffer>();
        nParameter_ += view.shape.count();
    } else {
        auto buffer = options_.backend->loadVector(view);
        if (!buffer)
            return failWith("Cannot load the tensor " + name, std::move(buffer).error());
        loaded(view, (*buffer)->sizeBytes());
        vector.buffer = std::move(*buffer);
    }
    vector.tensor = Tensor{vector.buffer->data(), shape, shape.nCol(), DType::F32};
    return vector;
}

Result<Vector> NetLoader::vector(const std::string& name, std::int64_t n) {
    VITRAL_TRY_ASSIGN(const TensorView view, find(name, {Shape{n}, Shape{1, n}}));
    return smallTensor(name, view, Shape{1, n});
}

Result<Vector> NetLoader::matrixVector(const std::string& name, std::int64_t nRow, std::int64_t nCol) {
    VITRAL_TRY_ASSIGN(const TensorView view, find(name, {Shape{nRow, nCol}}));
    return smallTensor(name, view, Shape{nRow, nCol});
}

Result<GroupNorm> NetLoader::groupNorm(const std::string& name, std::int64_t n, std::int64_t nGroup, double eps) {
    if (nGroup < 1 || n % nGroup != 0)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("{}'s configuration asks for {} groups in the norm {}, which do not divide its {} "
                                "channels.",
                                what_, nGroup, name, n));
    GroupNorm result;
    result.nGroup = static_cast<std::int32_t>(nGroup);
    result.eps = static_cast<float>(eps);
    VITRAL_TRY_ASSIGN(result.weight, vector(name + ".weight", n));
    VITRAL_TRY_ASSIGN(result.bias, vector(name + ".bias", n));
    return result;
}

Result<LayerNorm> NetLoader::layerNorm(const std::string& name, std::int64_t n, double eps) {
    LayerNorm result;
    result.eps = static_cast<float>(eps);
    VITRAL_TRY_ASSIGN(result.weight, vector(name + ".weight", n));
    VITRAL_TRY_ASSIGN(result.bias, vector(name + ".bias", n));
    return result;
}

Result<std::unique_ptr<Matrix>> NetLoader::table(const std::string& name, std::int64_t nRow, std::int64_t nCol) {
    VITRAL_TRY_ASSIGN(TensorView view, find(name, {Shape{nRow, nCol}}));
    if (wanted_ != nullptr)
        return weights(name, view, false);
    std::shared_ptr<const std::vector<std::byte>> copy;
    if (!isAligned(view)) {
        copy = std::make_shared<const std::vector<std::byte>>(view.bytes.begin(), view.bytes.end());
        view.bytes = *copy;
        kept_.push_back(copy);
    }
    auto matrix = options_.backend->loadMatrix(view, options_.stop);
    if (!matrix)
        return failWith("Cannot load the tensor " + name, std::move(matrix).error());
    (*matrix)->name = name;
    types_.insert(view.dtype);
    loaded(view, (*matrix)->residentBytes() + (copy ? copy->size() : 0));
    return matrix;
}

WeightForm weightForm(Precision precision) {
    // 16-bit products are taken only where they are faster; elsewhere Bf16 is exact by itself.
    return precision == Precision::Exact ? WeightForm::Exact : WeightForm::Bf16;
}

Result<void> Pass::check() const {
    if (backend_ == nullptr)
        return {};
    if (stop_.stop_requested())
        return fail(ErrorCode::Cancelled, "The pass was stopped.");
    return backend_->status();
}

void Pass::linear(const Tensor& out, const Tensor& x, const Linear& w) const {
    const MatmulOutput output = w.into(out);
    matmul(x, {&output, 1});
}
void Pass::matmul(const Tensor& x, std::span<const MatmulOutput> outputs) const {
    if (backend_ != nullptr)
        backend_->matmul(x, outputs);
}
void Pass::conv(const Tensor& out, const Tensor& x, const Conv& w, const ImageShape& in, std::int32_t stride,
                bool doubled, Pad pad) const {
    if (backend_ == nullptr)
        return;
    Conv2dParams p;
    p.in = in;
    p.kernelH = p.kernelW = w.kernel;
    p.stride = stride;
    p.doubled = doubled;
    p.padTop = p.padLeft = pad == Pad::Same ? w.kernel / 2 : 0;
    p.padBottom = p.padRight = pad == Pad::Same ? w.kernel / 2 : 1;
    backend_->conv2d(out, x, *w.weight, w.bias.tensor, p);
}
void Pass::groupNorm(const Tensor& out, const Tensor& x, const GroupNorm& w, const ImageShape& shape,
                     std::optional<Activation> then) const {
    if (backend_ != nullptr)
        backend_->groupNorm(out, x, w.weight.tensor, w.bias.tensor, shape, w.nGroup, w.eps, then);
}
void Pass::layerNorm(const Tensor& out, const Tensor& x, const LayerNorm& w) const {
    if (backend_ != nullptr)
        backend_->layerNorm(out, x, w.weight.tensor, w.bias.tensor, w.eps);
}
void Pass::add(const Tensor& out, const Tensor& a, const Tensor& b) const {
    if (backend_ != nullptr)
        backend_->add(out, a, b);
}
void Pass::addPerImage(const Tensor& out, const Tensor& x, const Tensor& b, const ImageShape& shape) const {
    if (backend_ != nullptr)
        backend_->addPerImage(out, x, b, shape);
}
void Pass::copy(const Tensor& out, const Tensor& x) const {
    if (backend_ != nullptr)
        backend_->copy(out, x);
}
void Pass::scale(const Tensor& out, const Tensor& x, float factor) const {
    if (backend_ != nullptr)
        backend_->scale(out, x, factor);
}
void Pass::activation(Activation kind, const Tensor& out, const Tensor& x) const {
    if (backend_ != nullptr)
        backend_->activation(kind, out, x);
}
void Pass::gated(Activation kind, const Tensor& out, const Tensor& gate, const Tensor& up) const {
    if (backend_ != nullptr)
        backend_->gatedActivation(kind, out, gate, up);
}
void Pass::attention(const Tensor& out, const Tensor& q, const Tensor& k, const Tensor& v,
                     const DenseAttentionParams& params) const {
    if (backend_ != nullptr)
        backend_->denseAttention(out, q, k, v, params);
}

void Pass::writePixels(const Tensor& out, std::span<const float> values, const ImageShape& shape) const {
    if (backend_ == nullptr)
        return;
    const auto nChannel = static_cast<std::size_t>(out.nCol());
    const auto area = static_cast<std::size_t>(shape.height * shape.width);
    std::vector<float> rows(values.size());
    for (std::size_t i = 0; i < static_cast<std::size_t>(shape.nImage); ++i)
        for (std::size_t c = 0; c < nChannel; ++c)
            for (std::size_t p = 0; p < area; ++p)
                rows[(i * area + p) * nChannel + c] = values[(i * nChannel + c) * area + p];
    backend_->write(out, rows);
}

void Pass::readPixels(const Tensor& x, std::span<float> values, const ImageShape& shape) const {
    if (backend_ == nullptr)
        return;
    const auto nChannel = static_cast<std::size_t>(x.nCol());
    const auto area = static_cast<std::size_t>(shape.height * shape.width);
    std::vector<float> rows(values.size());
    backend_->read(x, rows);
    for (std::size_t i = 0; i < static_cast<std::size_t>(shape.nImage); ++i)
        for (std::size_t c = 0; c < nChannel; ++c)
            for (std::size_t p = 0; p < area; ++p)
                values[(i * nChannel + c) * area + p] = rows[(i * area + p) * nChannel + c];
}

} // namespace vitral::diffusion
