// SPDX-License-Identifier: Apache-2.0
#include "tests/core/diffusion/diffusion_golden.h"

#include "core/tensor/quantize.h"

#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

namespace vitral::test {

namespace {

std::uint64_t fnv1a(const std::string& text) {
    std::uint64_t hash = 0xCBF29CE484222325ULL;
    for (const char c : text)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
    return hash;
}

Result<GoldenTensor> hostTensor(const SafetensorsTensor& tensor) {
    VITRAL_TRY_ASSIGN(const TensorView view, tensor.view());
    if (view.dtype != DType::F32)
        return fail(ErrorCode::InvalidFile, "golden tensors are F32");
    GoldenTensor result;
    result.dims = tensor.dims;
    result.values.resize(view.bytes.size() / 4);
    std::memcpy(result.values.data(), view.bytes.data(), view.bytes.size());
    return result;
}

} // namespace

Result<DiffusionGolden> loadDiffusionGolden(const std::string& name) {
    VITRAL_TRY_ASSIGN(const auto file, SafetensorsFile::open(std::filesystem::path(VITRAL_GOLDEN) / "diffusion" /
                                                             (name + ".safetensors")));
    DiffusionGolden golden;
    golden.name = name;
    for (const auto& [key, value] : file->metadata()) {
        if (key == "vitral.diffusion")
            golden.meta = value;
        if (key != "weights")
            continue;
        const auto rules = nlohmann::json::parse(value);
        for (const auto& [weight, rule] : rules.items())
            golden.weights[weight] = {rule[0].get<std::vector<std::int64_t>>(), rule[1] == "one",
                                      rule[2].get<double>()};
    }
    for (const SafetensorsTensor& tensor : file->tensors()) {
        VITRAL_TRY_ASSIGN(golden.tensors[tensor.name], hostTensor(tensor));
    }
    return golden;
}

std::vector<float> goldenWeight(const std::string& name, const GoldenWeight& weight) {
    std::size_t n = 1;
    for (const std::int64_t dim : weight.dims)
        n *= static_cast<std::size_t>(dim);
    std::vector<float> values(n);
    const std::uint64_t seed = fnv1a(name);
    for (std::size_t i = 0; i < n; ++i) {
        std::uint64_t z = seed + (i + 1) * 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        z ^= z >> 31;
        const double uniform = static_cast<double>(z >> 40) / 8388608.0 - 1.0;
        values[i] = static_cast<float>(uniform * weight.spread + (weight.aroundOne ? 1.0 : 0.0));
    }
    return values;
}

Result<void> writeGoldenModel(const DiffusionGolden& golden, const std::filesystem::path& path, DType type,
                              const std::string& meta, const std::function<void(std::vector<FileTensor>&)>& edit) {
    std::vector<FileTensor> tensors;
    for (const auto& [name, weight] : golden.weights)
        tensors.push_back({name, weight.dims, goldenWeight(name, weight)});
    if (edit)
        edit(tensors);
    SafetensorsWriter writer;
    if (meta != "-")
        writer.setMetadata("vitral.diffusion", meta.empty() ? golden.meta : meta);
    for (const FileTensor& tensor : tensors)
        VITRAL_TRY(writer.addTensor(tensor.name, type, tensor.dims));
    VITRAL_TRY(writer.begin(path));
    for (const FileTensor& tensor : tensors) {
        std::vector<std::byte> bytes(rowBytes(type, static_cast<std::int64_t>(tensor.values.size())));
        VITRAL_TRY(quantizeRow(type, tensor.values, bytes));
        VITRAL_TRY(writer.write(bytes));
    }
    return writer.finish();
}

void FeatureCollector::giveFeatures(std::string_view block, Tensor x, std::int32_t height, std::int32_t width) {
    std::vector<float> rows(static_cast<std::size_t>(x.nRow() * x.nCol()));
    backend_.read(x, rows);
    GoldenTensor tensor;
    tensor.dims = {nImage_, x.nCol(), height, width};
    tensor.values.resize(rows.size());
    const auto area = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    const auto n = static_cast<std::size_t>(x.nCol());
    for (std::size_t row = 0; row < rows.size() / n; ++row)
        for (std::size_t c = 0; c < n; ++c)
            tensor.values[(row / area * n + c) * area + row % area] = rows[row * n + c];
    got.emplace_back(block, std::move(tensor));
}

void FeatureCollector::giveCross(std::string_view block, Tensor q, Tensor k, Tensor lse, std::int32_t nHead,
                                 float scale, std::int32_t height, std::int32_t width) {
    Cross c;
    c.block = block;
    const auto read = [&](const Tensor& t, std::vector<float>& to) {
        to.resize(static_cast<std::size_t>(t.nRow() * t.nCol()));
        backend_.read(t, to);
    };
    read(q, c.q);
    read(k, c.k);
    read(lse, c.lse);
    c.nQuery = q.nRow();
    c.nKey = k.nRow();
    c.width = q.nCol();
    c.nHead = nHead;
    c.scale = scale;
    c.height = height;
    c.columns = width;
    cross.push_back(std::move(c));
}

double relativeDifference(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size())
        return INFINITY;
    double sum = 0, norm = 0, most = 0, largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!std::isfinite(a[i]))
            return INFINITY;
        const double d = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += d * d;
        norm += static_cast<double>(b[i]) * static_cast<double>(b[i]);
        most = std::max(most, std::fabs(d));
        largest = std::max(largest, std::fabs(static_cast<double>(b[i])));
    }
    return std::max(std::sqrt(sum / std::max(norm, 1e-30)), most / std::max(largest, 1e-30));
}

std::vector<std::pair<std::string, CpuIsa>> cpuIsasHere() {
    std::vector<std::pair<std::string, CpuIsa>> isas;
    for (const auto& [name, isa] :
         {std::pair{"scalar", CpuIsa::Scalar}, std::pair{"avx2", CpuIsa::Avx2}, std::pair{"avx512", CpuIsa::Avx512}})
        if (makeCpuBackend({1, isa}))
            isas.emplace_back(name, isa);
    return isas;
}

} // namespace vitral::test
