// SPDX-License-Identifier: Apache-2.0
#pragma once
// What every decoder-only language model shares: embed the tokens, run the layers, normalise, project to the
// vocabulary. An architecture is a subclass in arch_<name>.cpp that says what one layer loads and does; read
// arch_llama.cpp first.
//
// Layers need not be attention: a layer whose kvLayer() has nKvHead 0 keeps no keys. Architectures with recurrent
// layers (state-space, short convolution) will keep their state beside the KV cache, one record a sequence, reached
// through ForwardContext; nothing here assumes that every layer attends. Thread: load on one thread; forward on the
// engine thread; const after load.

#include "core/model/metadata.h"
#include "core/model/model.h"
#include "core/model/pass.h"
#include "core/model/weights.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vitral {

class Decoder : public Model {
public:
    /// Errors: InvalidFile, Unsupported (named key or tensor), OutOfMemory, Cancelled.
    Result<void> load(std::shared_ptr<const GgufFile> file, std::shared_ptr<const Tokenizer> tokenizer,
                      std::string fallbackName, const LoadOptions& options);

    [[nodiscard]] KvSpec kvSpec(std::int64_t nCtxTokens, DType dtype) const final;
    [[nodiscard]] Result<void> forward(ForwardContext& context, const Batch& batch,
                                       std::span<float> logits) const final;
    [[nodiscard]] Result<void> project(ProjectContext& context, std::span<const float> rows, Projection projection,
                                       std::span<float> logits) const final;
    [[nodiscard]] const Anatomy* anatomy() const final { return &anatomy_; }

protected:
    explicit Decoder(NormKind normKind) : normKind_(normKind) {}

    /// Reads what is the architecture's own; hyper_ holds the shared keys already and may be changed.
    virtual Result<void> configure(const MetadataReader& meta) = 0;
    /// Tensors outside the layers, beyond token_embd, output_norm and output.
    virtual Result<void> loadExtras(WeightLoader& loader);
    virtual Result<void> loadLayer(WeightLoader& loader, std::int64_t iLayer) = 0;
    /// pass.x() = what the first layer reads. The default looks the tokens up and applies embeddingScale.
    virtual void embed(Pass& pass, const Batch& batch) const;
    /// pass.x() -> pass.x()
    virtual void layer(Pass& pass, std::int64_t iLayer) const = 0;
    [[nodiscard]] virtual KvLayerSpec kvLayer(std::int64_t iLayer) const;
    /// Corrects what describe() assumes of a layer: norms after blocks, for one.
    virtual void describeLayer(LayerAnatomy& layer, std::int64_t iLayer) const;

    [[nodiscard]] Result<Norm> loadNorm(WeightLoader& loader, const std::string& name) const {
        return loader.norm(name, hyper_.nEmbd, normKind_,
                           normKind_ == NormKind::Rms ? hyper_.rmsEps : hyper_.layerNormEps);
    }
    /// pass.normed() = norm(pass.x()), shown to the observer as `point` (AttnNorm or MlpNorm) and named with the block
    /// that reads it.
    static void normalise(Pass& pass, std::int64_t iLayer, const Norm& norm, Point point) {
        const LayerNames& names = (*pass.names)[static_cast<std::size_t>(iLayer)];
        pass.backend.scope(point == Point::AttnNorm ? names.attention : names.mlp);
        norm.apply(pass.backend, pass.normed(), pass.x());
        pass.observe(point, iLayer, pass.normed());
    }
    /// For blocks side by side behind one norm: pass.normed() is what attention read, for the rows that are still
    /// computed (keepWantedRows may have dropped some). Call before attention's branch is added.
    static void normaliseAgain(Pass& pass, std::int64_t iLayer, const Norm& norm) {
        if (pass.narrowed())
            norm.apply(pass.backend, pass.normed(), pass.x());
        pass.observe(Point::MlpNorm, iLayer, pass.normed());
    }

    /// A norm of this decoder's kind, of [E].
    [[nodiscard]] NormAnatomy normAnatomy(const std::string& name) const;

    Hyper hyper_;
    std::int64_t maxPosition_ = 0; ///< positions must stay below it (learned position tables); 0: no limit

private:
    void fillConfig(const std::string& fallbackName, std::size_t residentBytes);
    Result<void> checkBatch(const ForwardContext& context, const Batch& batch, std::span<float> logits) const;
    /// Final norm, output head, scaling and soft-cap of the wanted rows.
    Result<void> head(Pass& pass, Workspace& workspace, std::span<float> logits) const;
    /// Fills anatomy_ from the file's tensors and hyper_.
    void describe();
    [[nodiscard]] std::int64_t headRowsAtOnce() const;
    /// out [n, V] = input [n, E], normalised, through the output head.
    void unembed(Backend& backend, Tensor out, Tensor input, Projection projection) const;

    NormKind normKind_;
    PassSizes sizes_;
    std::vector<LayerNames> names_;
    std::unique_ptr<Matrix> tokenEmbedding_; ///< [V, E]
    Norm outputNorm_;
    Linear output_; ///< [V, E]; empty where it is tied to the embedding
    Anatomy anatomy_;
};

} // namespace vitral
