// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything a person can choose about one denoising run, as one value: what is written into an exported picture, and
// enough, with the model, to make the same run again. Thread: any.

#include "core/base/result.h"
#include "core/diffusion/picture.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::diffusion {

/// What the network gives. With x_t = alpha x_0 + sigma eps:
enum class Prediction : std::uint8_t {
    Epsilon, ///< the noise eps (Ho et al. 2020)
    V,       ///< alpha eps - sigma x_0 (Salimans and Ho 2022)
    X0,      ///< the clean picture
    Flow,    ///< the velocity of x_t = (1 - t) x_0 + t eps: eps - x_0 (Lipman et al. 2023, Liu et al. 2023)
};

enum class SolverKind : std::uint8_t {
    Ddpm,  ///< Ho et al. 2020, ancestral, the posterior's variance
    Ddim,  ///< Song et al. 2021, with eta
    Euler, ///< Karras et al. 2022, algorithm 1 without churn
    EulerAncestral,
    Heun,    ///< second order, two evaluations a step
    DpmPp2M, ///< DPM-Solver++ 2M, Lu et al. 2022
    DpmPp2MSde,
    UniPc, ///< Zhao et al. 2023, order 2, bh2
    Lcm,   ///< latent consistency, Luo et al. 2023
    FlowEuler,
};

/// How the noise levels of the steps are spread.
enum class StepSpacing : std::uint8_t {
    Leading,
    Linspace,
    Trailing,    ///< timesteps evenly spaced, as diffusers' timestep_spacing
    Karras,      ///< Karras et al. 2022, rho 7
    Exponential, ///< evenly spaced in log sigma
    SgmUniform,
};

struct DenoiseSettings {
    std::string prompt, negative; ///< UTF-8; "(word:1.3)" weights a word where the model has a text encoder
    std::int32_t classId = -1;    ///< of a class-conditional model; -1: none
    std::uint64_t seed = 0;
    std::int32_t steps = 20; ///< 1..1000
    SolverKind solver = SolverKind::DpmPp2M;
    StepSpacing spacing = StepSpacing::Leading;
    double eta = 0;             ///< Ddim: 0 deterministic, 1 as DDPM
    double guidance = 1;        ///< classifier-free (Ho and Salimans 2022); 1: one evaluation, no guidance
    double guidanceRescale = 0; ///< 0..1 (Lin et al. 2024)
    double guidanceBegin = 0, guidanceEnd = 1; ///< fraction of the steps in which guidance acts
    std::int32_t width = 0, height = 0;        ///< pixels; 0: the model's own. For points: width points
    PicturePtr init;                           ///< image to image: pixels; null: pure noise
    double strength = 1;                       ///< with init: 1 keeps nothing of it
    PicturePtr mask;                           ///< [1, H, W]: 1 is painted anew, 0 is kept; with init
    /// Start from a mixture of two seeds' noise: spherical interpolation, 0..1 (walks in latent space).
    std::uint64_t otherSeed = 0;
    double seedMix = 0;
    std::string otherPrompt; ///< conditioning mixed in by `promptMix`, 0..1
    double promptMix = 0;
    /// Skip connections of the U-Net, in the order of the encoder: factor on what each carries; empty: all 1.
    std::vector<float> skipScales;
};

/// One JSON object with stable keys; pictures (init, mask) are referred to by their size only.
[[nodiscard]] std::string settingsToJson(const DenoiseSettings& settings);
/// Unknown keys are ignored. Errors: InvalidArgument (not JSON, a value out of range: the key is named).
Result<DenoiseSettings> settingsFromJson(std::string_view json);
/// Errors: InvalidArgument, with the field and what is allowed.
Result<void> checkSettings(const DenoiseSettings& settings);

/// "ddim", "dpmpp-2m-sde", ...: on the command line and in files; pinned by a test.
[[nodiscard]] std::string_view solverName(SolverKind kind);
[[nodiscard]] std::string_view spacingName(StepSpacing kind);
[[nodiscard]] std::string_view predictionName(Prediction kind);
Result<SolverKind> solverFromName(std::string_view name);
Result<StepSpacing> spacingFromName(std::string_view name);
Result<Prediction> predictionFromName(std::string_view name);

} // namespace vitral::diffusion
