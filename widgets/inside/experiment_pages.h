// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one can try out on a model: a steering vector out of two texts, every head switched off in turn, activations put
// from one prompt into another, and what the changes that are on do to the run on screen. Each asks the engine through
// the controller and offers what it finds as interventions. Thread: GUI.

#include "core/trace/ablation.h"
#include "core/trace/compare_runs.h"
#include "core/trace/intervention.h"
#include "core/trace/patching.h"
#include "widgets/inside/arithmetic.h"
#include "widgets/inside/inside_controller.h"

#include <QWidget>

#include <functional>
#include <optional>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace vitral {

class GridView;
class ScaleLegend;

class ExperimentPage : public QWidget {
    Q_OBJECT
public:
    explicit ExperimentPage(InsideController& inside, QWidget* parent = nullptr);
    virtual void refresh() {} ///< the recording, the selection, the model or the language is another one
    [[nodiscard]] virtual GridView* picture() const { return nullptr; }
    [[nodiscard]] QString statusText() const;

signals:
    void addAsked(const vitral::Intervention& item);

protected:
    QLabel* addStatus();
    /// A button that shows how the chosen cell's number comes about; `arithmetic`: no steps where there is none.
    QPushButton* addUnfold(GridView* grid, std::function<Arithmetic(std::int64_t iRow, std::int64_t iCol)> arithmetic);
    void say(const QString& text);
    void say(const Error& error);
    [[nodiscard]] QString piece(TokenId id) const;
    [[nodiscard]] Result<std::vector<TokenId>> encode(const QString& text) const;
    void changeEvent(QEvent* event) override;

    InsideController& inside_;

private:
    QLabel* status_ = nullptr;
    QPushButton* unfold_ = nullptr;
    void nameUnfold();
};

class SteeringPage : public ExperimentPage {
    Q_OBJECT
public:
    explicit SteeringPage(InsideController& inside, QWidget* parent = nullptr);
    void refresh() override;
    void setTexts(const QString& plus, const QString& minus);
    void make();

private:
    QLabel *plusLabel_, *minusLabel_, *layerLabel_, *factorLabel_;
    QLineEdit *plus_, *minus_;
    QSpinBox* layer_;
    QDoubleSpinBox* factor_;
    QPushButton *make_, *unfoldVector_;
    Arithmetic shown_; ///< of the vector made last
};

class SweepPage : public ExperimentPage {
    Q_OBJECT
public:
    explicit SweepPage(InsideController& inside, QWidget* parent = nullptr);
    void refresh() override;
    [[nodiscard]] GridView* picture() const override { return grid_; }
    void measure();
    [[nodiscard]] const std::optional<AblationSweep>& sweep() const { return sweep_; }

private:
    void fill();
    void take(const AblationEffect& effect);
    void addCell(qint64 iRow, qint64 iCol);
    [[nodiscard]] QString partText(std::int64_t iRow, std::int64_t iCol) const;

    QComboBox* kind_;
    QPushButton *measure_, *add_;
    QLabel* title_;
    GridView* grid_;
    ScaleLegend* legend_;
    std::vector<float> logProbability_; ///< [layer, head + 1], the last column the MLP; NaN: not known yet
    std::int64_t nLayer_ = 0, nHead_ = 0;
    std::optional<AblationSweep> sweep_;
    std::uint64_t round_ = 0; ///< late partial results of an older measurement are dropped
};

class PatchPage : public ExperimentPage {
    Q_OBJECT
public:
    explicit PatchPage(InsideController& inside, QWidget* parent = nullptr);
    void refresh() override;
    [[nodiscard]] GridView* picture() const override { return grid_; }
    void setTexts(const QString& clean, const QString& corrupt);
    void measure();
    void setPoint(Point point); ///< what is put over
    [[nodiscard]] const std::optional<PatchGrid>& grid() const { return result_; }

private:
    void fill();

    QLabel *cleanLabel_, *corruptLabel_, *pointLabel_;
    QLineEdit *clean_, *corrupt_;
    QComboBox* point_;
    QPushButton* measure_;
    GridView* grid_;
    ScaleLegend* legend_;
    std::vector<TokenId> corruptIds_;
    std::vector<float> recovered_; ///< [layer, column]; NaN: not known yet
    std::int64_t nLayer_ = 0, nColumn_ = 0;
    bool byHead_ = false; ///< columns are heads, else positions
    std::optional<PatchGrid> result_;
    std::uint64_t round_ = 0;
};

class EffectPage : public ExperimentPage {
    Q_OBJECT
public:
    explicit EffectPage(InsideController& inside, QWidget* parent = nullptr);
    void refresh() override;
    [[nodiscard]] GridView* picture() const override { return grid_; }
    void measure();
    [[nodiscard]] const std::optional<RunComparison>& comparison() const { return result_; }

private:
    void fill();

    QPushButton* measure_;
    GridView* grid_;
    ScaleLegend* legend_;
    std::optional<RunComparison> result_;
};

} // namespace vitral
