// SPDX-License-Identifier: Apache-2.0
#pragma once
// All layers by all heads as live thumbnails: coarse first, then exact, and it says which. Thread: GUI.

#include "core/trace/head_scores.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/overview_grid.h"

#include <QTimer>

class QComboBox;
class QLabel;
class QToolButton;

namespace vitral {

class OverviewView : public InsideView {
    Q_OBJECT
public:
    explicit OverviewView(InsideController& inside, QWidget* parent = nullptr);
    ~OverviewView() override;
    [[nodiscard]] QString name() const override { return QStringLiteral("overview"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-overview"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing(bool* offersRecordAgain) const override;
    [[nodiscard]] bool compares() const override { return true; }
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;

    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    /// "induction": sorted by that score; else layer.head.
    void go(const QString& argument) override;

    [[nodiscard]] OverviewGrid* grid() const { return grid_; }
    /// A behaviour's index, kHeadBehaviours for entropy, -1 for none.
    void showScore(int measure, bool sorted);
    void scoreOnProbe(bool on);
    [[nodiscard]] QString statement() const;
    [[nodiscard]] bool settled() const; ///< every thumbnail is as good as it will get

protected:
    void recordingChanged(bool grew) override;
    void otherChanged() override;
    void selectionChanged(const Selection& selection, QObject* origin) override;
    void retranslate() override;

private:
    void refill();
    void refreshWords();
    void readProbe();
    void unfoldScore();
    [[nodiscard]] bool onProbe() const;
    void feed(); ///< the newest recording to those who compute
    [[nodiscard]] int measure() const;
    [[nodiscard]] bool sorted() const;
    [[nodiscard]] double scoreOf(HeadName head) const; ///< 0..1; -1: not known
    [[nodiscard]] QString meaning() const;
    [[nodiscard]] QString scoresText(HeadName head) const;
    [[nodiscard]] static QString behaviourName(int measure);

    OverviewGrid* grid_;
    QComboBox *measure_, *text_, *order_, *size_;
    QToolButton* unfold_; ///< the arithmetic of the chosen head's score
    QLabel* statement_;
    std::shared_ptr<Overview> overview_, other_;
    std::shared_ptr<HeadScoring> scoring_;
    RecordingPtr probe_; ///< the standard probe read by the model; null: not asked for, or not there yet
    bool readingProbe_ = false;
    QString probeProblem_; ///< why it cannot be had
    bool wasSome_ = false; ///< thumbnails are of the tokens of both texts only
    RecordingPtr scored_;  ///< what scoring_ was given last
    QTimer feed_;          ///< a run that is written brings a snapshot every 50 ms; four a second are enough
    QTimer refill_;        ///< many layers report at once; the grid is filled once a frame
    HeadName hovered_;
};

} // namespace vitral
