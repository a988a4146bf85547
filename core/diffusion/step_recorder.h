// SPDX-License-Identifier: Apache-2.0
#pragma once
// Takes cross-attention and feature maps out of a network while it predicts, within a byte budget for a whole run.
// Thread: engine.

#include "core/diffusion/recording.h"

namespace vitral::diffusion {

/// Bytes that one step of these maps takes at most, at this size of x; 0 where sizes are not known before the first
/// step.
class StepRecorder final : public NetworkObserver {
public:
    /// `iImage`: which image of the batch is kept (the conditional one).
    StepRecorder(Backend& backend, const DenoiseRequest& request) : backend_(backend), request_(request) {}

    void begin(std::int32_t iImage, std::int32_t nImage);
    [[nodiscard]] bool wanted() const { return !request_.cross.empty() || !request_.features.empty(); }
    /// What was given since begin().
    std::vector<std::shared_ptr<const CrossMap>> takeCross() { return std::move(cross_); }
    std::vector<std::shared_ptr<const FeatureMap>> takeFeatures() { return std::move(features_); }
    [[nodiscard]] double seconds() const { return seconds_; } ///< since begin()
    [[nodiscard]] std::size_t usedBytes() const { return usedBytes_; }
    void charge(std::size_t bytes) { usedBytes_ += bytes; }
    [[nodiscard]] std::int64_t nLeftOut() const { return nLeftOut_; }

    [[nodiscard]] bool wantsCross(std::string_view block) const override;
    void giveCross(std::string_view block, Tensor q, Tensor k, Tensor lse, std::int32_t nHead, float scale,
                   std::int32_t height, std::int32_t width) override;
    [[nodiscard]] bool wantsFeatures(std::string_view block) const override;
    void giveFeatures(std::string_view block, Tensor x, std::int32_t height, std::int32_t width) override;

private:
    bool fits(std::size_t bytes);
    std::vector<float> read(Tensor t, std::int64_t firstRow, std::int64_t nRow);

    Backend& backend_;
    const DenoiseRequest& request_;
    std::int32_t iImage_ = 0, nImage_ = 1;
    std::vector<std::shared_ptr<const CrossMap>> cross_;
    std::vector<std::shared_ptr<const FeatureMap>> features_;
    std::size_t usedBytes_ = 0;
    std::int64_t nLeftOut_ = 0;
    double seconds_ = 0;
};

} // namespace vitral::diffusion
