// SPDX-License-Identifier: Apache-2.0
#pragma once
// One line of words that ends in "…" where the room ends; all of it as a tool tip and for screen readers. Thread: GUI.

#include <QLabel>
#include <QPainter>
#include <QStyle>

namespace vitral::design {

class ElidedLabel : public QLabel {
public:
    explicit ElidedLabel(QWidget* parent = nullptr) : QLabel(parent) {
        setTextFormat(Qt::PlainText);
        setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        style()->drawItemText(&painter, contentsRect(), static_cast<int>(alignment()), palette(), isEnabled(),
                              fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width()),
                              foregroundRole());
    }
};

} // namespace vitral::design
