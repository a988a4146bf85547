// SPDX-License-Identifier: Apache-2.0
#pragma once
// The query's and the key's numbers and their products, a column for each dimension; and one rotated pair as two
// clock hands. Thread: GUI.

#include "core/trace/cell_arithmetic.h"
#include "widgets/inside/painted.h"

#include <QWidget>

namespace vitral {

class CellBars : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit CellBars(QWidget* parent = nullptr);
    void setValues(std::vector<double> q, std::vector<double> k, std::vector<double> product);
    [[nodiscard]] int current() const { return current_; }
    void setCurrent(int dimension); ///< -1: none

    [[nodiscard]] QSize sizeHint() const override { return {480, 250}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 220}; }
    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;

signals:
    void currentChanged(int dimension);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] int dimensionAt(double x) const;
    void paintRow(QPainter& painter, int iRow, const std::vector<double>& values, double largest) const;

    std::vector<double> values_[3]; ///< q, k, product
    int current_ = 0, hovered_ = -1;
};

class RotaryDials : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit RotaryDials(QWidget* parent = nullptr);
    struct Hand {
        double before[2] = {0, 0}, after[2] = {0, 0};
        double angle = 0; ///< radians, not reduced
        QString name, caption;
    };
    void setHands(const Hand& query, const Hand& key);
    [[nodiscard]] QSize sizeHint() const override { return {420, 168}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {300, 150}; }
    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override { return {}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Hand hands_[2];
};

} // namespace vitral
