// SPDX-License-Identifier: Apache-2.0
#pragma once
// What lies over the window while it is presented. Takes the mouse only with the pen, while zoomed and while blank.
// Thread: GUI.

#include <QPolygonF>
#include <QTimer>
#include <QWidget>

#include <vector>

namespace vitral {

class Presenter;

class PresenterLayer : public QWidget {
    Q_OBJECT
public:
    PresenterLayer(Presenter& presenter, QWidget* window);
    void refresh(); ///< after any change of the presenter
    void erase();
    [[nodiscard]] int nStroke() const { return static_cast<int>(strokes_.size()); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;

private:
    void paintZoom(QPainter& painter);
    Presenter& presenter_;
    std::vector<QPolygonF> strokes_;
    QTimer zoomTimer_; ///< what is zoomed may be working: painted again a few times a second
    bool painting_ = false;
};

} // namespace vitral
