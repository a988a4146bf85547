// SPDX-License-Identifier: Apache-2.0
#pragma once
// The recorded tokens as text, each on a pane shaded by its weight, with arcs to the token that is looked from. Only
// what is seen is painted. Thread: GUI.

#include "core/trace/recording.h"
#include "widgets/inside/painted.h"
#include "widgets/inside/token_flow.h"
#include "widgets/inside/token_weights.h"

#include <QAbstractScrollArea>
#include <QHash>

namespace vitral {

class TextCanvas : public QAbstractScrollArea, public Painted {
    Q_OBJECT
public:
    explicit TextCanvas(QWidget* parent = nullptr);
    void askUnfold(); ///< as Enter does

    /// A longer snapshot of the same run is appended; another one starts anew.
    void setRecording(RecordingPtr recording, bool grew);
    void setWeights(TokenWeights weights); ///< position -1: none
    [[nodiscard]] const TokenWeights& weights() const { return weights_; }
    void setMarked(std::int64_t position, std::int64_t key); ///< the selection
    void setArcs(bool on);
    void setThreshold(double weight);
    [[nodiscard]] double threshold() const { return threshold_; }
    void setDirection(LookDirection direction);
    void showToken(std::int64_t position);
    [[nodiscard]] const TokenFlow& flow() const { return flow_; }
    /// Weight (of all, by size) that lies in tokens below the threshold.
    [[nodiscard]] double shareBelow() const;
    [[nodiscard]] std::vector<double> weightsBelow(double* whole) const; ///< what it is the share of, by size
    [[nodiscard]] int nArc() const;
    [[nodiscard]] bool hasCaption(std::int64_t token) const;     ///< its number is on the screen
    [[nodiscard]] QPoint captionPlace(std::int64_t token) const; ///< in the viewport; a token without one: itself
    [[nodiscard]] double lastPaintMs() const { return lastPaintMs_; }

    [[nodiscard]] QSize pictureSize() const override;
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;

signals:
    void tokenHovered(qint64 position); ///< -1: none
    void tokenClicked(qint64 position);
    /// A click on the number over a token, or Enter (the other token of the selection, or the largest weight).
    void unfoldAsked(qint64 position, QPoint at);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    bool viewportEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;

private:
    void layOut(bool anew);
    void updateScrollBar(bool stick);
    void paintContent(QPainter& painter, double top, double bottom) const;
    void paintPanes(QPainter& painter, std::int64_t first, std::int64_t end) const;
    void paintArcs(QPainter& painter, double top, double bottom) const;
    void paintWords(QPainter& painter, std::int64_t first, std::int64_t end) const;
    [[nodiscard]] double weightAt(std::int64_t i) const;
    [[nodiscard]] bool counts(std::int64_t i) const;  ///< at or above the threshold
    [[nodiscard]] bool isAlone(std::int64_t i) const; ///< of a difference: not in the other run
    [[nodiscard]] std::int64_t tokenAt(const QPoint& point) const;
    [[nodiscard]] std::int64_t captionAt(const QPoint& point) const; ///< whose number is there; -1: none
    struct Caption {
        std::int64_t token = 0;
        QRectF box; ///< as the text lies
    };
    mutable std::vector<Caption> captions_; ///< of the last paint

    RecordingPtr recording_;
    TokenFlow flow_;
    QHash<QString, double> widths_;
    TokenWeights weights_;
    std::int64_t position_ = -1, key_ = -1, hovered_ = -1;
    LookDirection direction_ = LookDirection::LooksAt;
    std::int64_t shown_ = -1; ///< brought into view last; stays there when the width changes
    bool arcs_ = true;
    double threshold_ = 0.01;
    double lastPaintMs_ = 0;
};

/// 0..1 on a logarithmic scale from 0.1 % to 100 %: the shade of a weight, the same for every token and head.
[[nodiscard]] double shadeOf(double weight);

} // namespace vitral
