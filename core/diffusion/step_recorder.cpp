// SPDX-License-Identifier: Apache-2.0
// Maps of a step, as F16.

#include "core/diffusion/step_recorder.h"

#include "core/tensor/quantize.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace vitral::diffusion {
namespace {

using Clock = std::chrono::steady_clock;

double since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

bool listed(const std::vector<std::string>& names, std::string_view block) {
    return std::any_of(names.begin(), names.end(), [&](const std::string& n) { return n == "*" || n == block; });
}

} // namespace

void StepRecorder::begin(std::int32_t iImage, std::int32_t nImage) {
    iImage_ = iImage;
    nImage_ = nImage;
    cross_.clear();
    features_.clear();
    seconds_ = 0;
}

bool StepRecorder::wantsCross(std::string_view block) const {
    return listed(request_.cross, block);
}
bool StepRecorder::wantsFeatures(std::string_view block) const {
    return listed(request_.features, block);
}

bool StepRecorder::fits(std::size_t bytes) {
    if (usedBytes_ > request_.byteBudget || bytes > request_.byteBudget - usedBytes_) {
        ++nLeftOut_;
        return false;
    }
    usedBytes_ += bytes;
    return true;
}

std::vector<float> StepRecorder::read(Tensor t, std::int64_t firstRow, std::int64_t nRow) {
    std::vector<float> out(static_cast<std::size_t>(nRow * t.nCol()));
    backend_.read(t.rows(firstRow, nRow), out);
    return out;
}

void StepRecorder::giveCross(std::string_view block, Tensor q, Tensor k, Tensor lse, std::int32_t nHead, float scale,
                             std::int32_t height, std::int32_t width) {
    const Clock::time_point begin = Clock::now();
    const auto nPixel = static_cast<std::int64_t>(height) * width;
    const std::int64_t nToken = k.nRow() / nImage_;
    const auto nWeight = static_cast<std::size_t>(nHead * nToken * nPixel);
    if (fits(nWeight * 2)) {
        const std::vector<float> qs = read(q, iImage_ * nPixel, nPixel), ks = read(k, iImage_ * nToken, nToken),
                                 ls = read(lse, iImage_ * nPixel, nPixel);
        auto map = std::make_shared<CrossMap>();
        map->block = block;
        map->height = height;
        map->width = width;
        map->nHead = nHead;
        map->nToken = static_cast<std::int32_t>(nToken);
        map->weights.resize(nWeight);
        const auto nCol = static_cast<std::size_t>(q.nCol()), d = nCol / static_cast<std::size_t>(nHead);
        std::uint16_t* out = map->weights.data();
        for (std::size_t h = 0; h < static_cast<std::size_t>(nHead); ++h)
            for (std::size_t t = 0; t < static_cast<std::size_t>(nToken); ++t) {
                const float* key = ks.data() + t * nCol + h * d;
                for (std::size_t p = 0; p < static_cast<std::size_t>(nPixel); ++p) {
                    const float* query = qs.data() + p * nCol + h * d;
                    float dot = 0;
                    for (std::size_t i = 0; i < d; ++i)
                        dot += query[i] * key[i];
                    *out++ = floatToHalf(std::exp(scale * dot - ls[p * static_cast<std::size_t>(nHead) + h]));
                }
            }
        cross_.push_back(std::move(map));
    }
    seconds_ += since(begin);
}

void StepRecorder::giveFeatures(std::string_view block, Tensor x, std::int32_t height, std::int32_t width) {
    const Clock::time_point begin = Clock::now();
    const auto nPixel = static_cast<std::int64_t>(height) * width;
    const auto n = static_cast<std::size_t>(nPixel), nChannel = static_cast<std::size_t>(x.nCol());
    if (fits(n * nChannel * 2)) {
        const std::vector<float> rows = read(x, iImage_ * nPixel, nPixel);
        auto map = std::make_shared<FeatureMap>();
        map->block = block;
        map->channels = static_cast<std::int32_t>(nChannel);
        map->height = height;
        map->width = width;
        map->values.resize(n * nChannel);
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t c = 0; c < nChannel; ++c)
                map->values[c * n + p] = floatToHalf(rows[p * nChannel + c]);
        features_.push_back(std::move(map));
    }
    seconds_ += since(begin);
}

} // namespace vitral::diffusion
