// SPDX-License-Identifier: Apache-2.0
#pragma once
// A table of bars: a line for each language, a column for each tokenizer, every bar with its number and all on one
// scale. Arrow keys walk, Enter acts; paints what is on the screen only. Knows values only. Thread: GUI.

#include "widgets/design/painted_area.h"
#include "widgets/inside/painted.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace vitral {

struct BarTableContent {
    struct Row {
        QString label, description;
        std::vector<double> values; ///< [columns]; NaN: none, shown as a dash
        bool strong = false;        ///< what others are compared with
    };
    QStringList columns;
    QStringList columnNotes; ///< below each column's name; may be empty
    std::vector<Row> rows;
    double mark = 0;         ///< a line in every column at this value; 0: none
    int decimals = 2;        ///< of the numbers beside the bars
    QString rowTitle, empty; ///< `empty`: what to do when there is nothing
};

class BarTable : public PaintedArea, public Painted {
    Q_OBJECT
public:
    explicit BarTable(QWidget* parent = nullptr);

    void setContent(BarTableContent content);
    [[nodiscard]] const BarTableContent& content() const { return content_; }
    [[nodiscard]] int currentRow() const { return current_; }
    void setCurrentRow(int row); ///< -1: none

    [[nodiscard]] QSize pictureSize() const override;
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {480, 320}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 120}; }

signals:
    void currentRowChanged(int row);
    void activated(int row);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    [[nodiscard]] QString readOutAt(QPoint point) const override;
    void measure() override;

private:
    [[nodiscard]] int lineHeight() const;
    [[nodiscard]] int headerHeight() const;
    [[nodiscard]] int labelWidth() const;
    [[nodiscard]] int columnWidth(int width) const;
    [[nodiscard]] int rowAt(QPoint point) const;
    [[nodiscard]] QString numberOf(double value) const;
    [[nodiscard]] QString describe(int row) const;
    void paintRows(QPainter& painter, int width, int first, int end, int shiftX, int shiftY, bool live) const;

    BarTableContent content_;
    int current_ = -1;
};

} // namespace vitral
