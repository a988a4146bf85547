// SPDX-License-Identifier: Apache-2.0
#pragma once
// Running small models in tests: golden files (tests/golden/generators/models.py), a forward pass in any division into
// batches, and comparison that names the first point that differs.

#include "core/model/model.h"
#include "tests/support/result_test.h"

#include <map>
#include <string>
#include <vector>

namespace vitral::test {

/// f32 [nRow, nCol], row by row.
struct HostTensor {
    std::int64_t nRow = 0, nCol = 0;
    std::vector<float> values;
};

struct Golden {
    std::string model;     ///< stem of the GGUF file
    std::int64_t nCtx = 0; ///< size of the cache the data hold for
    std::vector<TokenId> tokens;
    std::map<std::string, HostTensor> points; ///< by pointName(); "hook_logits" for every position
};

std::filesystem::path goldenFile(const std::string& nameWithExtension);
std::vector<std::string> goldenRuns();
Result<Golden> loadGolden(const std::string& run);
Result<std::shared_ptr<const Model>> loadGoldenModel(const std::string& name, std::shared_ptr<Backend> backend);
/// The forced instruction sets this machine has; scalar first.
std::vector<std::pair<std::string, CpuIsa>> isasHere();

/// Keeps a copy of every point asked for.
class Collector : public ForwardObserver {
public:
    Collector(Backend& backend, const std::map<std::string, HostTensor>& asked) : backend_(&backend), asked_(&asked) {}
    bool wants(Point point, std::int32_t iLayer) const override { return asked_->contains(pointName(point, iLayer)); }
    void give(Point point, std::int32_t iLayer, Tensor tensor) override;
    std::map<std::string, HostTensor> got;

private:
    Backend* backend_;
    const std::map<std::string, HostTensor>* asked_;
};

/// One sequence through a model, with a cache and workspace of its own.
class Runner {
public:
    Runner(std::shared_ptr<const Model> model, std::int64_t nCtx, DType kvType = DType::F32);
    /// Logits of all rows, [tokens.size() * nVocab], or of the last row alone.
    Result<std::vector<float>> feed(std::span<const TokenId> tokens, bool all = true,
                                    ForwardObserver* observer = nullptr);
    /// Any batch at all; rows must already be reserved.
    Result<std::vector<float>> forward(std::span<const TokenId> tokens, std::span<const BatchRow> rows,
                                       std::span<const std::int32_t> wanted, ForwardObserver* observer = nullptr,
                                       std::stop_token stop = {});
    std::shared_ptr<const Model> model;
    Result<std::unique_ptr<KvCache>> cache;
    Workspace workspace;
    SeqId sequence = 0;
};

/// ||a - b|| / ||b|| and max|a - b| / max|b|, whichever is larger; infinite where sizes differ or a is not finite.
double relativeError(std::span<const float> a, std::span<const float> b);

/// The points of `asked` in the order in which a forward pass computes them.
std::vector<std::string> inOrder(const std::map<std::string, HostTensor>& asked, std::int64_t nLayer);

} // namespace vitral::test
