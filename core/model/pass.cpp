// SPDX-License-Identifier: Apache-2.0
#include "core/model/pass.h"

#include <algorithm>

namespace vitral {

PassSizes passSizes(const Hyper& hyper) {
    PassSizes s;
    s.nEmbd = hyper.nEmbd;
    for (const LayerShape& layer : hyper.layers) {
        s.nQkv = std::max(s.nQkv, (layer.nHead + layer.nKvHead) * hyper.headDimK + layer.nKvHead * hyper.headDimV);
        s.nZ = std::max(s.nZ, layer.nHead * hyper.headDimV);
        s.nHead = std::max(s.nHead, layer.nHead);
        s.nFf = std::max(s.nFf, layer.nFf);
    }
    s.nQkv = std::max(s.nQkv, s.nZ); // keepWantedRows puts z there
    s.nExpert = hyper.nExpert;
    s.nExpertUsed = hyper.nExpertUsed;
    s.nFfExpert = hyper.nFfExpert;
    return s;
}

Result<void> Pass::reserve(Workspace& workspace) {
    const PassSizes& s = sizes_;
    const auto carve = [&](Tensor& out, std::int64_t nCol, DType dtype = DType::F32) -> Result<void> {
        VITRAL_TRY_ASSIGN(out, workspace.make(capacity_, nCol, dtype));
        return {};
    };
    VITRAL_TRY(carve(x_, s.nEmbd));
    VITRAL_TRY(carve(normed_, s.nEmbd));
    VITRAL_TRY(carve(branch_, s.nEmbd));
    VITRAL_TRY(carve(qkv_, s.nQkv));
    VITRAL_TRY(carve(z_, s.nZ));
    if (observer != nullptr)
        VITRAL_TRY(carve(lse_, s.nHead));
    if (s.nFf > 0)
        VITRAL_TRY(carve(ff_, 2 * s.nFf));
    if (s.nExpert > 0) {
        VITRAL_TRY(carve(routerLogits_, s.nExpert));
        VITRAL_TRY(carve(expertIds_, s.nExpertUsed, DType::I32));
        VITRAL_TRY(carve(expertWeights_, s.nExpertUsed));
        VITRAL_TRY(carve(expertGate_, s.nExpertUsed * s.nFfExpert));
        VITRAL_TRY(carve(expertUp_, s.nExpertUsed * s.nFfExpert));
        VITRAL_TRY(carve(expertOut_, s.nExpertUsed * s.nEmbd));
    }
    return {};
}

void Pass::addBranch(std::int64_t iLayer, Point branchPoint, Point sumPoint, float scale) {
    const Tensor sum = x();
    const Tensor addend = branch();
    if (scale != 1.0F)
        backend.scale(addend, addend, scale);
    observe(branchPoint, iLayer, addend);
    backend.add(sum, sum, addend);
    observe(sumPoint, iLayer, sum);
}

void Pass::keepWantedRows(std::int64_t iLayer, std::int64_t nZ) {
    if (iLayer != iLast || (observer != nullptr && observer->wantsAllRows()))
        return;
    const std::int32_t lastRow = static_cast<std::int32_t>(capacity_ - 1);
    const std::span<const std::int32_t> kept = wanted.empty() ? std::span(&lastRow, 1) : wanted;
    if (static_cast<std::int64_t>(kept.size()) == nRow_)
        return;
    const Tensor zAll = z(nZ);
    const Tensor xAll = x();
    nRow_ = static_cast<std::int64_t>(kept.size());
    // The queries and the normed input have been read for the last time: their memory takes the kept rows.
    std::swap(z_, qkv_);
    std::swap(x_, normed_);
    backend.gatherRows(z(nZ), zAll, kept);
    backend.gatherRows(x(), xAll, kept);
}

void Pass::observeSlow(Point point, std::int64_t iLayer, Tensor tensor) const {
    const auto i = static_cast<std::int32_t>(iLayer);
    if (observer->wants(point, i))
        observer->give(point, i, tensor);
}

} // namespace vitral
