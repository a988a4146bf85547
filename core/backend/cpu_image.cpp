// SPDX-License-Identifier: Apache-2.0
// Pictures on the CPU backend: norms over groups of channels, enlarging, what is added to whole pictures, copies.

#include "core/backend/cpu_backend.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace vitral {

namespace {
constexpr std::int64_t kMomentPixels = 256;

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
    if (nPixel <= 0 || shape.nImage <= 0)
        return;
    // Moments of pieces of a picture about their own means, put together in double (Chan, Golub and LeVeque 1979).
    const std::int64_t nPiece = (nPixel + kMomentPixels - 1) / kMomentPixels;
    groupMoments_.resize(static_cast<std::size_t>(shape.nImage * nPiece * nChannel * 2));
    groupScale_.resize(static_cast<std::size_t>(shape.nImage * nChannel * 2));
    pool_.parallelFor(shape.nImage * nPiece, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t first = i % nPiece * kMomentPixels;
            float* moments = groupMoments_.data() + i * nChannel * 2;
            table_.channelMoments(rowOf(x, i / nPiece * nPixel + first), x.rowStride,
                                  std::min(kMomentPixels, nPixel - first), nChannel, moments, moments + nChannel);
        }
    });
    for (std::int64_t i = 0; i < shape.nImage * nGroup; ++i) {
        const std::int64_t image = i / nGroup;
        const std::int64_t first = i % nGroup * size;
        const float* moments = groupMoments_.data() + image * nPiece * nChannel * 2;
        const auto eachPiece = [&](const auto& body) {
            for (std::int64_t piece = 0; piece < nPiece; ++piece) {
                const auto n = static_cast<double>(std::min(kMomentPixels, nPixel - piece * kMomentPixels));
                for (std::int64_t c = first; c < first + size; ++c)
                    body(n, moments[piece * nChannel * 2 + c], moments[piece * nChannel * 2 + nChannel + c]);
            }
        };
        double sum = 0;
        eachPiece([&](double n, double mean, double) { sum += n * mean; });
        const auto count = static_cast<double>(nPixel * size);
        const double mean = sum / count;
        double squares = 0;
        eachPiece([&](double n, double m, double s) { squares += s + n * (m - mean) * (m - mean); });
        const double factor = 1.0 / std::sqrt(squares / count + static_cast<double>(eps));
        float* scales = groupScale_.data() + image * nChannel * 2;
        for (std::int64_t c = first; c < first + size; ++c) {
            const double w = factor * (weight.empty() ? 1.0 : static_cast<double>(weight.f32()[c]));
            scales[c] = static_cast<float>(w);
            scales[nChannel + c] =
                static_cast<float>((bias.empty() ? 0.0 : static_cast<double>(bias.f32()[c])) - mean * w);
        }
    }
    const bool silu = then == Activation::Silu;
    forRows(x.nRow(), nChannel * (then ? 4 : 1), [&](std::int64_t i) {
        const float* scales = groupScale_.data() + i / nPixel * nChannel * 2;
        (silu ? table_.scaleShiftSilu : table_.scaleShift)(rowOf(out, i), rowOf(x, i), scales, scales + nChannel,
                                                           nChannel);
        if (then && !silu)
            table_.activation(static_cast<kernels::Act>(*then), rowOf(out, i), rowOf(out, i), nChannel);
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
