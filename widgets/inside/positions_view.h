// SPDX-License-Identifier: Apache-2.0
#pragma once
// How positions enter attention: rotary angles and learned tables as this model has them, sinusoids and ALiBi for
// reference (and said to be no more than that), each as a picture and as its effect on scores. Thread: GUI.

#include "core/trace/positions.h"
#include "widgets/inside/inside_view.h"

#include <QTimer>

class QLabel;
class QPushButton;
class QSplitter;
class QTabBar;

namespace vitral {

class GridView;
class LineChart;
struct ChartContent;
class RopeDials;
class ScaleLegend;

class PositionsView : public InsideView {
    Q_OBJECT
public:
    explicit PositionsView(InsideController& inside, QWidget* parent = nullptr);

    enum Kind { kRotary, kLearned, kSinusoidal, kAlibi, kKindCount };

    [[nodiscard]] QString name() const override { return QStringLiteral("positions"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-positions"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool compares() const override { return true; }
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    void go(const QString& argument) override; ///< "rotary", "learned", "sinusoidal", "alibi"

    [[nodiscard]] Kind kind() const;
    /// Whether the recorded model has its positions that way.
    [[nodiscard]] bool used(Kind kind) const;
    [[nodiscard]] RopeDials* dials() const { return dials_; }
    [[nodiscard]] GridView* picture() const { return grid_; }
    [[nodiscard]] LineChart* chart() const { return chart_; }
    [[nodiscard]] QString noteText() const;

protected:
    void recordingChanged(bool grew) override;
    void otherChanged() override;
    void selectionChanged(const Selection& selection, QObject* origin) override;
    void retranslate() override;

private:
    struct Place { ///< what is looked at; defaults where nothing is selected
        std::int32_t layer = 0, head = 0;
        std::int64_t query = -1, key = -1;
    };
    [[nodiscard]] Place place() const;
    [[nodiscard]] const AttentionRecord* recordOf(std::int32_t layer) const; ///< null: none
    [[nodiscard]] const AttentionRecord* record() const;                     ///< of the layer chosen; null: none
    void fill();
    void fillRotary();
    void fillRotaryChart();
    void addOtherCurves(ChartContent& chart, std::vector<double> here) const; ///< `here`: a copy, the list grows
    /// The same layer of the second run; null: no comparison, or not recorded.
    [[nodiscard]] const AttentionRecord* otherRecord() const;
    // The arithmetic of what is chosen in the curves and in the picture (positions_unfold.cpp).
    void unfoldChart();
    void unfoldCell();
    void unfoldScore(std::int64_t distance, QPoint at);
    /// What a recorded query and key would give at every distance, their own positions taken back.
    [[nodiscard]] static DistanceScores scoresAtDistances(const AttentionRecord& record, std::int32_t head,
                                                          std::int64_t query, std::int64_t key, std::int64_t nDistance);
    [[nodiscard]] std::int64_t sinusoidWidth() const; ///< of the table that is drawn for reference
    [[nodiscard]] std::int32_t alibiHeadCount() const;
    [[nodiscard]] static std::vector<std::int32_t> alibiHeads(std::int32_t nHead); ///< whose curves are drawn
    void unfoldRows(std::int64_t a, std::int64_t b, QPoint at);                    ///< of the learned table
    [[nodiscard]] QString comparedText() const;
    void fillLearned();
    void fillSinusoidal();
    void fillAlibi();
    void showPicture(std::shared_ptr<const PositionPicture> picture, const QString& rowTitle, const QString& colTitle,
                     std::int64_t rowStep, std::int64_t colStep);

    QTabBar* tabs_;
    QLabel* note_;
    RopeDials* dials_;
    GridView* grid_;
    LineChart* chart_;
    QPushButton *unfold_, *unfoldCell_;
    ScaleLegend* legend_;
    QSplitter *splitter_, *pair_;
    QTimer timer_;
    std::shared_ptr<const PositionPicture> learned_; ///< of learnedOf_
    std::int64_t learnedStep_ = 1, learnedCount_ = 0;
    const void* learnedOf_ = nullptr;
};

} // namespace vitral
