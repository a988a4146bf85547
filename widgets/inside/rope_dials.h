// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rotary angles as dials: for every pair of dimensions, where the query's and the key's position turn it to, and the
// angle between them. Arrow keys walk, Enter or a click on a number asks for its arithmetic. Values only. Thread: GUI.

#include "widgets/design/painted_area.h"
#include "widgets/inside/painted.h"

#include <cstdint>
#include <vector>

namespace vitral {

struct RopeDialContent {
    std::vector<double> radiansPerPosition; ///< [pairs]
    std::int64_t query = -1, key = -1;      ///< positions; -1: none
    QString empty;
};

class RopeDials : public PaintedArea, public Painted {
    Q_OBJECT
public:
    explicit RopeDials(QWidget* parent = nullptr);

    void setContent(RopeDialContent content);
    [[nodiscard]] int current() const { return current_; }
    void setCurrent(int pair);

    [[nodiscard]] QSize pictureSize() const override;
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {480, 150}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 120}; }

signals:
    void currentChanged(int pair);
    void unfoldAsked(int pair, QPoint at); ///< a click on a dial's number, or Enter; `at`: global

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    [[nodiscard]] QString readOutAt(QPoint point) const override;
    void measure() override;
    void retranslate() override;

private:
    [[nodiscard]] QSize dialSize() const;
    [[nodiscard]] int perRow() const;
    [[nodiscard]] QRect dialRect(int pair) const; ///< without the scroll
    [[nodiscard]] int dialAt(QPoint point) const;
    [[nodiscard]] QString describe(int pair) const;
    void askUnfold(int pair);
    void paintDial(QPainter& painter, int pair, bool live) const;

    RopeDialContent content_;
    int current_ = -1;
};

} // namespace vitral
