// SPDX-License-Identifier: Apache-2.0
// What a backend without a conversion of its own does: read, then round on the host.

#include "core/backend/backend.h"
#include "core/kernels/convert.h"

#include <algorithm>

namespace vitral {

void Backend::readRows(Tensor x, DType as, std::span<std::byte* const> rows) {
    constexpr float kLargestHalf = 65504.0F;
    VITRAL_ASSERT(as == DType::F16 || as == DType::F32, "rows are read as F16 or F32");
    std::vector<float> host(static_cast<std::size_t>(x.nCol()));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        read(x.rows(static_cast<std::int64_t>(i), 1), host);
        if (as == DType::F32) {
            std::memcpy(rows[i], host.data(), host.size() * 4);
            continue;
        }
        for (std::size_t c = 0; c < host.size(); ++c) {
            const std::uint16_t half = kernels::f32ToHalf(std::clamp(host[c], -kLargestHalf, kLargestHalf));
            std::memcpy(rows[i] + 2 * c, &half, 2);
        }
    }
}

} // namespace vitral
