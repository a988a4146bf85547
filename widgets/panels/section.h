// SPDX-License-Identifier: Apache-2.0
#pragma once
// A titled part of a side panel that folds. Thread: GUI.

#include <QWidget>

class QToolButton;
class QVBoxLayout;

namespace vitral {

class Section : public QWidget {
    Q_OBJECT
public:
    explicit Section(bool open, QWidget* parent = nullptr);
    void setTitle(const QString& title);
    [[nodiscard]] QString title() const;
    [[nodiscard]] QVBoxLayout* body() const { return body_; }
    [[nodiscard]] bool isOpen() const;
    void setOpen(bool open);

signals:
    void toggled(bool open);

private:
    void updateArrow();

    QToolButton* head_;
    QWidget* content_;
    QVBoxLayout* body_;
};

} // namespace vitral
