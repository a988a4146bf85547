// SPDX-License-Identifier: Apache-2.0
#pragma once
// Golden networks (tests/golden/generators/diffusion.py): their weights, made from a rule, as model files of any kind,
// and what diffusers computes with them.

#include "core/diffusion/model.h"
#include "core/io/safetensors.h"
#include "tests/support/result_test.h"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace vitral::test {

/// [images, channels, height, width] of one block, or any other f32 tensor.
struct GoldenTensor {
    std::vector<std::int64_t> dims;
    std::vector<float> values;
};

struct GoldenWeight {
    std::vector<std::int64_t> dims;
    bool aroundOne = false;
    double spread = 0;
};

struct DiffusionGolden {
    std::string name, meta;                      ///< meta: the JSON under "vitral.diffusion"
    std::map<std::string, GoldenWeight> weights; ///< by the name in the file
    std::map<std::string, GoldenTensor> tensors;
};
Result<DiffusionGolden> loadDiffusionGolden(const std::string& name);

/// The values of a weight, by the rule of diffusion.py.
std::vector<float> goldenWeight(const std::string& name, const GoldenWeight& weight);

/// Writes a model file with the golden weights in `type` (F32, F16, BF16). `edit` may change, drop or rename tensors
/// before they are written; `meta` replaces the metadata where it is not empty.
struct FileTensor {
    std::string name;
    std::vector<std::int64_t> dims;
    std::vector<float> values;
};
Result<void> writeGoldenModel(const DiffusionGolden& golden, const std::filesystem::path& path, DType type = DType::F32,
                              const std::string& meta = {},
                              const std::function<void(std::vector<FileTensor>&)>& edit = {});

/// Keeps every feature point, as [images, channels, height, width].
class FeatureCollector : public diffusion::NetworkObserver {
public:
    explicit FeatureCollector(Backend& backend, std::int64_t nImage) : backend_(backend), nImage_(nImage) {}
    bool wantsFeatures(std::string_view) const override { return true; }
    void giveFeatures(std::string_view block, Tensor x, std::int32_t height, std::int32_t width) override;
    bool wantsCross(std::string_view) const override { return true; }
    void giveCross(std::string_view block, Tensor q, Tensor k, Tensor lse, std::int32_t nHead, float scale,
                   std::int32_t height, std::int32_t width) override;
    std::vector<std::pair<std::string, GoldenTensor>> got; ///< in the order of the pass
    struct Cross {
        std::string block;
        std::vector<float> q, k, lse;
        std::int64_t nQuery = 0, nKey = 0, width = 0;
        std::int32_t nHead = 0, height = 0, columns = 0;
        float scale = 0;
    };
    std::vector<Cross> cross;

private:
    Backend& backend_;
    std::int64_t nImage_;
};

/// ||a - b|| / ||b|| and max|a - b| / max|b|, whichever is larger; infinite where sizes differ or a is not finite.
double relativeDifference(std::span<const float> a, std::span<const float> b);

/// The instruction sets this machine has; scalar first.
std::vector<std::pair<std::string, CpuIsa>> cpuIsasHere();

} // namespace vitral::test
