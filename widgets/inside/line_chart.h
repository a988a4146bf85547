// SPDX-License-Identifier: Apache-2.0
#pragma once
// Curves with numbers: axes with round ticks, one read-out line that follows the pointer or the arrow keys and says
// every curve's value there; a double click or Enter asks how that value comes about. Curves differ by colour and by
// dash. Knows values only. Thread: GUI.

#include "widgets/design/palette.h"
#include "widgets/inside/painted.h"

#include <QString>
#include <QWidget>

#include <vector>

namespace vitral {

struct Curve {
    QString name;
    std::vector<double> y; ///< [x.size()]; NaN: a gap
    design::Glass glass = design::Glass::Cobalt;
    bool dots = false; ///< points instead of a line: measured values
};

struct ChartContent {
    std::vector<double> x; ///< ascending
    std::vector<Curve> curves;
    QString xTitle, yTitle;
    double yLow = 0, yHigh = 0; ///< equal: what the values need
    bool zeroLine = true;
    QString empty;
};

class LineChart : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit LineChart(QWidget* parent = nullptr);

    void setContent(ChartContent content);
    [[nodiscard]] const ChartContent& content() const { return content_; }
    /// Index into x of the read-out line; -1: none.
    [[nodiscard]] int current() const { return current_; }
    void setCurrent(int index);

    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {420, 220}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {220, 140}; }

signals:
    void currentChanged(int index);
    void unfoldAsked(int index); ///< the arithmetic of the values at x[index]

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Frame {
        QRectF plot;
        double xLow, xHigh, yLow, yHigh;
        [[nodiscard]] QPointF at(double x, double y) const;
    };
    [[nodiscard]] Frame frame() const;
    void paint(QPainter& painter, bool live) const;
    void paintAxes(QPainter& painter, const Frame& f) const;
    void paintLegend(QPainter& painter, const Frame& f) const;
    struct LegendPlace {
        int x, line;
    };
    /// Where each curve's name stands, in as many lines as they need.
    [[nodiscard]] std::vector<LegendPlace> legend() const;
    void paintCurve(QPainter& painter, const Frame& f, const Curve& curve) const;
    [[nodiscard]] QString describe(int index) const;

    ChartContent content_;
    int current_ = -1;
};

/// Round numbers that divide [low, high] into at most about `n` parts, ascending.
std::vector<double> roundTicks(double low, double high, int n);

} // namespace vitral
