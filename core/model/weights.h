// SPDX-License-Identifier: Apache-2.0
#pragma once
// Weights of a model file in the hands of a backend. Every tensor's shape is checked here, at load, against what the
// architecture expects; the forward pass can then not meet a wrong one. Thread: the loading thread; const afterwards.

#include "core/backend/backend.h"
#include "core/base/result.h"
#include "core/io/gguf.h"
#include "core/model/model.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace vitral {

/// A small f32 tensor on the backend (norm weight, bias). Empty where the file has none.
struct Vector {
    std::unique_ptr<Buffer> buffer;
    Tensor tensor; ///< [1, n], or [rows, n] for the biases of experts
    [[nodiscard]] bool empty() const { return tensor.empty(); }
};

/// y = x W^T + b
struct Linear {
    std::unique_ptr<Matrix> weight; ///< [N, E] or [nExpert, N, E]; null where the file has none
    Vector bias;
    [[nodiscard]] bool empty() const { return weight == nullptr; }
    [[nodiscard]] MatmulOutput into(Tensor out) const {
        return {weight.get(), out, bias.empty() ? nullptr : &bias.tensor};
    }
};

enum class NormKind : std::uint8_t { Rms, Layer };

struct Norm {
    Vector weight, bias;
    NormKind kind = NormKind::Rms;
    float eps = 0.0F;
    void apply(Backend& backend, Tensor out, Tensor x) const {
        if (kind == NormKind::Rms)
            backend.rmsNorm(out, x, weight.tensor, eps);
        else
            backend.layerNorm(out, x, weight.tensor, bias.tensor, eps);
    }
};

enum class Need : std::uint8_t { Required, Optional };

class WeightLoader {
public:
    /// `file` and `options` must outlive the loader.
    WeightLoader(const GgufFile& file, std::string architecture, const LoadOptions& options);

    [[nodiscard]] bool has(std::string_view tensor) const { return file_->findTensor(tensor) != nullptr; }
    /// `name` without suffix ("blk.0.attn_q"): name.weight [N, E], and name.bias [N] where the file has it.
    /// Errors: InvalidFile (missing or wrong shape, named), Unsupported (type), OutOfMemory, Cancelled.
    Result<Linear> linear(const std::string& name, std::int64_t nOut, std::int64_t nIn, Need need = Need::Required);
    /// name.weight [nExpert, N, E], name.bias [nExpert, N] where the file has it.
    Result<Linear> experts(const std::string& name, std::int64_t nExpert, std::int64_t nOut, std::int64_t nIn);
    /// Full tensor name; [n].
    Result<Vector> vector(const std::string& name, std::int64_t n, Need need = Need::Required);
    /// name.weight [n] and, for NormKind::Layer, name.bias [n] where the file has it.
    Result<Norm> norm(const std::string& name, std::int64_t n, NormKind kind, float eps);
    /// An F32 tensor [n] copied to host memory.
    Result<std::vector<float>> hostVector(const std::string& name, std::int64_t n);
    /// A table or matrix by its full name; [rows, cols].
    Result<std::unique_ptr<Matrix>> matrix(const std::string& name, const Shape& shape);

    /// For tensors that something else has read (rotary divisors).
    void markUsed(std::string_view name) { used_.insert(std::string(name)); }
    [[nodiscard]] std::size_t residentBytes() const { return residentBytes_; }
    /// Tensors of the file that nothing asked for: a sign that the file holds more than this architecture knows.
    [[nodiscard]] std::vector<std::string> unused() const;

private:
    Result<const GgufTensor*> find(const std::string& name, const Shape& shape);
    void loaded(const GgufTensor& tensor);

    const GgufFile* file_;
    std::string architecture_;
    const LoadOptions* options_;
    std::unordered_set<std::string> used_;
    std::size_t totalBytes_ = 0;
    std::size_t loadedBytes_ = 0;
    std::size_t residentBytes_ = 0;
};

/// "blk.3.attn_q"
[[nodiscard]] std::string blockTensor(std::int64_t iLayer, std::string_view part);

} // namespace vitral
