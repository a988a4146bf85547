// SPDX-License-Identifier: Apache-2.0
// Weights of small networks.

#include "core/diffusion/small_net.h"

#include "core/tensor/quantize.h"

#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

namespace vitral::diffusion {

std::vector<std::int64_t> SmallWeights::dims(const std::string& name) const {
    const SafetensorsTensor* tensor = file_->findTensor(name);
    return tensor != nullptr ? tensor->dims : std::vector<std::int64_t>{};
}

tl::unexpected<Error> SmallWeights::wrong(const std::string& sentence) const {
    return fail(ErrorCode::InvalidFile, fmt::format("{} cannot be read: {}", what_, sentence));
}

Result<TensorView> SmallWeights::find(const std::string& name, std::initializer_list<std::int64_t> dims) {
    if (stop_.stop_requested())
        return fail(ErrorCode::Cancelled, "Loading was stopped.");
    const SafetensorsTensor* tensor = file_->findTensor(name);
    if (tensor == nullptr)
        return wrong(fmt::format("it has no tensor \"{}\".", name));
    if (!std::equal(dims.begin(), dims.end(), tensor->dims.begin(), tensor->dims.end()))
        return wrong(fmt::format("tensor \"{}\" has the shape [{}] and should have [{}].", name,
                                 fmt::join(tensor->dims, ", "), fmt::join(dims, ", ")));
    if (tensor->dims.size() > 4) { // norms over whole maps are one row; only their values matter
        return wrong(fmt::format("tensor \"{}\" has too many dimensions.", name));
    }
    VITRAL_TRY_ASSIGN(TensorView view, tensor->view());
    weightBytes_ += view.bytes.size();
    std::int64_t n = 1;
    for (const std::int64_t d : dims)
        n *= d;
    nParameter_ += n;
    return view;
}

Result<std::vector<float>> SmallWeights::values(const std::string& name, std::initializer_list<std::int64_t> dims) {
    VITRAL_TRY_ASSIGN(const TensorView view, find(name, dims));
    std::size_t n = 1;
    for (const std::int64_t d : dims)
        n *= static_cast<std::size_t>(d);
    std::vector<float> out(n);
    if (view.dtype == DType::F32) {
        std::memcpy(out.data(), view.bytes.data(), n * sizeof(float)); // at any address
    } else if (view.dtype == DType::F16 || view.dtype == DType::BF16) {
        for (std::size_t i = 0; i < n; ++i) {
            std::uint16_t bits = 0;
            std::memcpy(&bits, view.bytes.data() + 2 * i, 2);
            out[i] = view.dtype == DType::F16 ? halfToFloat(bits) : bfloatToFloat(bits);
        }
    } else {
        return fail(ErrorCode::Unsupported,
                    fmt::format("{} has the tensor \"{}\" in a type that is not read here: F32, F16 and BF16 are.",
                                what_, name));
    }
    return out;
}

Result<SmallTensor> SmallWeights::tensor(const std::vector<float>& values, std::int64_t nRow) const {
    VITRAL_TRY_ASSIGN(std::unique_ptr<Buffer> buffer, backend_.allocate(std::max<std::size_t>(4, values.size() * 4)));
    SmallTensor out;
    out.buffer = std::move(buffer);
    out.tensor.data = out.buffer->data();
    const std::int64_t nCol = static_cast<std::int64_t>(values.size()) / nRow;
    out.tensor.shape = Shape{nRow, nCol};
    out.tensor.rowStride = nCol;
    backend_.write(out.tensor, values);
    return out;
}

Result<SmallTensor> SmallWeights::vector(const std::string& name, std::int64_t n) {
    VITRAL_TRY_ASSIGN(const std::vector<float> host, values(name, {n}));
    return tensor(host);
}

Result<std::unique_ptr<Matrix>> SmallWeights::matrix(std::vector<float> values, Shape shape, bool isConv) {
    const auto owned = std::make_shared<const std::vector<float>>(std::move(values));
    kept_.push_back(owned);
    const TensorView view{DType::F32, shape, std::as_bytes(std::span(*owned))};
    return isConv ? backend_.loadConv(view, WeightForm::Exact, stop_)
                  : backend_.loadWeights(view, WeightForm::Exact, stop_);
}

Result<SmallLinear> SmallWeights::linear(const std::string& name, std::int64_t nOut, std::int64_t nIn) {
    return linear(name + ".weight", name + ".bias", nOut, nIn);
}

Result<SmallLinear> SmallWeights::linear(const std::string& weight, const std::string& bias, std::int64_t nOut,
                                         std::int64_t nIn) {
    SmallLinear out;
    VITRAL_TRY_ASSIGN(std::vector<float> host, values(weight, {nOut, nIn}));
    VITRAL_TRY_ASSIGN(out.weight, matrix(std::move(host), Shape{nOut, nIn}));
    out.weight->name = weight;
    VITRAL_TRY_ASSIGN(out.bias, vector(bias, nOut));
    return out;
}

Result<SmallLinear> SmallWeights::conv(const std::string& name, std::int64_t nOut, std::int64_t nIn,
                                       std::int64_t kernel) {
    SmallLinear out;
    VITRAL_TRY_ASSIGN(std::vector<float> host, values(name + ".weight", {nOut, nIn, kernel, kernel}));
    VITRAL_TRY_ASSIGN(out.weight, matrix(std::move(host), Shape{nOut, nIn, kernel, kernel}, true));
    out.weight->name = name + ".weight";
    VITRAL_TRY_ASSIGN(out.bias, vector(name + ".bias", nOut));
    return out;
}

std::vector<float> rowsOf(std::span<const float> planes, std::int64_t nImage, std::int64_t nChannel,
                          std::int64_t nPixel) {
    std::vector<float> rows(planes.size());
    for (std::int64_t i = 0; i < nImage; ++i)
        for (std::int64_t c = 0; c < nChannel; ++c)
            for (std::int64_t p = 0; p < nPixel; ++p)
                rows[static_cast<std::size_t>((i * nPixel + p) * nChannel + c)] =
                    planes[static_cast<std::size_t>((i * nChannel + c) * nPixel + p)];
    return rows;
}

void planesOf(std::span<const float> rows, std::int64_t nImage, std::int64_t nChannel, std::int64_t nPixel,
              std::span<float> planes) {
    for (std::int64_t i = 0; i < nImage; ++i)
        for (std::int64_t c = 0; c < nChannel; ++c)
            for (std::int64_t p = 0; p < nPixel; ++p)
                planes[static_cast<std::size_t>((i * nChannel + c) * nPixel + p)] =
                    rows[static_cast<std::size_t>((i * nPixel + p) * nChannel + c)];
}

std::shared_ptr<const SafetensorsFile> peek(const std::filesystem::path& path) {
    if (path.extension() != ".safetensors")
        return nullptr;
    auto file = SafetensorsFile::open(path);
    return file ? *std::move(file) : nullptr;
}

std::string metadataOf(const SafetensorsFile& file, std::string_view key) {
    for (const auto& [k, value] : file.metadata())
        if (k == key)
            return value;
    return {};
}

} // namespace vitral::diffusion
