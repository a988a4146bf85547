// SPDX-License-Identifier: Apache-2.0
#pragma once
// The tree of a conversation as a picture: one pane of glass for every message, the branch on screen drawn strong.
// Knows values only, never the store. Arrow keys walk, Enter or a click shows that branch in the chat, Ctrl + wheel
// zooms. Thread: GUI.

#include "widgets/design/painted_area.h"
#include "widgets/tree/tree_layout.h"

namespace vitral {

class ConversationTreeView : public PaintedArea {
    Q_OBJECT
public:
    explicit ConversationTreeView(QWidget* parent = nullptr);

    /// `activePath`: root to leaf, as shown in the chat. Keeps the zoom; scrolls to the end of the path when the
    /// conversation is another one (no shared message).
    void setTree(std::vector<MessageNode> nodes, std::vector<MessageId> activePath);
    [[nodiscard]] MessageId current() const { return current_; }
    void setCurrent(MessageId id);
    [[nodiscard]] double zoom() const { return zoom_; }
    void setZoom(double zoom);
    /// Where a message is drawn, in viewport coordinates (tests, exports). Empty when it is not in the tree.
    [[nodiscard]] QRectF paneRect(MessageId id) const;

    [[nodiscard]] QSize sizeHint() const override { return {420, 480}; }

signals:
    /// The person wants that branch in the chat.
    void messageActivated(qint64 id);
    void currentChanged(qint64 id);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    [[nodiscard]] QString readOutAt(QPoint point) const override;
    void measure() override;
    void retranslate() override;
    void pointerLeft() override;

private:
    [[nodiscard]] QRectF placeRect(const TreePlace& place) const; ///< scene pixels at the current zoom
    [[nodiscard]] QPointF origin() const;                         ///< scene to viewport
    [[nodiscard]] const TreePlace* placeAt(QPointF viewportPoint) const;
    [[nodiscard]] const MessageNode& nodeOf(const TreePlace& place) const;
    void ensureVisible(MessageId id);
    void step(int key);
    void describeCurrent();
    void paintEdges(QPainter& painter, const QRectF& visible) const;
    void paintPane(QPainter& painter, const TreePlace& place) const;

    std::vector<MessageNode> nodes_;
    std::vector<MessageId> activePath_;
    TreeLayout layout_;
    MessageId current_ = kNoMessage;
    MessageId hovered_ = kNoMessage;
    double zoom_ = 1.0;
};

} // namespace vitral
