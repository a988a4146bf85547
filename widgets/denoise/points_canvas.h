// SPDX-License-Identifier: Apache-2.0
#pragma once
// A square piece of the plane: a cloud of points, vectors on a grid, and the ways of chosen points. Arrow keys walk
// through the points, Space or a click chooses one. Knows numbers only. Thread: GUI.

#include "widgets/inside/painted.h"

#include <QPointF>
#include <QWidget>

#include <vector>

namespace vitral {

struct PointsContent {
    QString title, caption; ///< above and below
    QString empty;          ///< instead of everything, where there is nothing
    double reach = 3;       ///< the square is -reach..reach both ways, y up
    std::vector<QPointF> cloud, data;
    std::vector<QPointF> at, vectors; ///< of one size
    double longest = 1;               ///< a vector of this length is as long as a cell of the grid
    struct Way {
        int point = 0;
        std::vector<QPointF> run;   ///< one place a moment
        std::vector<QPointF> exact; ///< empty: none
    };
    std::vector<Way> ways;
    int moment = 0; ///< the way is strong up to here
};

class PointsCanvas : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit PointsCanvas(QWidget* parent = nullptr);
    void setContent(PointsContent content);
    [[nodiscard]] const PointsContent& content() const { return content_; }
    [[nodiscard]] QPointF place(QPointF point) const; ///< where it is drawn

    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {340, 380}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {220, 260}; }

signals:
    void pointToggled(int index);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    [[nodiscard]] QRectF square() const;
    void paint(QPainter& painter, bool live) const;
    void describe();
    PointsContent content_;
    int current_ = 0;
};

} // namespace vitral
