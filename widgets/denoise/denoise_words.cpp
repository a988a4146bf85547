// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/denoise_words.h"

#include "widgets/chat/error_text.h"

#include "widgets/inside/value_text.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace vitral {

using namespace diffusion;

namespace {

class DenoiseWords {
    Q_DECLARE_TR_FUNCTIONS(vitral::DenoiseWords)
};

QString className(std::int32_t id, const std::vector<std::string>& names) {
    if (id < 0)
        return DenoiseWords::tr("none");
    return std::size_t(id) < names.size() ? QString::fromStdString(names[std::size_t(id)]) : QString::number(id);
}

} // namespace

QString solverTitle(SolverKind kind) {
    switch (kind) {
    case SolverKind::Ddpm:
        return QStringLiteral("DDPM");
    case SolverKind::Ddim:
        return QStringLiteral("DDIM");
    case SolverKind::Euler:
        return QStringLiteral("Euler");
    case SolverKind::EulerAncestral:
        return DenoiseWords::tr("Euler, ancestral");
    case SolverKind::Heun:
        return QStringLiteral("Heun");
    case SolverKind::DpmPp2M:
        return QStringLiteral("DPM++ 2M");
    case SolverKind::DpmPp2MSde:
        return QStringLiteral("DPM++ 2M SDE");
    case SolverKind::UniPc:
        return QStringLiteral("UniPC");
    case SolverKind::Lcm:
        return QStringLiteral("LCM");
    case SolverKind::FlowEuler:
        return DenoiseWords::tr("Euler of a flow");
    }
    return {};
}

QString solverHelp(SolverKind kind) {
    switch (kind) {
    case SolverKind::Ddpm:
        return DenoiseWords::tr("Adds fresh noise at every step; wants many steps.");
    case SolverKind::Ddim:
        return DenoiseWords::tr("No fresh noise, unless eta is above 0; the same noise always gives the same picture.");
    case SolverKind::Euler:
        return DenoiseWords::tr("Follows the slope for one step.");
    case SolverKind::EulerAncestral:
        return DenoiseWords::tr("Euler with fresh noise; never settles on one picture.");
    case SolverKind::Heun:
        return DenoiseWords::tr("Second order: asks the network twice in a step.");
    case SolverKind::DpmPp2M:
        return DenoiseWords::tr("Second order, from the last two predictions; good with 15 to 25 steps.");
    case SolverKind::DpmPp2MSde:
        return DenoiseWords::tr("The same with fresh noise.");
    case SolverKind::UniPc:
        return DenoiseWords::tr("Predicts and corrects; good with few steps.");
    case SolverKind::Lcm:
        return DenoiseWords::tr("For consistency models: 2 to 8 steps.");
    case SolverKind::FlowEuler:
        return DenoiseWords::tr("For models that learned a flow.");
    }
    return {};
}

QString spacingTitle(StepSpacing kind) {
    switch (kind) {
    case StepSpacing::Leading:
        return DenoiseWords::tr("even (leading)");
    case StepSpacing::Linspace:
        return DenoiseWords::tr("even (linspace)");
    case StepSpacing::Trailing:
        return DenoiseWords::tr("even (trailing)");
    case StepSpacing::Karras:
        return QStringLiteral("Karras");
    case StepSpacing::Exponential:
        return DenoiseWords::tr("exponential");
    case StepSpacing::SgmUniform:
        return QStringLiteral("SGM");
    }
    return {};
}

QString spacingHelp(StepSpacing kind) {
    switch (kind) {
    case StepSpacing::Leading:
        return DenoiseWords::tr("Timesteps evenly apart (\"leading\"); the noisiest ones may be left out.");
    case StepSpacing::Linspace:
        return DenoiseWords::tr("Timesteps evenly apart (\"linspace\"), the first and the last included.");
    case StepSpacing::Trailing:
        return DenoiseWords::tr("Timesteps evenly apart (\"trailing\"), from the noisiest one.");
    case StepSpacing::Karras:
        return DenoiseWords::tr("Noise levels after Karras et al. 2022: more steps where little noise is left.");
    case StepSpacing::Exponential:
        return DenoiseWords::tr("Noise levels evenly apart in their logarithm.");
    case StepSpacing::SgmUniform:
        return DenoiseWords::tr("Timesteps evenly apart, as Stability's own code does it.");
    }
    return {};
}

QString previewTitle(PreviewKind kind) {
    switch (kind) {
    case PreviewKind::None:
        return DenoiseWords::tr("none");
    case PreviewKind::Projection:
        return DenoiseWords::tr("linear projection of the latent");
    case PreviewKind::TinyDecoder:
        return DenoiseWords::tr("tiny decoder");
    case PreviewKind::Decoder:
        return DenoiseWords::tr("the full decoder (slow)");
    case PreviewKind::Pixels:
        return DenoiseWords::tr("pixels");
    }
    return {};
}

// Empty: as they are.
static QString skipText(const DenoiseSettings& s) {
    const auto is = [](float value) { return [value](float scale) { return scale == value; }; };
    if (std::all_of(s.skipScales.begin(), s.skipScales.end(), is(1)))
        return {};
    return std::all_of(s.skipScales.begin(), s.skipScales.end(), is(0)) ? DenoiseWords::tr("skips off")
                                                                        : DenoiseWords::tr("skips scaled");
}

QStringList settingsLines(const DenoiseSettings& s, const std::vector<std::string>& classNames) {
    QStringList lines;
    const QLocale locale;
    if (!s.prompt.empty())
        lines << QString::fromStdString(s.prompt);
    if (!s.negative.empty())
        lines << DenoiseWords::tr("not: %1").arg(QString::fromStdString(s.negative));
    if (s.classId >= 0)
        lines << DenoiseWords::tr("class: %1").arg(className(s.classId, classNames));
    lines << DenoiseWords::tr("seed %1").arg(s.seed);
    lines << DenoiseWords::tr("%Ln step(s)", nullptr, s.steps) + QStringLiteral(", ") + solverTitle(s.solver) +
                 QStringLiteral(", ") + spacingTitle(s.spacing);
    lines << DenoiseWords::tr("guidance %1").arg(numberText(s.guidance, 3));
    if (s.guidanceRescale > 0)
        lines << DenoiseWords::tr("rescale %1").arg(numberText(s.guidanceRescale, 3));
    if (s.guidanceBegin > 0 || s.guidanceEnd < 1)
        lines << DenoiseWords::tr("guidance from %1 to %2 of the steps")
                     .arg(percentText(s.guidanceBegin), percentText(s.guidanceEnd));
    if (s.init)
        lines << DenoiseWords::tr("from a picture, strength %1").arg(numberText(s.strength, 3));
    if (s.mask)
        lines << DenoiseWords::tr("with a mask");
    if (s.seedMix > 0)
        lines << DenoiseWords::tr("%1 on the way to seed %2").arg(percentText(s.seedMix)).arg(s.otherSeed);
    if (s.promptMix > 0)
        lines << DenoiseWords::tr("%1 on the way to \"%2\"")
                     .arg(percentText(s.promptMix), QString::fromStdString(s.otherPrompt));
    if (const QString skips = skipText(s); !skips.isEmpty())
        lines << skips;
    return lines;
}

QStringList settingsDifference(const DenoiseSettings& a, const DenoiseSettings& b,
                               const std::vector<std::string>& classNames) {
    QStringList lines;
    const auto other = [&](const QString& what, const QString& mine, const QString& theirs) {
        if (mine != theirs)
            lines << DenoiseWords::tr("%1 %2 instead of %3").arg(what, mine, theirs);
    };
    const auto quoted = [](const std::string& text) {
        return QLatin1Char('"') + QString::fromStdString(text) + QLatin1Char('"');
    };
    other(DenoiseWords::tr("prompt"), quoted(a.prompt), quoted(b.prompt));
    other(DenoiseWords::tr("negative prompt"), quoted(a.negative), quoted(b.negative));
    other(DenoiseWords::tr("class"), className(a.classId, classNames), className(b.classId, classNames));
    other(DenoiseWords::tr("seed"), QString::number(a.seed), QString::number(b.seed));
    other(DenoiseWords::tr("steps"), QString::number(a.steps), QString::number(b.steps));
    other(DenoiseWords::tr("solver"), solverTitle(a.solver), solverTitle(b.solver));
    other(DenoiseWords::tr("spacing"), spacingTitle(a.spacing), spacingTitle(b.spacing));
    other(DenoiseWords::tr("eta"), numberText(a.eta, 3), numberText(b.eta, 3));
    other(DenoiseWords::tr("guidance"), numberText(a.guidance, 3), numberText(b.guidance, 3));
    other(DenoiseWords::tr("rescale"), numberText(a.guidanceRescale, 3), numberText(b.guidanceRescale, 3));
    other(DenoiseWords::tr("guidance from"), percentText(a.guidanceBegin), percentText(b.guidanceBegin));
    other(DenoiseWords::tr("guidance until"), percentText(a.guidanceEnd), percentText(b.guidanceEnd));
    if (a.skipScales != b.skipScales)
        lines << (skipText(a).isEmpty() ? DenoiseWords::tr("skip connections as they are") : skipText(a));
    return lines;
}

QStringList runMarks(const DenoiseSettings& s) {
    QStringList marks;
    if (const QString skips = skipText(s); !skips.isEmpty())
        marks << skips;
    if (s.mask)
        marks << DenoiseWords::tr("with a mask");
    return marks;
}

QStringList runNotes(const DenoiseRecording& recording) {
    QStringList notes;
    for (const std::string& note : recording.notes) {
        const QString said = QString::fromStdString(note), translated = translatedSentence(said);
        notes << (translated.isEmpty() ? said : translated);
    }
    return notes;
}

QString runStateText(RunState state) {
    switch (state) {
    case RunState::Waiting:
        return DenoiseWords::tr("waiting");
    case RunState::Running:
        return DenoiseWords::tr("running");
    case RunState::Done:
        return DenoiseWords::tr("finished");
    case RunState::Cancelled:
        return DenoiseWords::tr("cancelled");
    case RunState::Failed:
        return DenoiseWords::tr("failed");
    }
    return {};
}

} // namespace vitral
