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
    /// Of what is zoomed: as large as the window allows and at least twice its size, with `at` (of the element) in
    /// sight.
    void beginZoom(QPointF at);
    void zoomBy(double factor);
    void pan(QPointF parts); ///< in parts of what is seen
    [[nodiscard]] double zoomScale() const;
    [[nodiscard]] QRectF zoomSource() const; ///< what is seen of the element, in its coordinates
    [[nodiscard]] int nStroke() const { return static_cast<int>(strokes_.size()); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;

private:
    void paintZoom(QPainter& painter);
    [[nodiscard]] QSizeF zoomRoom() const;
    Presenter& presenter_;
    std::vector<QPolygonF> strokes_;
    QTimer zoomTimer_;      ///< what is zoomed may be working: painted again a few times a second
    QPointF zoomAt_;        ///< in the middle of what is seen, as far as the element goes
    double zoomFactor_ = 1; ///< on top of the scale that is chosen
    bool painting_ = false;
};

} // namespace vitral
