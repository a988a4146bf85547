// SPDX-License-Identifier: Apache-2.0
#include "core/trace/recording.h"

#include <algorithm>

namespace vitral {

bool AttentionGeometry::operator==(const AttentionGeometry& o) const {
    return nHead == o.nHead && nKvHead == o.nKvHead && headDimK == o.headDimK && headDimV == o.headDimV &&
           scale == o.scale && softcap == o.softcap && window == o.window && sinks == o.sinks &&
           rope.inverseFrequency == o.rope.inverseFrequency && rope.magnitude == o.rope.magnitude &&
           rope.style == o.rope.style;
}

std::int64_t AttentionRecord::nPosition() const {
    return std::min({q.nRow(), k.nRow(), lse.nRow()});
}

const TensorRecord* Recording::find(Point point, std::int32_t iLayer) const {
    const auto it = std::find_if(tensors.begin(), tensors.end(),
                                 [&](const TensorRecord& t) { return t.point == point && t.iLayer == iLayer; });
    return it == tensors.end() ? nullptr : &*it;
}

std::size_t Recording::bytes() const {
    std::size_t sum = 0;
    for (const auto& layer : attention)
        if (layer != nullptr)
            sum += layer->q.bytes() + layer->k.bytes() + layer->lse.bytes();
    for (const TensorRecord& tensor : tensors)
        sum += tensor.rows.bytes();
    return sum;
}

} // namespace vitral
