// SPDX-License-Identifier: Apache-2.0
#pragma once
// Two pictures of the page Embedding: a row of the matrix as bars (every number, or the ones farthest from 0 where
// there are more numbers than pixels, and it says so), and the norms of all rows as a histogram with a mark at one of
// them. Know values only. Thread: GUI.

#include "widgets/inside/painted.h"

#include <QWidget>

#include <vector>

namespace vitral {

class VectorBars : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit VectorBars(QWidget* parent = nullptr);

    /// `range`: of the axis, +- that; 0: what the values need.
    void setVector(std::vector<float> values, double range = 0);
    [[nodiscard]] const std::vector<float>& values() const { return values_; }
    void setEmptyText(const QString& text);
    /// Dimension under the read-out; -1: none.
    [[nodiscard]] int current() const { return current_; }
    void setCurrent(int dimension);
    /// How many dimensions share a bar at this width: 1 where each has its own.
    [[nodiscard]] int perBar() const;
    [[nodiscard]] QString describe() const;

    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {420, 130}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 96}; }

signals:
    void currentChanged(int dimension);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] int nBar() const;
    void paint(QPainter& painter, bool live) const;
    /// The value farthest from 0 of a bar, and its dimension.
    [[nodiscard]] std::pair<float, int> barValue(int iBar) const;

    std::vector<float> values_;
    double range_ = 0;
    QString empty_;
    int current_ = -1;
};

class NormHistogram : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit NormHistogram(QWidget* parent = nullptr);

    /// `sorted`: ascending, finite.
    void setNorms(const std::vector<float>& sorted);
    void setMark(double norm, const QString& name); ///< NaN: none
    void setEmptyText(const QString& text);
    [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }
    [[nodiscard]] double low() const { return low_; }
    [[nodiscard]] double high() const { return high_; }

    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {420, 150}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 110}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QRectF plot() const;
    void paint(QPainter& painter) const;

    std::vector<std::int64_t> counts_; ///< [bins]
    double low_ = 0, high_ = 1, mark_;
    QString markName_, empty_;
};

} // namespace vitral
