// SPDX-License-Identifier: Apache-2.0
#pragma once
// Names of settings in the program's language, and settings as lines a person can read. Thread: GUI.

#include "widgets/denoise/denoise_store.h"

#include <QString>
#include <QStringList>

namespace vitral {

[[nodiscard]] QString solverTitle(diffusion::SolverKind kind);
[[nodiscard]] QString solverHelp(diffusion::SolverKind kind);
[[nodiscard]] QString spacingTitle(diffusion::StepSpacing kind);
[[nodiscard]] QString spacingHelp(diffusion::StepSpacing kind);
[[nodiscard]] QString previewTitle(diffusion::PreviewKind kind);
inline constexpr diffusion::SolverKind kSolverKinds[] = {
    diffusion::SolverKind::Ddpm,           diffusion::SolverKind::Ddim,  diffusion::SolverKind::Euler,
    diffusion::SolverKind::EulerAncestral, diffusion::SolverKind::Heun,  diffusion::SolverKind::DpmPp2M,
    diffusion::SolverKind::DpmPp2MSde,     diffusion::SolverKind::UniPc, diffusion::SolverKind::Lcm,
    diffusion::SolverKind::FlowEuler};
inline constexpr diffusion::StepSpacing kSpacings[] = {
    diffusion::StepSpacing::Leading, diffusion::StepSpacing::Linspace,    diffusion::StepSpacing::Trailing,
    diffusion::StepSpacing::Karras,  diffusion::StepSpacing::Exponential, diffusion::StepSpacing::SgmUniform};

/// "20 steps", "DDIM", "guidance 4": what a run was set to.
[[nodiscard]] QStringList settingsLines(const diffusion::DenoiseSettings& settings,
                                        const std::vector<std::string>& classNames);
/// What `a` has other than `b`: "guidance 4 instead of 1". Empty: nothing.
[[nodiscard]] QStringList settingsDifference(const diffusion::DenoiseSettings& a, const diffusion::DenoiseSettings& b,
                                             const std::vector<std::string>& classNames);
[[nodiscard]] QString runStateText(RunState state);
/// How a run differs from a plain one by more than its numbers, in a word each: "skips off", "with a mask".
[[nodiscard]] QStringList runMarks(const diffusion::DenoiseSettings& settings);
/// What was left out of a recording, and why, in the program's language.
[[nodiscard]] QStringList runNotes(const diffusion::DenoiseRecording& recording);

} // namespace vitral
