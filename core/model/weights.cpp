// SPDX-License-Identifier: Apache-2.0
#include "core/model/weights.h"

#include <cstring>
#include <fmt/format.h>

namespace vitral {

std::string blockTensor(std::int64_t iLayer, std::string_view part) {
    return fmt::format("blk.{}.{}", iLayer, part);
}

WeightLoader::WeightLoader(const GgufFile& file, std::string architecture, const LoadOptions& options)
    : file_(&file), architecture_(std::move(architecture)), options_(&options) {
    for (const GgufTensor& tensor : file.tensors())
        totalBytes_ += tensor.view.bytes.size();
}

Result<const GgufTensor*> WeightLoader::find(const std::string& name, const Shape& shape) {
    if (options_->stop.stop_requested())
        return fail(ErrorCode::Cancelled, "Loading was stopped.");
    const GgufTensor* tensor = file_->findTensor(name);
    if (tensor == nullptr)
        return fail(ErrorCode::InvalidFile, fmt::format("The model file lacks the tensor {} (of shape {}), which the "
                                                        "architecture {} needs.",
                                                        name, shape.toString(), architecture_));
    if (!(tensor->view.shape == shape))
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The model file's tensor {} has the shape {}, but its metadata call for {}.", name,
                                tensor->view.shape.toString(), shape.toString()));
    return tensor;
}

void WeightLoader::loaded(const GgufTensor& tensor) {
    if (!used_.insert(tensor.name).second)
        return;
    loadedBytes_ += tensor.view.bytes.size();
    if (options_->progress && totalBytes_ > 0)
        options_->progress(static_cast<double>(loadedBytes_) / static_cast<double>(totalBytes_));
}

Result<std::unique_ptr<Matrix>> WeightLoader::matrix(const std::string& name, const Shape& shape) {
    VITRAL_TRY_ASSIGN(const GgufTensor* tensor, find(name, shape));
    options_->backend->scope(name);
    auto result = options_->backend->loadMatrix(tensor->view, options_->stop);
    if (!result)
        return failWith("Cannot load the tensor " + name, std::move(result).error());
    (*result)->name = name;
    residentBytes_ += (*result)->residentBytes();
    loaded(*tensor);
    return result;
}

Result<Vector> WeightLoader::vector(const std::string& name, std::int64_t n, Need need) {
    if (need == Need::Optional && !has(name))
        return Vector{};
    VITRAL_TRY_ASSIGN(const GgufTensor* tensor, find(name, Shape{n}));
    options_->backend->scope(name);
    auto buffer = options_->backend->loadVector(tensor->view);
    if (!buffer)
        return failWith("Cannot load the tensor " + name, std::move(buffer).error());
    residentBytes_ += (*buffer)->sizeBytes();
    loaded(*tensor);
    Vector vector;
    vector.buffer = std::move(*buffer);
    vector.tensor = Tensor{vector.buffer->data(), Shape{1, n}, n, DType::F32};
    return vector;
}

Result<Linear> WeightLoader::linear(const std::string& name, std::int64_t nOut, std::int64_t nIn, Need need) {
    Linear result;
    if (need == Need::Optional && !has(name + ".weight"))
        return result;
    VITRAL_TRY_ASSIGN(result.weight, matrix(name + ".weight", Shape{nOut, nIn}));
    VITRAL_TRY_ASSIGN(result.bias, vector(name + ".bias", nOut, Need::Optional));
    return result;
}

Result<Linear> WeightLoader::experts(const std::string& name, std::int64_t nExpert, std::int64_t nOut,
                                     std::int64_t nIn) {
    Linear result;
    VITRAL_TRY_ASSIGN(result.weight, matrix(name + ".weight", Shape{nExpert, nOut, nIn}));
    const std::string biasName = name + ".bias";
    if (has(biasName)) {
        VITRAL_TRY_ASSIGN(const GgufTensor* tensor, find(biasName, Shape{nExpert, nOut}));
        options_->backend->scope(biasName);
        auto buffer = options_->backend->loadVector(tensor->view);
        if (!buffer)
            return failWith("Cannot load the tensor " + biasName, std::move(buffer).error());
        residentBytes_ += (*buffer)->sizeBytes();
        loaded(*tensor);
        result.bias.buffer = std::move(*buffer);
        result.bias.tensor = Tensor{result.bias.buffer->data(), Shape{nExpert, nOut}, nOut, DType::F32};
    }
    return result;
}

Result<Norm> WeightLoader::norm(const std::string& name, std::int64_t n, NormKind kind, float eps) {
    Norm result;
    result.kind = kind;
    result.eps = eps;
    VITRAL_TRY_ASSIGN(result.weight, vector(name + ".weight", n));
    if (kind == NormKind::Layer) {
        VITRAL_TRY_ASSIGN(result.bias, vector(name + ".bias", n, Need::Optional));
    }
    return result;
}

Result<std::vector<float>> WeightLoader::hostVector(const std::string& name, std::int64_t n) {
    VITRAL_TRY_ASSIGN(const GgufTensor* tensor, find(name, Shape{n}));
    if (tensor->view.dtype != DType::F32)
        return fail(ErrorCode::Unsupported,
                    fmt::format("The model file's tensor {} is {}, but only F32 is known there.", name,
                                dtypeInfo(tensor->view.dtype).name));
    std::vector<float> values(static_cast<std::size_t>(n));
    std::memcpy(values.data(), tensor->view.bytes.data(), values.size() * sizeof(float));
    loaded(*tensor);
    return values;
}

std::vector<std::string> WeightLoader::unused() const {
    std::vector<std::string> names;
    for (const GgufTensor& tensor : file_->tensors())
        if (!used_.contains(tensor.name))
            names.push_back(tensor.name);
    return names;
}

} // namespace vitral
