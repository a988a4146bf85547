// SPDX-License-Identifier: Apache-2.0
#pragma once
// Pieces that the rooms have in common. Thread: GUI.

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace vitral::design {

/// A label of the style sheet's role ("small", "title"); plain text, so that nothing out of a file is read as markup.
[[nodiscard]] QLabel* textLabel(const char* role, QWidget* parent);

/// What a page shows while it has nothing to show: an icon, a title, why that is so, and buttons that change it.
class EmptyPage : public QWidget {
    Q_OBJECT
public:
    /// `icon`: a name of assets/icons.
    explicit EmptyPage(const QString& icon, QWidget* parent = nullptr);

    /// An empty line is hidden.
    void say(const QString& title, const QString& text);
    [[nodiscard]] QString said() const; ///< both lines, for screen readers and tests
    /// Buttons stand in the order in which they are added. `primary`: what most people want.
    QPushButton* addButton(bool primary);

private:
    QLabel *picture_, *title_, *text_;
    QHBoxLayout* buttons_;
};

} // namespace vitral::design
