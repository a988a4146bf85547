// SPDX-License-Identifier: Apache-2.0
#pragma once
// The residual stream: the logit lens as a table of layers by tokens, and for the chosen cell its candidates, what the
// logit is made of, and the neurons that fired. Computed by the engine for what is on screen. Thread: GUI.

#include "widgets/inside/inside_view.h"
#include "widgets/inside/lens_table.h"

#include <QTimer>

#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QSplitter;
class QStackedWidget;
class QTabBar;

namespace vitral {

class AttributionPanel;
class BarList;
class GridView;
struct BarContent;
struct GridContent;
class NeuronPanel;

class ResidualView : public InsideView {
    Q_OBJECT
public:
    explicit ResidualView(InsideController& inside, QWidget* parent = nullptr);

    [[nodiscard]] QString name() const override { return QStringLiteral("residual"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("inside-residual"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool compares() const override { return true; }
    /// The stream: from it a long run's lens is read; a short one is computed again, which is exact.
    [[nodiscard]] std::vector<TracePoint> wantedPoints() const override;
    [[nodiscard]] QString missing(bool* offersRecordAgain) const override;
    [[nodiscard]] QStringList exportFormats() const override;
    /// The columns of the table that nobody has scrolled to yet.
    void complete(std::function<void()> then) override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    /// "lens", "attribution", "neurons", and the same with ":position".
    void go(const QString& argument) override;

    [[nodiscard]] GridView* table() const { return table_; }
    [[nodiscard]] const LensTable& otherLens() const {
        return otherLens_;
    } ///< of a comparison, by this run's positions
    /// The difference to the second run is on show.
    [[nodiscard]] bool comparing() const;
    [[nodiscard]] const LensTable& lens() const { return lens_; }
    [[nodiscard]] AttributionPanel* attributionPanel() const { return attribution_; }
    [[nodiscard]] NeuronPanel* neuronPanel() const { return neurons_; }
    [[nodiscard]] BarList* candidates() const { return candidates_; }
    [[nodiscard]] QString answerText() const; ///< how the last row compares with what the run recorded

protected:
    void recordingChanged(bool grew) override;
    void otherChanged() override;
    void selectionChanged(const Selection& selection, QObject* origin) override;
    void retranslate() override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    enum Tab { kCandidates, kAttribution, kNeurons };
    void makeControls(QWidget* parent);
    void askLens();
    void askDetail();
    void askAttribution();
    void askNeurons();
    void fillTable();
    void fillDifference(GridContent& content) const;
    void fillChangedCandidates(BarContent& content, std::int64_t iRow, std::int64_t at);
    [[nodiscard]] std::optional<double> differenceAt(std::int64_t iRow, std::int64_t position) const;
    [[nodiscard]] double differenceColour(double value) const; ///< -1..1
    void sayScale();
    void forgetLens();
    [[nodiscard]] ExplainedRun otherRun() const;
    [[nodiscard]] QString comparedText() const;
    void fillCandidates();
    void fillPlace();
    void cellChosen(qint64 iRow, qint64 iCol);
    void unfoldCandidate(int index, QPoint at);
    void unfoldPart(int contribution, QPoint at);
    void tell(const Error& error);
    [[nodiscard]] TokenMeasure measure() const;
    [[nodiscard]] ExplainedRun run() const;
    [[nodiscard]] LensTable::Piece piece() const;
    [[nodiscard]] std::int64_t position() const;
    [[nodiscard]] std::int32_t layer() const; ///< of the chosen row; the last one where none is chosen

    LensTable lens_, otherLens_;
    GridView* table_;
    QComboBox *measure_, *target_;
    QCheckBox* difference_;
    QLabel *measureLabel_, *targetLabel_, *place_, *answer_;
    QWidget *legend_, *page_, *below_;
    QTabBar* tabs_;
    QStackedWidget* stack_;
    QSplitter* splitter_;
    BarList* candidates_;
    AttributionPanel* attribution_;
    NeuronPanel* neurons_;
    QTimer lensTimer_, detailTimer_;
    std::int64_t hoverRow_ = -1, hoverCol_ = -1;   ///< its candidates are shown while the pointer is there
    std::int64_t listedRow_ = -1, listedCol_ = -1; ///< the cell whose candidates are listed
    struct ChangedCandidate {
        TokenId id = 0;
        double logHere = 0, logThere = 0;
        [[nodiscard]] double change() const;
    };
    std::vector<ChangedCandidate> changed_; ///< the candidates of a comparison, as they are listed
    bool lensAsked_ = false;
    std::function<void()> completed_; ///< waits for the columns that are not on show
    void sayCompleted();
    RunId lensRun_ = 0, detailRun_ = 0; ///< what the engine was asked for last
    QString lensNotes_;
    const void* shownModel_ = nullptr;
};

} // namespace vitral
