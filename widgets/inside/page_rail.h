// SPDX-License-Identifier: Apache-2.0
#pragma once
// The rail at the left of a room: one button a page, icon over name, Alt+1 and on. On a small screen at a large font it
// scrolls; where a room is narrow it can do without the names, which are then in the tips. Thread: GUI.

#include <QScrollArea>

class QButtonGroup;
class QToolButton;

namespace vitral {

class PageRail : public QScrollArea {
    Q_OBJECT
public:
    explicit PageRail(QWidget* parent = nullptr);

    void addPage(const QString& iconName); ///< of assets/icons
    /// `help`: said before the shortcut in the tip; empty: the title.
    void setPage(int index, const QString& title, const QString& help = {});
    void setCurrent(int index); ///< does not signal
    [[nodiscard]] QToolButton* button(int index) const;
    void showNames(bool on);

signals:
    void chosen(int index);

private:
    QButtonGroup* buttons_;
};

/// A button of an icon alone, as heads of rooms have them.
[[nodiscard]] QToolButton* iconButton(const QString& iconName, QWidget* parent);

} // namespace vitral
