// SPDX-License-Identifier: Apache-2.0
#pragma once
// A picture with a mask that is painted on it: what is hatched will be painted anew, the rest stays. Drag to paint (the
// right button, or Erase, takes away); with the keyboard arrows move the brush (Shift: by 8), Space paints, E changes
// between painting and erasing, [ and ] the size of the brush. Knows values only. Thread: GUI.

#include "core/diffusion/picture.h"
#include "widgets/inside/painted.h"

#include <QImage>
#include <QPoint>
#include <QWidget>

#include <optional>
#include <vector>

namespace vitral {

class MaskCanvas : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit MaskCanvas(QWidget* parent = nullptr);

    /// A null image: nothing to paint on, `empty` says what to do.
    void setPicture(const QImage& image);
    void setEmptyText(const QString& text);
    /// [1, H, W] of the picture's size; another size, or none: nothing is marked. Forgets what could be undone.
    void setMask(const diffusion::PicturePtr& mask);
    [[nodiscard]] const diffusion::Picture& mask() const { return mask_; }
    [[nodiscard]] double share() const; ///< of the picture that is marked

    void setRadius(int pixels); ///< of the picture
    [[nodiscard]] int radius() const { return radius_; }
    [[nodiscard]] int mostRadius() const;
    void setErasing(bool on);
    [[nodiscard]] bool erasing() const { return erasing_; }
    void clear();
    void invert();
    void undo();
    [[nodiscard]] bool canUndo() const { return !before_.empty(); }
    /// A stroke from one pixel of the picture to another.
    void stroke(QPointF from, QPointF to, bool erase);
    [[nodiscard]] QRect pictureRect() const;

    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override { return {}; }
    [[nodiscard]] QSize sizeHint() const override { return {320, 320}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 160}; }

signals:
    void maskEdited(); ///< by the person, a stroke at a time
    void radiusChanged(int pixels);
    void erasingChanged(bool on);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void keep(); ///< for undo
    void edited();
    void dab(QPointF at, float value);
    [[nodiscard]] QPointF inPicture(QPointF point) const;
    void paint(QPainter& painter, bool live) const;
    [[nodiscard]] QImage hatched(QSize size) const;
    void describe();

    QImage image_;
    QString empty_;
    diffusion::Picture mask_;
    std::vector<diffusion::Picture> before_;
    int radius_ = 3;
    bool erasing_ = false;
    std::optional<QPointF> last_;   ///< of the stroke that goes on
    std::optional<QPointF> cursor_; ///< where the brush is, in pixels of the picture
    bool strokeErases_ = false;
};

} // namespace vitral
