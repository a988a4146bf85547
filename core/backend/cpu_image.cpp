// SPDX-License-Identifier: Apache-2.0
// Pictures on the CPU backend: norms over groups of channels, enlarging, what is added to whole pictures, copies.

#include "core/backend/cpu_backend.h"

#include <cmath>
#include <cstring>

namespace vitral {

namespace {
float* rowOf(const Tensor& t, std::int64_t i) {
    return t.f32() + i * t.rowStride;
}
} // namespace

void CpuBackend::groupNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, const ImageShape& shape,
                           std::int32_t nGroup, float eps, std::optional<Activation> then) {
    const std::int64_t nChannel = x.nCol();
    const std::int64_t size = nChannel / nGroup;
    VITRAL_ASSERT(size * nGroup == nChannel, "groups divide the channels");
    const std::int64_t nPixel = shape.nPixel();
    groupScale_.resize(static_cast<std::size_t>(shape.nImage * nChannel * 2));
    pool_.parallelFor(shape.nImage * nGroup, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t image = i / nGroup;
            const std::int64_t first = i % nGroup * size;
            double sum = 0;
            for (std::int64_t p = 0; p < nPixel; ++p)
                for (std::int64_t c = first; c < first + size; ++c)
                    sum += rowOf(x, image * nPixel + p)[c];
            const auto count = static_cast<double>(nPixel * size);
            const double mean = sum / count;
            double squares = 0;
            for (std::int64_t p = 0; p < nPixel; ++p)
                for (std::int64_t c = first; c < first + size; ++c) {
                    const double d = rowOf(x, image * nPixel + p)[c] - mean;
                    squares += d * d;
                }
            const double factor = 1.0 / std::sqrt(squares / count + eps);
            float* scales = groupScale_.data() + image * nChannel * 2;
            for (std::int64_t c = first; c < first + size; ++c) {
                const double w = weight.empty() ? 1.0 : weight.f32()[c];
                scales[c] = static_cast<float>(factor * w);
                scales[nChannel + c] = static_cast<float>((bias.empty() ? 0.0 : bias.f32()[c]) - mean * factor * w);
            }
        }
    });
    forRows(x.nRow(), nChannel * 4, [&](std::int64_t i) {
        const float* scales = groupScale_.data() + i / nPixel * nChannel * 2;
        const float* from = rowOf(x, i);
        float* to = rowOf(out, i);
        for (std::int64_t c = 0; c < nChannel; ++c)
            to[c] = from[c] * scales[c] + scales[nChannel + c];
        if (then)
            table_.activation(static_cast<kernels::Act>(*then), to, to, nChannel);
    });
}

void CpuBackend::upsample2x(Tensor out, Tensor x, const ImageShape& in) {
    forRows(out.nRow(), x.nCol() / 2, [&](std::int64_t i) {
        const std::int64_t line = i / (2 * in.width); // of all images
        const std::int64_t image = line / (2 * in.height);
        const std::int64_t from = (image * in.height + line % (2 * in.height) / 2) * in.width + i % (2 * in.width) / 2;
        std::memcpy(rowOf(out, i), rowOf(x, from), static_cast<std::size_t>(x.nCol()) * 4);
    });
}

void CpuBackend::addPerImage(Tensor out, Tensor x, Tensor b, const ImageShape& shape) {
    forRows(x.nRow(), x.nCol(),
            [&](std::int64_t i) { table_.add(rowOf(out, i), rowOf(x, i), rowOf(b, i / shape.nPixel()), x.nCol()); });
}

void CpuBackend::copy(Tensor out, Tensor x) {
    forRows(x.nRow(), x.nCol() / 2,
            [&](std::int64_t i) { std::memcpy(rowOf(out, i), rowOf(x, i), static_cast<std::size_t>(x.nCol()) * 4); });
}

} // namespace vitral
