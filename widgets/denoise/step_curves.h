// SPDX-License-Identifier: Apache-2.0
#pragma once
// The numbers of a run over its steps, as small curves beside each other: noise level, timestep, signal to noise, size
// of a step, guidance. The moment is marked in all; a click or drag moves it. Dashed: what the next run would do. In
// the guidance curve the ends of its interval can be dragged (the next run's), in the noise curve the spacing (to the
// one that passes nearest) and, with a start picture, where the run begins. The same by keyboard: Tab inside goes from
// handle to handle, the arrows move it. Knows numbers only. Thread: GUI.

#include "core/diffusion/recording.h"
#include "widgets/inside/painted.h"

#include <QWidget>

#include <vector>

namespace vitral {

struct CurvesContent {
    std::vector<diffusion::StepTime> times; ///< of the run, steps + 1; may be empty
    std::vector<double> stepSize;           ///< [steps so far]: rms of the change of x
    std::vector<double> guidance;           ///< [steps so far]
    // The next run's:
    std::vector<diffusion::StepTime> planned;
    /// Times under every other spacing, to drag to; empty ones cannot be had.
    std::vector<std::pair<diffusion::StepSpacing, std::vector<diffusion::StepTime>>> spacings;
    double plannedGuidance = 1, guidanceBegin = 0, guidanceEnd = 1;
    bool hasInit = false;
    double strength = 1;
};

class StepCurves : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit StepCurves(QWidget* parent = nullptr);

    void setContent(CurvesContent content);
    [[nodiscard]] const CurvesContent& content() const { return content_; }
    void setMoment(int moment); ///< does not signal
    enum class Handle : std::uint8_t { Moment, Begin, End, Guidance, Spacing, Strength };
    [[nodiscard]] std::vector<Handle> handles() const; ///< those that are there
    [[nodiscard]] Handle handle() const { return handle_; }
    [[nodiscard]] QPointF handlePoint(Handle handle) const; ///< where it is drawn

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {640, 170}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 150}; }

signals:
    void momentChosen(int moment);
    void guidanceIntervalChosen(double begin, double end);
    void guidanceChosen(double guidance);
    void spacingChosen(vitral::diffusion::StepSpacing spacing);
    void strengthChosen(double strength);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool focusNextPrevChild(bool next) override;
    void changeEvent(QEvent* event) override;

private:
    struct Chart {
        QString title;
        QRectF plot;
        std::vector<double> run, planned; ///< by moment (noise, timestep, signal) or by step
        bool logarithmic = false, steps = false;
        double low = 0, high = 1;
        [[nodiscard]] double y(double value) const;
        [[nodiscard]] double value(double y) const;
        [[nodiscard]] double x(double at, int n) const;
    };
    [[nodiscard]] std::vector<Chart> charts() const;
    [[nodiscard]] int nStep() const;
    void drag(Handle handle, QPointF point);
    void nudge(int by);
    void paint(QPainter& painter, bool live) const;
    void describe();

    CurvesContent content_;
    int moment_ = 0;
    Handle handle_ = Handle::Moment;
    bool dragging_ = false;
};

} // namespace vitral
