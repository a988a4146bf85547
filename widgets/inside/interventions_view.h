// SPDX-License-Identifier: Apache-2.0
#pragma once
// All changes made to the model's activations in one list, each with a switch; made by hand, from two texts, or from
// what an experiment found; and what they do. Every view adds to the same list. Thread: GUI.

#include "widgets/inside/inside_view.h"
#include "widgets/inside/intervention_answers.h"

class QDoubleSpinBox;
class QLabel;
class QListWidget;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTabBar;
class QToolButton;

namespace vitral {

class EffectPage;
class ExperimentPage;
class InterventionForm;
class PatchPage;
class SteeringPage;
class SweepPage;

class InterventionsView : public InsideView {
    Q_OBJECT
public:
    explicit InterventionsView(InsideController& inside, QWidget* parent = nullptr);

    enum Page { kByHand, kSteering, kSweep, kPatching, kEffect, kPageCount };

    [[nodiscard]] QString name() const override { return QStringLiteral("interventions"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-interventions"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool needsRecording() const override { return false; }
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    /// "hand", "steering", "sweep", "patching", "effect"; "head.3.2" adds that head switched off, "both"
    /// answers with and without (pictures).
    void go(const QString& argument) override;

    [[nodiscard]] QListWidget* list() const { return list_; }
    [[nodiscard]] InterventionForm* form() const { return form_; }
    [[nodiscard]] SteeringPage* steering() const { return steering_; }
    [[nodiscard]] SweepPage* sweep() const { return sweep_; }
    [[nodiscard]] PatchPage* patching() const { return patching_; }
    [[nodiscard]] EffectPage* effect() const { return effect_; }
    void add(Intervention item);
    void undo();
    [[nodiscard]] bool canUndo() const { return !past_.empty(); }

protected:
    void recordingChanged(bool grew) override;
    void otherChanged() override;
    void selectionChanged(const Selection& selection, QObject* origin) override;
    void retranslate() override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fitPage(); ///< room for all the rows that the page on show takes at this width
    void setChanged();
    void fillList();
    void refresh();
    void showFactor();
    void answerBoth();
    [[nodiscard]] ExperimentPage* page() const;

    QListWidget* list_;
    QLabel *listTitle_, *problem_, *factorLabel_, *emptyList_;
    QDoubleSpinBox* factor_;
    QPushButton *both_, *remove_;
    QToolButton* undo_;
    QTabBar* tabs_;
    QStackedWidget* stack_;
    QSplitter* splitter_;
    InterventionForm* form_;
    SteeringPage* steering_;
    SweepPage* sweep_;
    PatchPage* patching_;
    EffectPage* effect_;
    InterventionAnswers answers_;
    std::vector<std::shared_ptr<const InterventionSet>> past_; ///< newest last
    std::shared_ptr<const InterventionSet> shown_;
    bool undoing_ = false, filling_ = false;
    bool measureWanted_ = false; ///< as soon as something is recorded
};

} // namespace vitral
