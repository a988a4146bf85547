// SPDX-License-Identifier: Apache-2.0
#pragma once
// The time of a run as a strip of thumbnails: a moment before each step and one after the last, from noise to picture;
// below it, on the same axis, the forward process of a picture (noise added, read from right to left). Click, drag,
// arrows, Home and End choose the moment. Where there is no room for all thumbnails it shows every k-th and says so.
// Thread: GUI.

#include "widgets/inside/painted.h"

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <vector>

namespace vitral {

struct StripContent {
    int nMoment = 0;             ///< of the whole run; may be more than there are thumbnails yet
    std::vector<QImage> run;     ///< [<= nMoment]
    std::vector<QImage> forward; ///< [nMoment] or empty
    QStringList marks;           ///< [nMoment] under the strip: noise levels
    QStringList words;           ///< [nMoment] for screen readers and tool tips
    int branchedAt = -1;         ///< moment where this run left its parent; -1: none
    QString runName, forwardName, empty;
};

class StepStrip : public QWidget, public Painted {
    Q_OBJECT
public:
    explicit StepStrip(QWidget* parent = nullptr);

    void setContent(StripContent content);
    [[nodiscard]] const StripContent& content() const { return content_; }
    [[nodiscard]] int current() const { return current_; }
    void setCurrent(int moment); ///< does not signal
    void setSmooth(bool smooth);
    [[nodiscard]] int shownEvery() const; ///< 1: all thumbnails are on the screen
    /// Moments whose thumbnails are drawn, none over another: every shownEvery()-th counted back from the last one,
    /// which is the run's result, and the current one in place of those it would cover.
    [[nodiscard]] std::vector<int> shownMoments() const;

    [[nodiscard]] QSize pictureSize() const override { return size(); }
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override { return {}; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void momentChosen(int moment);
    void roomChanged(); ///< its width is another one now, and with it shownEvery()

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] int thumb() const; ///< edge of a thumbnail
    [[nodiscard]] int nRow() const { return content_.forward.empty() ? 1 : 2; }
    [[nodiscard]] double xOf(int moment) const; ///< middle of its place
    [[nodiscard]] int momentAt(double x) const;
    void choose(int moment);
    void paint(QPainter& painter, bool live) const;

    StripContent content_;
    int current_ = 0;
    bool smooth_ = false;
};

} // namespace vitral
