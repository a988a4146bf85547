// SPDX-License-Identifier: Apache-2.0
#pragma once
// A table of coloured cells with words in them and labels that stay at the edges: layers by tokens, layers by heads.
// Asks for what is on screen only, so thousands of columns cost nothing. Arrow keys walk, Page Up and Down and Home and
// End jump, Enter acts, Ctrl + wheel and +, -, 0 zoom. Knows values only. Thread: GUI.

#include "widgets/design/painted_area.h"
#include "widgets/inside/painted.h"

#include <QColor>

#include <cstdint>
#include <functional>

namespace vitral {

/// Everything is asked for while painting: answers must be quick and need not be kept.
struct GridContent {
    std::int64_t nRow = 0, nCol = 0;
    std::function<QString(std::int64_t iRow)> rowLabel;
    std::function<QString(std::int64_t iCol)> colLabel;
    std::function<QString(std::int64_t, std::int64_t)> text; ///< may be null: colours only
    std::function<QColor(std::int64_t, std::int64_t)> colour;
    std::function<QString(std::int64_t, std::int64_t)> describe; ///< the read-out, also for screen readers
    std::function<double(std::int64_t, std::int64_t)> number;    ///< what the CSV file holds
    std::function<bool(std::int64_t iRow)> strongRow;            ///< set apart by a line above; may be null
    QString rowTitle, colTitle;                                  ///< what rows and columns are
    QString empty;                                               ///< what to do when there is nothing
};

class GridView : public PaintedArea, public Painted {
    Q_OBJECT
public:
    explicit GridView(QWidget* parent = nullptr);

    /// Keeps the zoom and, where they still exist, the current cell and the place.
    void setContent(GridContent content);
    [[nodiscard]] const GridContent& content() const { return content_; }
    void setCellSize(QSize size); ///< at zoom 1 and font scale 1
    [[nodiscard]] double zoom() const { return zoom_; }
    void setZoom(double zoom);
    /// Cells stretch to fill the view (at least 2, at most 48 pixels each way); for pictures rather than tables.
    void setFitting(bool on);

    [[nodiscard]] std::int64_t currentRow() const { return row_; }
    [[nodiscard]] std::int64_t currentCol() const { return col_; }
    /// Scrolls there; says currentChanged when it is another cell. -1, -1: none.
    void setCurrent(std::int64_t iRow, std::int64_t iCol);
    /// Height that shows every row, with the bars.
    [[nodiscard]] int wholeHeight() const;
    /// Where a cell is drawn, in viewport coordinates.
    [[nodiscard]] QRect cellRect(std::int64_t iRow, std::int64_t iCol) const;
    struct Columns {
        std::int64_t first = 0, end = 0;
    };
    /// What is on screen now; follows viewMoved.
    [[nodiscard]] Columns visibleColumns() const;
    /// How many cells the last paint asked for (tests).
    [[nodiscard]] std::int64_t nPainted() const { return nPainted_; }

    /// Whether pictures hold every cell, also those that are scrolled out of sight; else (tens of thousands of cells,
    /// or wider than a page of a PDF may be) they hold what is on screen, and say so.
    [[nodiscard]] bool picturesWhole() const;
    [[nodiscard]] QSize pictureSize() const override;
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {560, 320}; }

signals:
    void currentChanged(qint64 iRow, qint64 iCol);
    void cellActivated(qint64 iRow, qint64 iCol); ///< double click or Enter
    void cellHovered(qint64 iRow, qint64 iCol);   ///< -1, -1: left
    void viewMoved();                             ///< scrolled, zoomed or resized

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    [[nodiscard]] QString readOutAt(QPoint point) const override;
    void measure() override;
    void pointerLeft() override;

private:
    struct Range {
        std::int64_t first, end;
    };
    void updateScrollBars();
    void ensureVisible();
    [[nodiscard]] QSizeF cell() const;
    [[nodiscard]] bool cellAt(QPointF point, std::int64_t& iRow, std::int64_t& iCol) const;
    struct Frame { ///< what is painted: so much of the table, scrolled so far
        QSize size;
        QPoint scrolled;
    };
    [[nodiscard]] Frame onScreen() const;
    [[nodiscard]] QRect cellRect(const Frame& frame, std::int64_t iRow, std::int64_t iCol) const;
    [[nodiscard]] Range visibleRows(const Frame& frame) const;
    [[nodiscard]] Range visibleCols(const Frame& frame) const;
    /// `live` adds what belongs to the pointer and the keyboard.
    void paint(QPainter& painter, const Frame& frame, bool live) const;
    void paintCells(QPainter& painter, const Frame& frame, Range rows, Range cols) const;
    void paintLabels(QPainter& painter, const Frame& frame, const QString& colTitle, Range rows, Range cols) const;
    [[nodiscard]] bool isEmpty() const { return content_.nRow <= 0 || content_.nCol <= 0; }

    GridContent content_;
    QSize base_{72, 26};
    double zoom_ = 1.0;
    bool fitting_ = false;
    int headWidth_ = 40, headHeight_ = 22;
    bool uprightLabels_ = true;
    bool follows_ = true; ///< the current cell stays in sight until somebody scrolls
    std::int64_t row_ = -1, col_ = -1;
    std::int64_t hoverRow_ = -1, hoverCol_ = -1;
    mutable std::int64_t nPainted_ = 0;
};

} // namespace vitral
