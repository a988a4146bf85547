// SPDX-License-Identifier: Apache-2.0
#pragma once
// One head of one layer as a heat map: rows are queries, columns keys, from the whole context to one cell without a
// seam. Weights or scores, the first token's column hidden on request, or the difference to a second run. Thread: GUI.

#include "core/trace/record_check.h"
#include "widgets/canvas/heatmap_look.h"
#include "widgets/inside/inside_view.h"

#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace vitral {

class AttentionMapSource;
class DifferenceMapSource;
class HeatmapCanvas;
class MapSource;

class MatrixView : public InsideView {
    Q_OBJECT
public:
    explicit MatrixView(InsideController& inside, QWidget* parent = nullptr);
    ~MatrixView() override;
    [[nodiscard]] QString name() const override { return QStringLiteral("matrix"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-matrix"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QString missing(bool* offersRecordAgain) const override;
    [[nodiscard]] bool compares() const override { return true; }
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;

    [[nodiscard]] HeatmapCanvas* canvas() const { return canvas_; }
    [[nodiscard]] QString statement() const; ///< the line under the controls: what is shown and what is left out
    [[nodiscard]] QStringList readOut(std::int64_t iQuery, std::int64_t iKey) const;
    void hideFirst(bool on);

protected:
    void recordingChanged(bool grew) override;
    void otherChanged() override;
    void selectionChanged(const Selection& selection, QObject* origin) override;
    void retranslate() override;

private:
    void rebuild();
    void refreshWords();
    void measureFirst();
    void unfoldFirst();
    [[nodiscard]] std::shared_ptr<const AttentionRecord> layer(const RecordingPtr& recording) const;
    [[nodiscard]] int shownLayer() const;
    [[nodiscard]] int shownHead() const;

    HeatmapCanvas* canvas_;
    QComboBox* value_;
    QCheckBox *hideFirst_, *difference_;
    QToolButton* cell_;
    QLabel* statement_;
    std::shared_ptr<AttentionMapSource> source_;
    std::shared_ptr<DifferenceMapSource> differenceSource_;
    int layer_ = -1, head_ = -1;       ///< of the source
    double firstShare_ = -1;           ///< mean weight on the first token; < 0: not known yet
    std::vector<double> firstWeights_; ///< what it is the mean of: of the tokens from 1 on
    NotNumbers notNumbers_;            ///< of the head on show
    HeatmapLook plainLook_;            ///< to return to after a difference
};

} // namespace vitral
