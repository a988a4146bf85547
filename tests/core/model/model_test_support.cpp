// SPDX-License-Identifier: Apache-2.0
#include "tests/core/model/model_test_support.h"

#include "core/io/safetensors.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

namespace vitral::test {

std::filesystem::path goldenFile(const std::string& name) {
    return std::filesystem::path(VITRAL_GOLDEN) / "models" / name;
}

std::vector<std::string> goldenRuns() {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(goldenFile(""), ignored))
        if (entry.path().extension() == ".safetensors")
            names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

Result<Golden> loadGolden(const std::string& run) {
    VITRAL_TRY_ASSIGN(const auto file, SafetensorsFile::open(goldenFile(run + ".safetensors")));
    Golden golden;
    for (const auto& [key, value] : file->metadata()) {
        if (key == "model")
            golden.model = value;
        if (key == "nCtx")
            golden.nCtx = std::stoll(value);
    }
    for (const SafetensorsTensor& tensor : file->tensors()) {
        VITRAL_TRY_ASSIGN(const TensorView view, tensor.view());
        const auto n = static_cast<std::size_t>(view.shape.count());
        if (tensor.name == "tokens") {
            golden.tokens.resize(n);
            std::memcpy(golden.tokens.data(), view.bytes.data(), n * sizeof(TokenId));
            continue;
        }
        HostTensor& host = golden.points[tensor.name];
        host.nRow = view.shape.nRow();
        host.nCol = view.shape.nCol();
        host.values.resize(n);
        std::memcpy(host.values.data(), view.bytes.data(), n * sizeof(float));
    }
    return golden;
}

Result<std::shared_ptr<const Model>> loadGoldenModel(const std::string& name, std::shared_ptr<Backend> backend) {
    LoadOptions options;
    options.backend = std::move(backend);
    return loadModel(goldenFile(name + ".gguf"), options);
}

std::vector<std::pair<std::string, CpuIsa>> isasHere() {
    std::vector<std::pair<std::string, CpuIsa>> result;
    for (const auto& [name, isa] :
         {std::pair{"scalar", CpuIsa::Scalar}, std::pair{"avx2", CpuIsa::Avx2}, std::pair{"avx512", CpuIsa::Avx512}})
        if (makeCpuBackend({1, isa}))
            result.emplace_back(name, isa);
    return result;
}

void Collector::give(Point point, std::int32_t iLayer, Tensor tensor) {
    HostTensor& host = got[pointName(point, iLayer)];
    host.nCol = tensor.nCol();
    host.nRow += tensor.nRow();
    const std::size_t old = host.values.size();
    host.values.resize(old + static_cast<std::size_t>(tensor.shape.count()));
    backend_->read(tensor, std::span(host.values).subspan(old));
}

Runner::Runner(std::shared_ptr<const Model> m, std::int64_t nCtx, DType kvType)
    : model(std::move(m)), cache(KvCache::create(*model->backend(), model->kvSpec(nCtx, kvType))),
      workspace(*model->backend()) {
    if (cache)
        sequence = (*cache)->newSequence().value_or(-1);
}

Result<std::vector<float>> Runner::forward(std::span<const TokenId> tokens, std::span<const BatchRow> rows,
                                           std::span<const std::int32_t> wanted, ForwardObserver* observer,
                                           std::stop_token stop) {
    if (!cache)
        return tl::unexpected(cache.error());
    ForwardContext context{*model->backend(), **cache, workspace, observer, std::move(stop)};
    std::vector<float> logits(wanted.size() * static_cast<std::size_t>(model->config().nVocab));
    VITRAL_TRY(model->forward(context, Batch{tokens, rows, wanted}, logits));
    return logits;
}

Result<std::vector<float>> Runner::feed(std::span<const TokenId> tokens, bool all, ForwardObserver* observer) {
    if (!cache)
        return tl::unexpected(cache.error());
    const auto n = static_cast<std::int64_t>(tokens.size());
    VITRAL_TRY((*cache)->reserve(sequence, n));
    const std::int64_t first = (*cache)->length(sequence);
    std::vector<BatchRow> rows;
    for (std::int64_t i = 0; i < n; ++i)
        rows.push_back({sequence, static_cast<std::int32_t>(first + i)});
    std::vector<std::int32_t> wanted(all ? tokens.size() : 1);
    std::iota(wanted.begin(), wanted.end(), static_cast<std::int32_t>(n) - static_cast<std::int32_t>(wanted.size()));
    VITRAL_TRY_ASSIGN(std::vector<float> logits, forward(tokens, rows, wanted, observer));
    (*cache)->advance(sequence, n);
    return logits;
}

double relativeError(std::span<const float> a, std::span<const float> b) {
    if (a.size() != b.size() || a.empty())
        return std::numeric_limits<double>::infinity();
    double difference = 0, norm = 0, worst = 0, largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!std::isfinite(a[i]))
            return std::numeric_limits<double>::infinity();
        const double d = double(a[i]) - double(b[i]);
        difference += d * d;
        norm += double(b[i]) * double(b[i]);
        worst = std::max(worst, std::abs(d));
        largest = std::max(largest, std::abs(double(b[i])));
    }
    return std::max(std::sqrt(difference / norm), worst / largest);
}

std::vector<std::string> inOrder(const std::map<std::string, HostTensor>& asked, std::int64_t nLayer) {
    std::vector<std::string> names;
    const auto add = [&](int point, std::int64_t iLayer) {
        const std::string name = pointName(static_cast<Point>(point), static_cast<std::int32_t>(iLayer));
        if (asked.contains(name) && std::find(names.begin(), names.end(), name) == names.end())
            names.push_back(name);
    };
    const int firstLayered = static_cast<int>(Point::ResidPre), lastLayered = static_cast<int>(Point::ResidPost);
    for (int p = 0; p < firstLayered; ++p)
        add(p, 0);
    for (std::int64_t i = 0; i < nLayer; ++i)
        for (int p = firstLayered; p <= lastLayered; ++p)
            add(p, i);
    for (int p = lastLayered + 1; p < kPointCount; ++p)
        add(p, 0);
    return names;
}

} // namespace vitral::test
