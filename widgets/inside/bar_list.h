// SPDX-License-Identifier: Apache-2.0
#pragma once
// Labelled bars under each other, all on one scale: candidates for a token, contributions to a logit, active neurons.
// Values may be negative: then bars leave a middle line to both sides. Arrow keys walk, Enter acts. Paints what is on
// screen only. Knows values only. Thread: GUI.

#include "widgets/design/painted_area.h"
#include "widgets/design/palette.h"
#include "widgets/inside/painted.h"

#include <QString>

#include <vector>

namespace vitral {

struct Bar {
    QString label;
    double value = 0;
    QString valueText;   ///< empty: the number itself
    QString description; ///< the read-out; empty: label and value
    design::Glass glass = design::Glass::Cobalt;
    bool strong = false; ///< a sum, or what is asked about: a line above, strong words
};

struct BarContent {
    std::vector<Bar> bars;
    double largest = 0; ///< of the scale; 0: the largest absolute value there is
    bool signedBars = false;
    bool unfolds = false;           ///< numbers are links: a click on one, or Enter, asks for its arithmetic
    QString labelTitle, valueTitle; ///< for the CSV file
    QString empty;                  ///< what to do when there is nothing
};

class BarList : public PaintedArea, public Painted {
    Q_OBJECT
public:
    explicit BarList(QWidget* parent = nullptr);

    void setContent(BarContent content);
    [[nodiscard]] const BarContent& content() const { return content_; }
    [[nodiscard]] int current() const { return current_; }
    void setCurrent(int index);                   ///< -1: none
    [[nodiscard]] QRect barRect(int index) const; ///< the whole line, in viewport coordinates

    [[nodiscard]] QSize pictureSize() const override;
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override; ///< two bars: what stands around it needs room, too

signals:
    void currentChanged(int index);
    void activated(int index);              ///< double click or Enter
    void unfoldAsked(int index, QPoint at); ///< `at`: where the number stands, in global coordinates

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    [[nodiscard]] QString readOutAt(QPoint point) const override;
    void measure() override;

private:
    [[nodiscard]] int lineHeight() const;
    [[nodiscard]] int indexAt(QPoint point) const;
    [[nodiscard]] QString describe(int index) const;
    [[nodiscard]] QString valueText(const Bar& bar) const;
    void paintBars(QPainter& painter, int width, int first, int end, int shift, bool live) const;

    void askUnfold(int index);

    BarContent content_;
    int current_ = -1;
    mutable int numberWidth_ = 0; ///< of the column of numbers, as painted last
};

} // namespace vitral
