// SPDX-License-Identifier: Apache-2.0
#pragma once
// A named mixture of 2-D Gaussians, whose score is known in closed form: its points from noise to data step by step,
// moved by the exact score and, beside it, by a small network trained here in seconds; and how far every solver ends
// from the exact answer. Runs are computed on the room's pool, training on a thread of its own. Thread: GUI.

#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/page_time.h"
#include "widgets/denoise/points_canvas.h"
#include "widgets/denoise/points_work.h"
#include "widgets/inside/grid_view.h"
#include "widgets/inside/line_chart.h"
#include "widgets/shell/task_list.h"

#include <array>

class QBoxLayout;
class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace vitral {

inline constexpr std::array kPointTableSteps = {5, 10, 20, 50};
inline constexpr int kPointsMeasured = 200; ///< points of every run of the table

class PointsPage : public DenoisePage, private PageTime {
    Q_OBJECT
public:
    explicit PointsPage(DenoiseController& denoise, QWidget* parent = nullptr);
    ~PointsPage() override;

    [[nodiscard]] QString name() const override { return QStringLiteral("points"); }
    [[nodiscard]] QString iconName() const override { return QStringLiteral("denoise-points"); }
    [[nodiscard]] QString title() const override { return tr("Points"); }
    [[nodiscard]] QString help() const override;
    [[nodiscard]] bool needsRun() const override { return false; }
    [[nodiscard]] PageTime* time() override { return this; }
    [[nodiscard]] QStringList exportFormats() const override;
    Result<void> exportAs(const QString& path, const QString& format, double scale) override;
    [[nodiscard]] QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;
    void go(const QString& argument) override; ///< "spiral": the set; "train=500"; "table"; "step=9"

    void chooseSet(const QString& name);
    void train();
    void stopTraining(); ///< what has been learned so far stays
    void fillTable();    ///< measures every solver
    void setStep(int step);
    [[nodiscard]] bool trainingNow() const { return training_ != nullptr; }
    [[nodiscard]] const PointsWorldPtr& world() const { return world_; }
    [[nodiscard]] const PointNetPtr& net() const { return net_; }
    [[nodiscard]] const diffusion::DenoiseRecordingPtr& flow(bool trained) const { return flows_[trained ? 1 : 0].run; }
    [[nodiscard]] PointsCanvas* canvas(bool trained) const { return canvases_[trained ? 1 : 0]; }
    [[nodiscard]] GridView* table() const { return table_; }
    [[nodiscard]] LineChart* lossChart() const { return loss_; }
    [[nodiscard]] QSpinBox* trainSteps() const { return trainSteps_; }
    /// Of the table: row 2 i is solver i with the exact score, 2 i + 1 with the network.
    [[nodiscard]] const std::optional<PointsError>& measured(int row, int column) const;

protected:
    void runChanged(bool grew) override; ///< shown for the first time: begins
    void changeEvent(QEvent* event) override;
    void retranslate() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] StripContent content(bool clean) const override;
    [[nodiscard]] int moment() const override { return moment_; }
    void setMoment(int moment) override;
    struct Training;
    struct Flow {
        diffusion::DenoiseRecordingPtr run;
        std::vector<diffusion::Picture> exact; ///< of the chosen points, one a moment
    };
    QWidget* makeControls(QWidget* parent);
    void begin();
    void dropNet();
    void clearTable(); ///< what was measured belongs to other points or another network
    void computeFlow(bool trained);
    void computeWays();
    void takeTraining();
    void togglePoint(int index);
    void showMoment();
    void showCanvas(bool trained, const std::vector<QPointF>& at, const std::vector<diffusion::Point2>& vectors,
                    double longest);
    void showLoss();
    void showTable();
    void showState();
    void layOut();
    [[nodiscard]] PointsSetup setup() const;
    [[nodiscard]] double reach() const;
    [[nodiscard]] int nMoment() const;

    PointsWorldPtr world_;
    PointNetPtr net_;
    std::array<Flow, 2> flows_; ///< by the exact score, by the network
    diffusion::Picture sample_; ///< of the data
    std::vector<int> chosen_{0, 1, 2};
    std::vector<std::optional<PointsError>> errors_;
    int nMeasuring_ = 0;
    std::shared_ptr<Training> training_;
    RunningTask task_; ///< the training, in the program's list
    std::vector<std::pair<int, double>> losses_;
    int trainedSteps_ = 0, wantedSteps_ = 0;
    QString problem_;
    bool begun_ = false;

    QLabel *setLabel_, *solverLabel_, *stepsLabel_, *seedLabel_, *momentText_, *netText_, *trainLabel_, *tableTitle_,
        *tableText_, *state_;
    QComboBox *set_, *solver_, *measure_;
    QSpinBox *steps_, *seed_, *trainSteps_;
    int moment_ = 14;
    QPushButton *train_, *stop_, *fill_;
    QProgressBar* progress_;
    QBoxLayout* beside_;
    std::array<PointsCanvas*, 2> canvases_;
    LineChart* loss_;
    GridView* table_;
    ViewPool trainer_{1}; ///< last: joined first
};

} // namespace vitral
