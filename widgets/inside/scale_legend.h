// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the colours of a table mean: a strip from sure to unsure, or from minus to plus, with its ends in numbers.
// Thread: GUI.

#include "widgets/tokens/token_scale.h"

#include <QWidget>

namespace vitral {

class ScaleLegend : public QWidget {
    Q_OBJECT
public:
    explicit ScaleLegend(QWidget* parent = nullptr);

    void setMeasure(TokenMeasure measure);
    /// Orange to blue around 0 (diverging), or the surface to blue; ends in words.
    void setRange(const QString& low, const QString& high, bool diverging);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    enum class Kind : std::uint8_t { Uncertainty, Diverging, Rising };
    Kind kind_ = Kind::Uncertainty;
    QString low_, high_;
};

} // namespace vitral
