// SPDX-License-Identifier: Apache-2.0
#pragma once
// A few vectors drawn in the plane two of them span: true lengths and angles within it, and how much of each vector
// lies outside. Knows numbers only. Thread: GUI.

#include "widgets/denoise/picture_vectors.h"
#include "widgets/design/palette.h"
#include "widgets/inside/painted.h"

#include <QWidget>

#include <vector>

namespace vitral {

struct DrawnVector {
    QString name;
    QPointF at;        ///< its end in the plane, y up
    double length = 0; ///< the whole vector's
    double share = 1;  ///< in the plane
    design::Glass glass = design::Glass::Cobalt;
};
struct VectorContent {
    std::vector<DrawnVector> vectors; ///< the first two span the plane
    QString title;                    ///< above
    QString angleText;                ///< of the first two
    QString empty;
};

class VectorDiagram : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit VectorDiagram(QWidget* parent = nullptr);
    void setContent(VectorContent content);
    [[nodiscard]] const VectorContent& content() const { return content_; }

    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {280, 200}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 150}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void paint(QPainter& painter) const;
    VectorContent content_;
};

} // namespace vitral
