// SPDX-License-Identifier: Apache-2.0
#pragma once
// Several pictures in rows, each with its name and its numbers; one pixel marked in all of them. Arrow keys move the
// pixel (Shift: by 8), Page Up and Down the picture, Enter acts, + and - change the size. Knows values only. Thread:
// GUI.

#include "widgets/denoise/picture_image.h"
#include "widgets/inside/painted.h"

#include <QPoint>
#include <QStringList>
#include <QWidget>

#include <functional>
#include <vector>

namespace vitral {

struct BoardPicture {
    QString key;     ///< the same picture of another step has the same key: the marked one stays marked
    QString title;   ///< above
    QString caption; ///< below: its numbers
    QString words;   ///< tool tip and for screen readers
    ShownPicture shown;
    QString note;        ///< in the place of a picture that is not there
    bool strong = false; ///< has a thicker frame: the one that goes on
};

struct BoardContent {
    std::vector<BoardPicture> pictures;
    int nColumn = 0;         ///< 0: as many as fit
    QStringList columnHeads; ///< with nColumn
    QStringList rowHeads;    ///< with nColumn
    QString empty;           ///< what to do when there is nothing
    int captionLines = 2;
};

class PictureBoard : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit PictureBoard(QWidget* parent = nullptr);

    void setContent(BoardContent content);
    [[nodiscard]] const BoardContent& content() const { return content_; }
    void setSmooth(bool smooth); ///< else pixels are squares
    [[nodiscard]] bool smooth() const { return smooth_; }
    void setEdge(int pixels); ///< wanted size of a picture at font scale 1
    [[nodiscard]] int edge() const { return edge_; }
    /// Pictures grow to fill the width when there are few.
    void setGrowing(bool on);

    [[nodiscard]] int current() const { return current_; }
    void setCurrent(int index);
    /// In values of the pictures; (-1, -1): none. Only pictures with that many pixels show it.
    [[nodiscard]] QPoint pixel() const { return pixel_; }
    void setPixel(QPoint pixel);
    [[nodiscard]] QRect pictureRect(int index) const; ///< where the picture itself lies

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] QSize pictureSize() const override { return {width(), heightForWidth(width())}; }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override { return csv_ ? csv_() : QString(); }
    /// The board knows images; who fills it knows the numbers.
    void setCsv(std::function<QString()> csv) { csv_ = std::move(csv); }

signals:
    void pixelChanged(QPoint pixel); ///< by the person
    void currentChanged(int index);
    void activated(int index); ///< double click or Enter
    void edgeChanged(int pixels);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Layout {
        int nColumn = 1, edge = 0, left = 0, top = 0, cellWidth = 0, cellHeight = 0, title = 0, caption = 0;
    };
    [[nodiscard]] Layout layoutFor(int width) const;
    [[nodiscard]] QRect cellRect(const Layout& layout, int index) const;
    [[nodiscard]] QRect imageRect(const Layout& layout, int index) const;
    [[nodiscard]] int at(QPoint point) const;
    void choose(QPoint point);
    void paint(QPainter& painter, bool live) const;
    void paintOne(QPainter& painter, const Layout& layout, int index, bool live) const;
    void describe();

    BoardContent content_;
    std::function<QString()> csv_;
    int edge_ = 100;
    int current_ = -1;
    QPoint pixel_{-1, -1};
    bool smooth_ = false, growing_ = true;
};

} // namespace vitral
