// SPDX-License-Identifier: Apache-2.0
#pragma once
// A scrolled rail of buttons is as wide as its words, in every language and at every size of type; it scrolls up and
// down only. Thread: GUI.

#include <QEvent>
#include <QLayout>
#include <QScrollArea>

namespace vitral::design {

class RailFit : public QObject {
public:
    explicit RailFit(QScrollArea* area) : QObject(area), area_(area) { area->widget()->installEventFilter(this); }

protected:
    bool eventFilter(QObject*, QEvent* event) override {
        if (event->type() == QEvent::LayoutRequest)
            area_->setFixedWidth(area_->widget()->layout()->sizeHint().width());
        return false;
    }

private:
    QScrollArea* area_;
};

} // namespace vitral::design
