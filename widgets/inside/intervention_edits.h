// SPDX-License-Identifier: Apache-2.0
#pragma once
// Making, changing and naming interventions: what buttons of any view call. The set itself lies in the controller and
// is a value; every change makes a new one. Thread: GUI.

#include "core/trace/intervention.h"

#include <QCoreApplication>
#include <QString>

namespace vitral {

class InsideController;

/// What each of them does, ready to be added. Positions: all, also those still to come.
[[nodiscard]] Intervention scaleHead(std::int32_t iLayer, std::int32_t iHead, float factor); ///< 0: switched off
[[nodiscard]] Intervention scaleMlp(std::int32_t iLayer, float factor);
[[nodiscard]] Intervention scaleNeuron(std::int32_t iLayer, std::int32_t iNeuron, float factor);
/// The router no longer chooses this expert, and takes the next best one.
[[nodiscard]] Intervention leaveExpertOut(std::int32_t iLayer, std::int32_t iExpert);
[[nodiscard]] Intervention steerStream(std::int32_t iLayer, std::shared_ptr<const std::vector<float>> vector,
                                       float factor, std::string label);
[[nodiscard]] Intervention patchStream(std::int32_t iLayer, std::int64_t first, std::int64_t end, RecordingPtr source);

/// Errors: those of checkInterventions (nothing is changed then); a sentence where no model is loaded.
Result<void> addIntervention(InsideController& inside, Intervention item);
void setIntervention(InsideController& inside, std::size_t index, Intervention item);
void removeIntervention(InsideController& inside, std::size_t index);
void enableIntervention(InsideController& inside, std::size_t index, bool on);
[[nodiscard]] int nEnabled(const InterventionSet* set); ///< null counts as none

class InterventionWords {
    Q_DECLARE_TR_FUNCTIONS(vitral::InterventionWords)
public:
    /// "Layer 3, head 2 (values): set to zero", in the language of the program; the person's own label first.
    [[nodiscard]] static QString text(const Intervention& item);
    [[nodiscard]] static QString pointText(Point point);
    [[nodiscard]] static QString editText(EditKind edit);
    /// "Model edited: 2 changes"
    [[nodiscard]] static QString summary(int nEnabled);
};

} // namespace vitral
