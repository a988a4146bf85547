// SPDX-License-Identifier: Apache-2.0
#pragma once
// A denoising run as it was: every step with what went in, what the network said and what came out. A snapshot is
// immutable; a longer one shares the steps of the shorter. Thread: any.

#include "core/backend/operation_list.h"
#include "core/base/result.h"
#include "core/diffusion/model.h"
#include "core/diffusion/solver.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace vitral::diffusion {

/// One cross-attention of one step, averaged over nothing: weights of conditional image only.
struct CrossMap {
    std::string block;                  ///< "unet.down.1.attn.0.cross"
    std::int32_t height = 0, width = 0; ///< of the block's pixels
    std::int32_t nHead = 0, nToken = 0;
    std::vector<std::uint16_t> weights; ///< F16 [nHead, nToken, height, width]
};
struct FeatureMap {
    std::string block;
    std::int32_t channels = 0, height = 0, width = 0;
    std::vector<std::uint16_t> values; ///< F16 [channels, height, width]
};

struct DenoiseStep {
    std::int32_t index = 0;
    StepTime from, to;
    double guidance = 1;                   ///< that acted in this step
    PicturePtr x;                          ///< x_t that went in
    PicturePtr next;                       ///< what came out
    PicturePtr x0, eps;                    ///< predicted, guidance included
    PicturePtr conditional, unconditional; ///< raw predictions of the network (unconditional: null without guidance)
    PicturePtr preview;                    ///< pixels of x0, by the way `previewKind` says; null: none
    std::vector<std::shared_ptr<const CrossMap>> cross;
    std::vector<std::shared_ptr<const FeatureMap>> features;
    double seconds = 0; ///< of the whole step
    double recordSeconds = 0, previewSeconds = 0;
    std::shared_ptr<const Solver> solverBefore; ///< its history when the step began: what a branch starts from
};
using DenoiseStepPtr = std::shared_ptr<const DenoiseStep>;

enum class PreviewKind : std::uint8_t { None, Projection, TinyDecoder, Decoder, Pixels };

struct DenoiseRequest {
    bool steps = true;                                ///< keep x, x0, eps, predictions of every step
    std::vector<std::string> cross;                   ///< block names, "*": all; empty: none
    std::vector<std::string> features;                ///< block names, "*": all
    std::size_t byteBudget = std::size_t{512} << 20U; ///< of cross and features; what does not fit is left out and said
    PreviewKind preview = PreviewKind::Projection;    ///< Pixels models always give pixels
    std::int32_t mostSteps = 0; ///< > 0: end after so many steps, without decoding: to look into one step
    bool operations = false;    ///< keep the list of operations of the first evaluation
};

struct DenoiseRecording {
    DenoiseSettings settings;
    DiffusionInfo model;
    ScheduleSpec schedule;
    std::vector<StepTime> times;       ///< steps + 1
    std::vector<DenoiseStepPtr> steps; ///< so far
    Conditioning conditioning, negative;
    PicturePtr result;                               ///< pixels (or points) at the end; null before
    std::shared_ptr<const OperationList> operations; ///< of the first evaluation, where asked for; never in files
    std::vector<std::string> notes;                  ///< what was left out, and why
    // Where it was branched off, if it was:
    std::shared_ptr<const DenoiseRecording> parent;
    std::int32_t branchStep = 0;
    double totalSeconds = 0;
};
using DenoiseRecordingPtr = std::shared_ptr<const DenoiseRecording>;

/// The safetensors container with JSON metadata (docs/recorded-runs.md). Errors: Io, InvalidFile, OutOfMemory.
Result<void> saveDenoiseRecording(const DenoiseRecording& recording, const std::filesystem::path& path);
Result<DenoiseRecordingPtr> openDenoiseRecording(const std::filesystem::path& path);

} // namespace vitral::diffusion
