// SPDX-License-Identifier: Apache-2.0
#pragma once
// Controls in a row that goes on in a next one where the room is narrow: nothing is squeezed or cut. Thread: GUI.

#include <QLayout>
#include <QList>

class QLabel;

namespace vitral {

/// A field with its name above it, small, as one thing to put in a row. `label` is made.
QWidget* labelledField(QLabel*& label, QWidget* field, QWidget* parent);

class FlowRow : public QLayout {
public:
    explicit FlowRow(QWidget* parent = nullptr);
    ~FlowRow() override;

    void addItem(QLayoutItem* item) override { items_.append(item); }
    [[nodiscard]] int count() const override { return static_cast<int>(items_.size()); }
    [[nodiscard]] QLayoutItem* itemAt(int index) const override { return items_.value(index); }
    QLayoutItem* takeAt(int index) override;
    [[nodiscard]] Qt::Orientations expandingDirections() const override { return {}; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override { return arrange({0, 0, width, 0}, false); }
    void setGeometry(const QRect& rect) override;
    [[nodiscard]] QSize sizeHint() const override { return minimumSize(); }
    [[nodiscard]] QSize minimumSize() const override;

private:
    int arrange(const QRect& rect, bool place) const; ///< returns the height

    QList<QLayoutItem*> items_;
};

} // namespace vitral
