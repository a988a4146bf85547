// SPDX-License-Identifier: Apache-2.0
// What the panel of settings says: names, tips, and what the run would take.
#include "widgets/chat/error_text.h"
#include "widgets/denoise/denoise_settings_panel.h"
#include "widgets/denoise/denoise_words.h"
#include "widgets/inside/value_text.h"
#include "widgets/panels/section.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QToolButton>

namespace vitral {

using namespace diffusion;

void DenoiseSettingsPanel::retranslate() {
    const bool before = showing_;
    showing_ = true;
    what_->setTitle(tr("What"));
    how_->setTitle(tr("Way from noise to picture"));
    guide_->setTitle(tr("Guidance"));
    start_->setTitle(tr("Start picture"));
    recorded_->setTitle(tr("What is recorded"));
    const std::pair<QWidget*, QString> names[] = {{prompt_, tr("Prompt")},
                                                  {negative_, tr("Negative prompt")},
                                                  {class_, tr("Class")},
                                                  {seed_, tr("Seed")},
                                                  {steps_, tr("Steps")},
                                                  {solver_, tr("Solver")},
                                                  {spacing_, tr("Spacing")},
                                                  {eta_, tr("Eta")},
                                                  {width_, tr("Width")},
                                                  {height_, tr("Height")},
                                                  {guidance_, tr("Guidance")},
                                                  {rescale_, tr("Rescale")},
                                                  {begin_, tr("Acts from")},
                                                  {end_, tr("until")},
                                                  {strength_, tr("Strength")},
                                                  {preview_, tr("Preview of a latent")},
                                                  {budget_, tr("Maps take at most")}};
    for (const auto& [field, text] : names) {
        field->setAccessibleName(text);
        for (const auto& [of, label] : labels_)
            if (of == field)
                label->setText(text);
    }
    prompt_->setPlaceholderText(tr("What the picture shall show"));
    negative_->setPlaceholderText(tr("What it shall not show"));
    for (QPlainTextEdit* words : {prompt_, negative_})
        words->setToolTip(tr("(word:1.3) gives a word more weight, (word:0.7) less."));
    dice_->setToolTip(tr("Another seed"));
    dice_->setAccessibleName(tr("Another seed"));
    guidance_->setToolTip(tr("How far the prediction is pushed from \"without prompt\" towards \"with prompt\". 1: the "
                             "prompt's own prediction, one evaluation a step."));
    rescale_->setToolTip(tr("Brings the contrast of the guided prediction back (Lin et al. 2024); 0: not at all."));
    strength_->setToolTip(tr("How much noise the start picture gets: 1 keeps nothing of it."));
    steps_->setToolTip(tr("More steps take longer and change less and less."));
    for (QSpinBox* box : {width_, height_})
        box->setSpecialValueText(tr("the model's own"));
    initFile_->setText(tr("Choose a picture\u2026"));
    initRun_->setText(tr("End of this run"));
    initNone_->setText(tr("None"));
    cross_->setText(tr("Attention of every word"));
    features_->setText(tr("Feature maps of the network"));
    savePreset_->setToolTip(tr("Keep these settings as a preset"));
    savePreset_->setAccessibleName(savePreset_->toolTip());
    removePreset_->setToolTip(tr("Remove the preset"));
    removePreset_->setAccessibleName(removePreset_->toolTip());
    presets_->setAccessibleName(tr("Presets"));
    for (int i = 0; i < solver_->count(); ++i) {
        solver_->setItemText(i, solverTitle(SolverKind(solver_->itemData(i).toInt())));
        solver_->setItemData(i, solverHelp(SolverKind(solver_->itemData(i).toInt())), Qt::ToolTipRole);
    }
    for (int i = 0; i < spacing_->count(); ++i) {
        spacing_->setItemText(i, spacingTitle(StepSpacing(spacing_->itemData(i).toInt())));
        spacing_->setItemData(i, spacingHelp(StepSpacing(spacing_->itemData(i).toInt())), Qt::ToolTipRole);
    }
    for (int i = 0; i < preview_->count(); ++i)
        preview_->setItemText(i, previewTitle(PreviewKind(preview_->itemData(i).toInt())));
    showing_ = before;
    fillPresets();
    showModel();
    showPlan();
}

void DenoiseSettingsPanel::showPlan() {
    QStringList lines;
    plan_->setProperty("role", denoise_.planProblem().isEmpty() ? "small" : "error");
    plan_->setStyleSheet(plan_->styleSheet()); // the property is read anew
    if (!denoise_.planProblem().isEmpty()) {
        lines << denoise_.planProblem();
    } else if (const auto& plan = denoise_.plan()) {
        lines << tr("The run: %Ln evaluation(s) of the network,", nullptr, int(plan->evaluations)) + QLatin1Char(' ') +
                     tr("%1 while it computes, at most %2 recorded.")
                         .arg(sizeText(double(plan->scratchBytes + plan->decodeBytes)),
                              sizeText(double(plan->recordBytes)));
        for (const std::string& note : plan->notes) {
            const QString said = QString::fromStdString(note);
            const QString translated = translatedSentence(said);
            lines << (translated.isEmpty() ? said : translated);
        }
    }
    // Where the panel is low its fields need the room: the rest is in the tip.
    const bool low = height() < kRoomForPlan && lines.size() > 1 && denoise_.planProblem().isEmpty();
    plan_->setToolTip(lines.join(QLatin1Char('\n')));
    plan_->setText(low ? lines.first() + QStringLiteral(" \u2026") : lines.join(QLatin1Char('\n')));
    plan_->setVisible(!lines.isEmpty());
}

} // namespace vitral
