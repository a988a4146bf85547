// SPDX-License-Identifier: Apache-2.0
#pragma once
// A short text as panes, one for each token: the same token has the same colour everywhere. For texts of some thousand
// tokens. Arrow keys walk. Knows values only. Thread: GUI.

#include "core/tokenizer/tokenizer.h"
#include "widgets/inside/painted.h"
#include "widgets/inside/token_flow.h"

#include <QAbstractScrollArea>

#include <string>
#include <vector>

namespace vitral {

class TokenPanes : public QAbstractScrollArea, public Painted {
    Q_OBJECT
public:
    explicit TokenPanes(QWidget* parent = nullptr);

    /// `says`: what each token says in running text; parallel to `ids`.
    void setTokens(std::vector<TokenId> ids, std::vector<std::string> says);
    void setEmptyText(const QString& text);
    [[nodiscard]] std::size_t nToken() const { return ids_.size(); }
    [[nodiscard]] int current() const { return current_; }
    void setCurrent(int index); ///< -1: none

    [[nodiscard]] QSize pictureSize() const override;
    void paintPicture(QPainter& painter) const override;
    [[nodiscard]] QString csv() const override;
    [[nodiscard]] QSize sizeHint() const override { return {480, 150}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {200, 80}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    void layOut();
    [[nodiscard]] QString describe(int index) const;
    [[nodiscard]] int indexAt(QPoint point) const;
    void paintTokens(QPainter& painter, double top, double bottom, bool live) const;

    std::vector<TokenId> ids_;
    std::vector<std::string> says_;
    TokenFlow flow_;
    QString empty_;
    int current_ = -1;
};

} // namespace vitral
