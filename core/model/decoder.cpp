// SPDX-License-Identifier: Apache-2.0
#include "core/model/decoder.h"

#include "core/backend/device_backend.h"
#include "core/base/log.h"
#include "core/io/gguf_summary.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace vitral {
namespace {

/// Scratch for logits. All rows of a long text together would need more memory than the model, so the head takes as
/// many rows at once as fit in here, but enough of them to be worth a pass over its matrix.
constexpr std::int64_t kHeadScratchFloats = std::int64_t{8} << 20;
constexpr std::int64_t kHeadRowsAtLeast = 32;
constexpr std::int64_t kMaxVocab = 1 << 24;

} // namespace

Result<void> Decoder::load(std::shared_ptr<const GgufFile> file, std::shared_ptr<const Tokenizer> tokenizer,
                           std::string fallbackName, const LoadOptions& options) {
    file_ = std::move(file);
    tokenizer_ = std::move(tokenizer);
    backend_ = options.backend;
    VITRAL_TRY_ASSIGN(config_.architecture, file_->string("general.architecture", ""));
    const MetadataReader meta(*file_, config_.architecture);
    VITRAL_TRY_ASSIGN(hyper_, readHyper(meta));
    VITRAL_TRY(configure(meta));
    const bool rms = normKind_ == NormKind::Rms;
    if ((rms ? hyper_.rmsEps : hyper_.layerNormEps) <= 0.0F)
        return fail(
            ErrorCode::InvalidFile,
            fmt::format("The model file lacks a positive {}, which its architecture needs.",
                        meta.fullKey(rms ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon")));

    const GgufTensor* table = file_->findTensor("token_embd.weight");
    if (table == nullptr)
        return fail(ErrorCode::InvalidFile,
                    "The model file lacks the tensor token_embd.weight; if it holds a vocabulary "
                    "only, it cannot generate text.");
    const Shape& tableShape = table->view.shape;
    if (tableShape.rank != 2 || tableShape[0] < 1 || tableShape[0] > kMaxVocab || tableShape[1] != hyper_.nEmbd)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The model file's tensor token_embd.weight has the shape {}, but {} = {}.",
                                tableShape.toString(), meta.fullKey("embedding_length"), hyper_.nEmbd));
    config_.nVocab = tableShape[0];
    if (tokenizer_ != nullptr && tokenizer_->nVocab() != config_.nVocab)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The model file's vocabulary has {} tokens, but its token_embd.weight has {} rows.",
                                tokenizer_->nVocab(), config_.nVocab));

    WeightLoader loader(*file_, config_.architecture, options);
    for (const char* name : {"rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight"})
        loader.markUsed(name);
    VITRAL_TRY_ASSIGN(tokenEmbedding_, loader.matrix("token_embd.weight", tableShape));
    VITRAL_TRY(loadExtras(loader));
    for (std::int64_t i = 0; i < hyper_.nLayer; ++i) {
        VITRAL_TRY(loadLayer(loader, i));
        names_.push_back({fmt::format("blocks.{}.attn", i), fmt::format("blocks.{}.mlp", i)});
    }
    VITRAL_TRY_ASSIGN(outputNorm_, loadNorm(loader, "output_norm"));
    VITRAL_TRY_ASSIGN(output_, loader.linear("output", config_.nVocab, hyper_.nEmbd, Need::Optional));
    for (const std::string& name : loader.unused())
        logMessage(LogLevel::Warning, "model",
                   fmt::format("the tensor {} is not known to {} and is not used", name, config_.architecture));
    sizes_ = passSizes(hyper_);
    describe();
    fillConfig(fallbackName, loader.residentBytes());
    return {};
}

void Decoder::fillConfig(const std::string& fallbackName, std::size_t residentBytes) {
    config_.name = file_->string("general.name", "").value_or("");
    if (config_.name.empty())
        config_.name = fallbackName;
    config_.quantisation = summarize(*file_).quantisation;
    config_.chatTemplate = file_->string("tokenizer.chat_template", "").value_or("");
    config_.nLayer = hyper_.nLayer;
    config_.nEmbd = hyper_.nEmbd;
    config_.nCtxTrain = hyper_.nCtxTrain;
    config_.nHead = hyper_.layer(0).nHead;
    config_.nKvHead = hyper_.layer(0).nKvHead;
    config_.headDim = hyper_.headDimK;
    config_.nFf = hyper_.nExpert > 0 && hyper_.layer(0).nFf == 0 ? hyper_.nFfExpert : hyper_.layer(0).nFf;
    config_.nExpert = hyper_.nExpert;
    config_.nExpertUsed = hyper_.nExpertUsed;
    for (const GgufTensor& tensor : file_->tensors()) {
        config_.nParameter += tensor.view.shape.count();
        config_.weightBytes += tensor.view.bytes.size();
    }
    config_.residentBytes = residentBytes;
}

Result<void> Decoder::loadExtras(WeightLoader& /*loader*/) {
    return {};
}

KvLayerSpec Decoder::kvLayer(std::int64_t iLayer) const {
    return {static_cast<std::int32_t>(hyper_.layer(iLayer).nKvHead), static_cast<std::int32_t>(hyper_.headDimK),
            static_cast<std::int32_t>(hyper_.headDimV)};
}

KvSpec Decoder::kvSpec(std::int64_t nCtxTokens, DType dtype) const {
    KvSpec spec;
    spec.dtype = dtype;
    spec.nCtxTokens = nCtxTokens;
    for (std::int64_t i = 0; i < hyper_.nLayer; ++i)
        spec.layers.push_back(kvLayer(i));
    return spec;
}

void Decoder::embed(Pass& pass, const Batch& batch) const {
    const Tensor x = pass.x();
    pass.backend.embedding(x, *tokenEmbedding_, batch.tokens);
    if (hyper_.embeddingScale != 1.0F)
        pass.backend.scale(x, x, hyper_.embeddingScale);
    pass.observe(Point::Embed, 0, x);
}

Result<void> Decoder::checkBatch(const ForwardContext& context, const Batch& batch, std::span<float> logits) const {
    const auto bug = [](const char* what) {
        return fail(ErrorCode::Bug, std::string("A forward pass was asked for with ") + what);
    };
    if (batch.tokens.empty() || batch.tokens.size() != batch.rows.size())
        return bug("no tokens, or with rows that do not match them.");
    if (logits.size() != batch.wanted.size() * static_cast<std::size_t>(config_.nVocab))
        return bug("a place for logits of the wrong size.");
    if (context.cache.spec().layers.size() != static_cast<std::size_t>(hyper_.nLayer))
        return bug("the KV cache of another model.");
    for (std::size_t i = 0; i < batch.wanted.size(); ++i)
        if (batch.wanted[i] < (i == 0 ? 0 : batch.wanted[i - 1] + 1) ||
            static_cast<std::size_t>(batch.wanted[i]) >= batch.rows.size())
            return bug("wanted rows that are not ascending rows of the batch.");
    for (const TokenId id : batch.tokens)
        if (id < 0 || id >= config_.nVocab)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("The token id {} is outside the model's vocabulary of {}.", id, config_.nVocab));
    for (const BatchRow& row : batch.rows) {
        const std::int64_t nReserved = static_cast<std::int64_t>(context.cache.blocks(row.seq).size()) * kKvBlockTokens;
        if (row.position < 0 || row.position >= nReserved)
            return bug("positions for which the KV cache has no room reserved.");
        if (maxPosition_ > 0 && row.position >= maxPosition_)
            return fail(
                ErrorCode::ContextFull,
                fmt::format("This model has learned positions for {} tokens and cannot read more.", maxPosition_));
    }
    return {};
}

Result<void> Decoder::forward(ForwardContext& context, const Batch& batch, std::span<float> logits) const {
    VITRAL_TRY(checkBatch(context, batch, logits));
    context.workspace.reset();
    Pass pass(context, batch, sizes_);
    pass.iLast = hyper_.nLayer - 1;
    pass.names = &names_;
    VITRAL_TRY(pass.reserve(context.workspace));

    context.backend.scope("embed");
    embed(pass, batch);
    for (std::int64_t i = 0; i < hyper_.nLayer; ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "The run was stopped.");
        layer(pass, i);
        VITRAL_TRY(context.backend.status());
    }
    VITRAL_TRY(head(pass, context.workspace, logits));
    return context.backend.status();
}

std::int64_t Decoder::headRowsAtOnce() const {
    return std::max(kHeadRowsAtLeast, kHeadScratchFloats / config_.nVocab);
}

void Decoder::unembed(Backend& backend, Tensor out, Tensor input, Projection projection) const {
    MatmulOutput output = output_.empty() ? MatmulOutput{tokenEmbedding_.get(), out, nullptr} : output_.into(out);
    if (projection == Projection::Direction)
        output.bias = nullptr;
    backend.matmul(input, std::span(&output, 1));
    if (hyper_.logitDivisor != 1.0F)
        backend.scale(out, out, 1.0F / hyper_.logitDivisor);
    if (projection == Projection::Logits && hyper_.finalSoftcap > 0.0F)
        backend.softcap(out, hyper_.finalSoftcap);
}

Result<void> Decoder::head(Pass& pass, Workspace& workspace, std::span<float> logits) const {
    const auto nWanted = static_cast<std::int64_t>(pass.wanted.size());
    if (nWanted == 0 && (pass.observer == nullptr || !pass.observer->wantsAllRows()))
        return {};
    Backend& backend = pass.backend;
    backend.scope("head");
    outputNorm_.apply(backend, pass.normed(), pass.x());
    pass.observe(Point::FinalNorm, 0, pass.normed());
    if (nWanted == 0)
        return {};
    Tensor input = pass.normed();
    if (pass.nRow() != nWanted) { // only wanted rows go through the largest matrix of the model
        input = pass.branch().rows(0, nWanted);
        backend.gatherRows(input, pass.normed(), pass.wanted);
    }

    const std::int64_t nVocab = config_.nVocab;
    const std::int64_t nAtOnce = pass.wants(Point::Logits, 0) ? nWanted : std::min(nWanted, headRowsAtOnce());
    VITRAL_TRY_ASSIGN(const Tensor scratch, workspace.make(nAtOnce, nVocab));
    for (std::int64_t first = 0; first < nWanted; first += nAtOnce) {
        const std::int64_t n = std::min(nAtOnce, nWanted - first);
        const Tensor out = scratch.rows(0, n);
        unembed(backend, out, input.rows(first, n), Projection::Logits);
        pass.observe(Point::Logits, 0, out);
        if (SummaryRequest::answer(backend, out, first))
            continue;
        backend.read(out,
                     logits.subspan(static_cast<std::size_t>(first * nVocab), static_cast<std::size_t>(n * nVocab)));
    }
    return {};
}

} // namespace vitral
