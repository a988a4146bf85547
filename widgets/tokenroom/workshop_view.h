// SPDX-License-Identifier: Apache-2.0
#pragma once
// The page Workshop: trains a tokenizer on the room's text or on files, live, and lets one go back to any merge of it:
// what was merged and why, what would come next, how the text is cut there, what it costs. What it made can be saved as
// tokenizer.json and opened beside the others. Trains off the GUI thread and can be stopped. Thread: GUI.

#include "widgets/shell/task_list.h"
#include "widgets/tokenroom/kept_state.h"
#include "widgets/tokenroom/token_view.h"
#include "widgets/tokenroom/workshop_training.h"

#include <QStringList>
#include <QTimer>

class QBoxLayout;
class QCheckBox;
class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QSlider;
class QSpinBox;
class QToolButton;

namespace vitral {

class BarList;
class LineChart;
class TokenPanes;

class WorkshopView : public TokenView {
    Q_OBJECT
public:
    explicit WorkshopView(TokenController& tokens, QWidget* parent = nullptr);
    ~WorkshopView() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("workshop"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("token-workshop"); }
    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString help() const override;
    /// Settings, kept in a file of their own as soon as they change.
    [[nodiscard]] QJsonObject kept() const;
    void restoreKept(const QJsonObject& kept);
    /// "bpe", "wordpiece" or "unigram", then, behind a colon, the number of pieces, and behind another one the place:
    /// trains at once.
    void go(const QString& argument) override;
    [[nodiscard]] bool busy() const override { return training_ || looking_; }

    void setSettings(const WorkshopSettings& settings);
    [[nodiscard]] WorkshopSettings settings() const; ///< with the room's text where that is learned from
    void addFiles(const QStringList& paths);         ///< files and folders
    void train();
    void stop(); ///< keeps what has been learned
    [[nodiscard]] const std::shared_ptr<const WorkshopRun>& run() const { return run_; }
    [[nodiscard]] int place() const;
    void setPlace(int place);
    /// The tokenizer at the place. Errors: those of saving.
    Result<void> save(const QString& path);
    void openInCut();

    [[nodiscard]] QString statusText() const;
    [[nodiscard]] QString stepText() const;
    [[nodiscard]] QString cutText() const;
    [[nodiscard]] QString tiesText() const;
    [[nodiscard]] TokenPanes* panes() const { return panes_; }
    [[nodiscard]] BarList* pairs() const { return pairs_; }
    [[nodiscard]] LineChart* chart() const { return chart_; }

protected:
    void textChanged(std::size_t at, std::size_t removed, std::size_t inserted) override;
    void retranslate() override;
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Look { ///< what the pool gives for a place
        std::size_t place = 0;
        WorkshopRun::Candidates candidates;
        WorkshopRun::Cut cut;
    };
    void buildSources(QWidget* page);
    void buildResult(QWidget* page);
    void trained(Result<std::shared_ptr<const WorkshopRun>> run);
    void advance(const WorkshopProgress& progress);
    void placeChanged();
    void look();
    void fillChart();
    void goToChartPlace(); ///< the scrubber to the place that the chart reads out
    void say();
    void showKind();
    [[nodiscard]] std::string previewText() const;
    [[nodiscard]] QString defaultName() const;
    void layOut();

    QScrollArea* scroll_;
    QComboBox *source_, *kind_, *splitter_;
    QLabel *sourceLabel_, *kindLabel_, *vocabLabel_, *splitterLabel_, *minLabel_, *files_, *status_;
    QPushButton *addFiles_, *addFolder_, *clearFiles_, *train_;
    QSpinBox *vocab_, *minFrequency_;
    QCheckBox* cased_;
    QProgressBar* progress_;
    QWidget* result_;
    QSlider* slider_;
    QToolButton *back_, *forward_;
    QSpinBox* placeBox_;
    QLabel *placeLabel_, *step_, *chartTitle_, *pairsTitle_, *ties_, *cutTitle_;
    LineChart* chart_;
    BarList* pairs_;
    TokenPanes* panes_;
    QBoxLayout* columns_;
    QPushButton *save_, *open_;

    QStringList paths_;
    std::shared_ptr<const WorkshopRun> run_;
    std::optional<Look> look_;
    RunningTask task_; ///< the training, in the program's list
    std::stop_source stopEarly_;
    WorkshopProgress now_;
    QString problem_, said_;
    QTimer lookTimer_;
    KeptState kept_;
    int wantedPlace_ = -1;
    bool training_ = false, looking_ = false, moving_ = false, trainWhenText_ = false;
};

} // namespace vitral
