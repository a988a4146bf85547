// SPDX-License-Identifier: Apache-2.0
#pragma once
// The pictures of one step of a run, under one set of names: what went in, what was predicted, what came out. What is
// not recorded but follows from what is (the change, the guided prediction in the network's own terms) is computed
// here. Thread: any.

#include "core/diffusion/recording.h"

#include <QString>

#include <array>

namespace vitral {

enum class StepPicture : std::uint8_t {
    X,             ///< x_t
    X0,            ///< predicted clean picture, guidance included
    Eps,           ///< predicted noise, guidance included
    Change,        ///< what the step adds: next - x
    Unconditional, ///< the network's own output
    Conditional,
    Guided, ///< the network's output after guidance, from x0 and eps
    Next,   ///< what came out
};
inline constexpr std::array kStepPictures = {
    StepPicture::X,           StepPicture::X0,     StepPicture::Eps, StepPicture::Change, StepPicture::Unconditional,
    StepPicture::Conditional, StepPicture::Guided, StepPicture::Next};

/// Null: not recorded, or (Unconditional, Guided without guidance) not computed.
[[nodiscard]] diffusion::PicturePtr stepPicture(const diffusion::DenoiseStep& step, StepPicture which,
                                                diffusion::Prediction prediction);
[[nodiscard]] QString stepPictureName(StepPicture which);  ///< "x_t", "change": translated, short
[[nodiscard]] QString stepPictureWords(StepPicture which); ///< what it is, in words, translated
/// True where nothing is grey and the range is the picture's own.
[[nodiscard]] bool isSigned(StepPicture which, diffusion::Prediction prediction);

/// A clean picture (or points, or a latent) with noise of a seed added: x_t = alpha x_0 + sigma eps.
struct ForwardPicture {
    diffusion::PicturePtr clean; ///< as the model works on: pixels or latents
    QString name;                ///< of the file or run it comes from
    std::uint64_t seed = 0;
};

} // namespace vitral
