// SPDX-License-Identifier: Apache-2.0
#pragma once
// A network drawn: the way down at the left, the way up at the right, the middle below, skip connections across with
// the factor each carries. A click chooses a block or a skip; arrows walk, + and - change the factor of the chosen
// skip, 0 switches it off and 1 brings it back. Knows values only. Thread: GUI.

#include "widgets/denoise/network_drawing.h"
#include "widgets/inside/painted.h"

#include <QWidget>

#include <vector>

namespace vitral {

class NetworkCanvas : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit NetworkCanvas(QWidget* parent = nullptr);

    void setDrawing(NetworkDrawing drawing);
    [[nodiscard]] const NetworkDrawing& drawing() const { return drawing_; }
    void setEmptyText(const QString& text);
    void setScales(std::vector<float> scales); ///< empty: all 1
    [[nodiscard]] float scale(int skip) const;
    [[nodiscard]] int block() const { return block_; }
    void setBlock(int block);
    [[nodiscard]] int skip() const { return skip_; } ///< -1: none
    void setSkip(int skip);
    [[nodiscard]] QRect blockRect(int block) const;
    [[nodiscard]] QRect skipRect(int skip) const; ///< where its factor stands
    /// "res. 0", "attn. 1": the last parts of a block's name, in short words.
    [[nodiscard]] static QString blockTitle(const std::string& name);
    [[nodiscard]] QString blockWords(int block) const; ///< all its numbers in one line

    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void blockChosen(int block);
    void skipChosen(int skip);
    void scaleChosen(int skip, double factor); ///< by the keyboard

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    void layOut() const;
    [[nodiscard]] int rowHeight() const;
    void paint(QPainter& painter, bool live) const;
    void paintSkip(QPainter& painter, int skip, bool live) const;
    void walk(int column, int row);
    void choose(int block, int skip);
    void describe();

    NetworkDrawing drawing_;
    std::vector<float> scales_;
    QString empty_;
    int block_ = -1, skip_ = -1;
    mutable std::vector<QRect> blocks_; ///< as laid out for laidOut_
    mutable QSize laidOut_;
};

} // namespace vitral
