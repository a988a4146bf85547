// SPDX-License-Identifier: Apache-2.0
#include "core/model/attention_block.h"

#include <array>
#include <cmath>

namespace vitral {
namespace {

/// Grows with the logarithm of the position in steps of `ctx` tokens; exactly 1 within the first.
float temperatureAt(std::int32_t position, const AttentionSpec& spec) {
    const double step = std::floor(static_cast<double>(position) / static_cast<double>(spec.temperatureCtx));
    return static_cast<float>(1.0 + static_cast<double>(spec.temperature) * std::log1p(step));
}

/// Rows that share a factor are scaled together; in the first `ctx` tokens there is nothing to do.
void applyTemperature(Pass& pass, Tensor q, const AttentionSpec& spec) {
    const auto nRow = static_cast<std::int64_t>(pass.rows.size());
    for (std::int64_t first = 0; first < nRow;) {
        const float factor = temperatureAt(pass.rows[static_cast<std::size_t>(first)].position, spec);
        std::int64_t end = first + 1;
        while (end < nRow && temperatureAt(pass.rows[static_cast<std::size_t>(end)].position, spec) == factor)
            ++end;
        if (factor != 1.0F)
            pass.backend.scale(q.rows(first, end - first), q.rows(first, end - first), factor);
        first = end;
    }
}

/// Normalises every head, or the projection as one, by how wide the norm's weight is.
void normalise(Backend& backend, const Norm& norm, Tensor t) {
    if (norm.weight.empty())
        return;
    const Tensor view = t.groups(t.nCol() / norm.weight.tensor.nCol());
    norm.apply(backend, view, view);
}

} // namespace

AttentionSpec attentionSpec(const Hyper& hyper, std::int64_t iLayer) {
    AttentionSpec spec;
    spec.nHead = hyper.layer(iLayer).nHead;
    spec.nKvHead = hyper.layer(iLayer).nKvHead;
    spec.headDimK = hyper.headDimK;
    spec.headDimV = hyper.headDimV;
    spec.scale = hyper.attentionScale;
    spec.softcap = hyper.attentionSoftcap;
    spec.window = hyper.window;
    return spec;
}

Result<AttentionWeights> loadAttention(WeightLoader& loader, const Hyper& hyper, std::int64_t iLayer, QkNorm qkNorm) {
    const LayerShape& shape = hyper.layer(iLayer);
    const std::int64_t nQ = shape.nHead * hyper.headDimK;
    const std::int64_t nK = shape.nKvHead * hyper.headDimK;
    const std::int64_t nV = shape.nKvHead * hyper.headDimV;
    AttentionWeights w;
    VITRAL_TRY_ASSIGN(w.qkv, loader.linear(blockTensor(iLayer, "attn_qkv"), nQ + nK + nV, hyper.nEmbd, Need::Optional));
    if (w.qkv.empty()) {
        VITRAL_TRY_ASSIGN(w.q, loader.linear(blockTensor(iLayer, "attn_q"), nQ, hyper.nEmbd));
        VITRAL_TRY_ASSIGN(w.k, loader.linear(blockTensor(iLayer, "attn_k"), nK, hyper.nEmbd));
        VITRAL_TRY_ASSIGN(w.v, loader.linear(blockTensor(iLayer, "attn_v"), nV, hyper.nEmbd));
    }
    VITRAL_TRY_ASSIGN(w.o,
                      loader.linear(blockTensor(iLayer, "attn_output"), hyper.nEmbd, shape.nHead * hyper.headDimV));
    if (qkNorm != QkNorm::None) {
        const bool whole = qkNorm == QkNorm::WholeProjection;
        VITRAL_TRY_ASSIGN(w.qNorm, loader.norm(blockTensor(iLayer, "attn_q_norm"), whole ? nQ : hyper.headDimK,
                                               NormKind::Rms, hyper.rmsEps));
        VITRAL_TRY_ASSIGN(w.kNorm, loader.norm(blockTensor(iLayer, "attn_k_norm"), whole ? nK : hyper.headDimK,
                                               NormKind::Rms, hyper.rmsEps));
    }
    return w;
}

void attentionBlock(Pass& pass, std::int64_t iLayer, const AttentionWeights& w, const AttentionSpec& s, Tensor input) {
    Backend& backend = pass.backend;
    const auto layer = static_cast<std::int32_t>(iLayer);
    backend.scope((*pass.names)[static_cast<std::size_t>(iLayer)].attention);

    const std::int64_t nQ = s.nHead * s.headDimK;
    const std::int64_t nK = s.nKvHead * s.headDimK;
    const std::int64_t nV = s.nKvHead * s.headDimV;
    Tensor q, k, v;
    if (w.qkv.empty()) {
        q = pass.qkv(0, nQ);
        k = pass.qkv(nQ, nK);
        v = pass.qkv(nQ + nK, nV);
        const std::array outputs{w.q.into(q), w.k.into(k), w.v.into(v)};
        backend.matmul(input, outputs);
    } else { // one product; its columns are queries, keys, values
        const Tensor qkv = pass.qkv(0, nQ + nK + nV);
        const std::array outputs{w.qkv.into(qkv)};
        backend.matmul(input, outputs);
        q = qkv.cols(0, nQ);
        k = qkv.cols(nQ, nK);
        v = qkv.cols(nQ + nK, nV);
    }
    normalise(backend, w.qNorm, q);
    normalise(backend, w.kNorm, k);

    AttentionParams params;
    params.nHead = static_cast<std::int32_t>(s.nHead);
    params.nKvHead = static_cast<std::int32_t>(s.nKvHead);
    params.headDimK = static_cast<std::int32_t>(s.headDimK);
    params.headDimV = static_cast<std::int32_t>(s.headDimV);
    params.scale = s.scale;
    params.softcap = s.softcap;
    params.window = s.window;
    params.sinks = w.sinks.empty() ? nullptr : w.sinks.data();
    const RopeTable* table = s.rope != nullptr ? &s.rope->forContext(pass.cache.spec().contextTokens()) : nullptr;
    if (pass.observer != nullptr)
        pass.observer->giveAttention(layer, params, table);
    pass.observe(Point::Q, iLayer, q);
    pass.observe(Point::K, iLayer, k);
    pass.observe(Point::V, iLayer, v);

    if (table != nullptr) {
        backend.rope(q, static_cast<std::int32_t>(s.nHead), pass.rows, *table);
        backend.rope(k, static_cast<std::int32_t>(s.nKvHead), pass.rows, *table);
    }
    if (s.temperature != 0.0F)
        applyTemperature(pass, q, s);
    pass.observe(Point::RotQ, iLayer, q);
    pass.observe(Point::RotK, iLayer, k);
    backend.kvStore(pass.cache, layer, k, v, pass.rows);

    if (pass.wants(Point::AttnLse, iLayer))
        params.logSumExp = pass.lse(s.nHead);
    const std::int64_t nZ = s.nHead * s.headDimV;
    backend.attention(pass.z(nZ), q, pass.cache, layer, pass.rows, params);
    if (!params.logSumExp.empty())
        pass.observe(Point::AttnLse, iLayer, params.logSumExp);
    pass.observe(Point::Z, iLayer, pass.z(nZ));

    pass.keepWantedRows(iLayer, nZ);
    const std::array outputs{w.o.into(pass.branch())};
    backend.matmul(pass.z(nZ), outputs);
}

} // namespace vitral
