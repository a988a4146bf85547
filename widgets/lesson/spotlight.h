// SPDX-License-Identifier: Apache-2.0
#pragma once
// Outlines one element of a window and lets the rest grow darker, all but the lesson itself. The mouse and the keyboard
// go through it: it shows where to look and stops nobody. Follows the element when it moves. Thread: GUI.

#include <QPointer>
#include <QWidget>

namespace vitral {

class Spotlight : public QWidget {
    Q_OBJECT
public:
    /// Lies over `window`; `clear` stays as bright as it is.
    explicit Spotlight(QWidget* window);
    void setClear(QWidget* widget) { clear_ = widget; }
    /// Null: nothing is pointed at, and nothing is drawn.
    void point(QWidget* element);
    /// While something else is to be seen alone: a presenter's blank, zoom, spotlight or question.
    void setMuted(bool on);
    [[nodiscard]] QWidget* element() const { return element_; }

protected:
    bool eventFilter(QObject* object, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void follow();
    QPointer<QWidget> element_, clear_;
    bool muted_ = false;
};

} // namespace vitral
