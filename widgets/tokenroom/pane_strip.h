// SPDX-License-Identifier: Apache-2.0
#pragma once
// Panes side by side that go on in a next row: the pre-tokens of a text, the tokens of a word, one way to cut it. Each
// may carry a caption; one may be chosen. Values in, intents out. Thread: GUI.

#include <QString>
#include <QWidget>

#include <vector>

namespace vitral {

struct StripPane {
    QString text, caption;
    int glass = -1;      ///< colour of the pane; -1: plain
    bool marked = false; ///< changed, or not found: an outline and, for a reader, `note`
    bool muted = false;
    QString note; ///< tool tip
};

class PaneStrip : public QWidget {
    Q_OBJECT
public:
    explicit PaneStrip(QWidget* parent = nullptr);
    void setPanes(std::vector<StripPane> panes, int chosen = -1);
    [[nodiscard]] const std::vector<StripPane>& panes() const { return panes_; }
    [[nodiscard]] int chosen() const { return chosen_; }
    void setClickable(bool on);

    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

signals:
    void clicked(int pane);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] std::vector<QRectF> arrange(double width) const;
    [[nodiscard]] int paneAt(const QPointF& point) const;
    void describe();

    std::vector<StripPane> panes_;
    mutable std::vector<QRectF> rects_;
    mutable double arrangedFor_ = -1;
    int chosen_ = -1;
    bool clickable_ = false;
};

} // namespace vitral
