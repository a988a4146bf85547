// SPDX-License-Identifier: Apache-2.0
#pragma once
// A loaded model: configuration, tokenizer and weights of one GGUF file, and its forward pass, written once per
// architecture against Backend (core/model/arch_*.cpp). Const after load and shared; everything a run changes is in
// ForwardContext. Thread: load and forward on the engine thread; the rest any.

#include "core/backend/backend.h"
#include "core/base/result.h"
#include "core/io/gguf.h"
#include "core/model/anatomy.h"
#include "core/model/observer.h"
#include "core/tokenizer/tokenizer.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace vitral {

struct ModelConfig {
    std::string architecture; ///< GGUF's general.architecture: "llama", "qwen3moe", ...
    std::string name;         ///< general.name, or the file's name
    std::string quantisation; ///< "Q4_K_M" from general.file_type, or the commonest tensor type
    std::int64_t nLayer = 0, nEmbd = 0, nVocab = 0, nCtxTrain = 0;
    std::int64_t nHead = 0, nKvHead = 0, headDim = 0, nFf = 0; ///< of layer 0, where layers differ
    std::int64_t nExpert = 0, nExpertUsed = 0;
    std::int64_t nParameter = 0;
    std::int64_t nCtxShort = 0;    ///< LongRoPE: contexts above this rotate keys otherwise; 0: no such limit
    std::size_t weightBytes = 0;   ///< tensor bytes in the file
    std::size_t residentBytes = 0; ///< memory beyond the mapping (repacked weights)
    std::string chatTemplate;      ///< Jinja text; empty when the file has none
};

struct Batch {
    std::span<const TokenId> tokens;      ///< [T]
    std::span<const BatchRow> rows;       ///< [T]
    std::span<const std::int32_t> wanted; ///< rows whose logits are wanted, ascending
};

struct ForwardContext {
    Backend& backend;
    KvCache& cache;
    Workspace& workspace;
    ForwardObserver* observer = nullptr;
    std::stop_token stop;
};

/// How rows of the residual stream become logits.
enum class Projection : std::uint8_t {
    Logits,        ///< as the model does: final norm, output head, its bias, logit scale, soft-cap
    BeforeSoftcap, ///< the same without the soft-cap
    Direction,     ///< output head and logit scale alone: what a vector that is added to the normalised stream promotes
};
struct ProjectContext {
    Backend& backend;
    Workspace& workspace; ///< is reset
    std::stop_token stop;
};

struct LoadOptions {
    std::shared_ptr<Backend> backend;
    std::function<void(double fraction)> progress; ///< called on the loading thread
    std::stop_token stop;
};

class Model {
public:
    virtual ~Model() = default;

    [[nodiscard]] const ModelConfig& config() const { return config_; }
    [[nodiscard]] const std::shared_ptr<const Tokenizer>& tokenizer() const { return tokenizer_; }
    [[nodiscard]] const std::shared_ptr<const GgufFile>& file() const { return file_; }
    [[nodiscard]] const std::shared_ptr<Backend>& backend() const { return backend_; }
    [[nodiscard]] virtual KvSpec kvSpec(std::int64_t nCtxTokens, DType dtype) const = 0;

    /// One pass over the weights. The cache must have room reserved for every row; it is advanced by the caller.
    /// logits: f32 [wanted.size(), nVocab]. Errors: Cancelled (between layers), Device, OutOfMemory.
    [[nodiscard]] virtual Result<void> forward(ForwardContext& context, const Batch& batch,
                                               std::span<float> logits) const = 0;

    /// rows: host f32 [n, E] of the residual stream (or, for Direction, vectors in its normalised space); logits: host
    /// f32 [n, V]. A row's result does not depend on the others beyond the rounding of the engine's products; memory
    /// for a few rows at a time. Thread: engine. Errors: Unsupported (a model without a residual stream), Cancelled
    /// (between groups of rows), Bug (sizes), Device, OutOfMemory.
    [[nodiscard]] virtual Result<void> project(ProjectContext& context, std::span<const float> rows,
                                               Projection projection, std::span<float> logits) const;
    /// What stands between a head or a neuron and the logits; null where the model does not say.
    [[nodiscard]] virtual const Anatomy* anatomy() const { return nullptr; }

protected:
    ModelConfig config_;
    std::shared_ptr<const Tokenizer> tokenizer_;
    std::shared_ptr<const GgufFile> file_;
    std::shared_ptr<Backend> backend_;
};

/// Errors: those of GgufFile::open; Unsupported (an unknown architecture, with the list of known ones); InvalidFile
/// (a tensor missing or of the wrong shape, named); OutOfMemory; Cancelled.
Result<std::shared_ptr<const Model>> loadModel(const std::filesystem::path& path, const LoadOptions& options);

/// Architectures this version knows, by GGUF name.
std::span<const std::string_view> knownArchitectures();

} // namespace vitral
