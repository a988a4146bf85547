// SPDX-License-Identifier: Apache-2.0
#pragma once
// What else the model thought of at one token: the alternatives as bars with their exact probabilities, the token's id
// and bytes, and a fork from here with another one. While the pointer only passes, it shows; a click keeps it and makes
// it answer to the keyboard; then a click on the numbers above the bars, or the right arrow, unfolds them. Thread: GUI.

#include "core/chat/conversation.h"
#include "core/tokenizer/tokenizer.h"

#include <QFrame>

#include <memory>
#include <vector>

namespace vitral {

class AlternativesPopup : public QFrame {
    Q_OBJECT
public:
    explicit AlternativesPopup(QWidget* parent = nullptr);

    /// `where`: the token's pane, in global coordinates. `keep`: takes the focus and stays until it is answered.
    void showToken(const MessageToken& token, std::shared_ptr<const Tokenizer> tokenizer, const QRect& where, bool keep,
                   bool canFork);
    /// When kept, it leaves keys and clicks to the window below.
    void setModest(bool on) { modest_ = on; }
    [[nodiscard]] bool kept() const { return keep_ && isVisible(); }
    void passBy(); ///< the pointer left; does nothing when kept
    [[nodiscard]] int nRow() const { return static_cast<int>(rows_.size()); }
    [[nodiscard]] int currentRow() const { return current_; }
    [[nodiscard]] QSize sizeHint() const override;

signals:
    void forkAsked(const vitral::MessageToken& with);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    struct Row {
        TokenId id = 0;
        QString text;
        std::string bytes;
        double probability = 0;
        bool chosen = false;
    };
    [[nodiscard]] QRectF rowRect(int row) const;
    [[nodiscard]] int rowAt(const QPointF& point) const;
    void setCurrent(int row);
    void choose(int row);
    void unfold(); ///< the arithmetic of the chosen token's numbers

    MessageToken token_;
    std::shared_ptr<const Tokenizer> tokenizer_;
    std::vector<Row> rows_;
    QString headline_, details_;
    bool keep_ = false, canFork_ = false, modest_ = false;
    int current_ = -1;
};

} // namespace vitral
