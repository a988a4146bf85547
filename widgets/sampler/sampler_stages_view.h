// SPDX-License-Identifier: Apache-2.0
#pragma once
// The next-token distribution before the first and after every sampler, as strips of glass: each pane is a candidate,
// its width the probability it has at that stage, so what a sampler cuts away is seen to go. Every number is the
// engine's own (SamplerTrace); candidates beyond those the trace keeps are drawn as one grey pane that says so. Thread:
// GUI.

#include "core/sample/sampler.h"

#include <QString>
#include <QWidget>

#include <functional>
#include <memory>

namespace vitral {

class SamplerStagesView : public QWidget {
    Q_OBJECT
public:
    using PieceText = std::function<QString(TokenId)>;

    explicit SamplerStagesView(QWidget* parent = nullptr);

    /// `chosen`: the token that was drawn in the end, marked; kNone for none. A null trace empties the view.
    void setTrace(std::shared_ptr<const SamplerTrace> trace, PieceText pieceText, TokenId chosen = kNone);
    static constexpr TokenId kNone = -1;

    /// "Top-k", "Temperature", ... in the language of the program; the first strip is "Model".
    static QString stageName(SamplerStage stage);

    [[nodiscard]] int currentStage() const { return iStage_; }
    [[nodiscard]] int currentCandidate() const { return iCandidate_; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool event(QEvent* event) override;

private:
    struct Pane {
        QRectF rect;
        int iStage;
        int iCandidate; ///< -1: the rest that the trace does not list
        double probability;
    };
    [[nodiscard]] QRectF stripRect(int iStage) const;
    [[nodiscard]] std::vector<Pane> panesOf(int iStage) const;
    [[nodiscard]] QString title(int iStage) const;
    [[nodiscard]] QString describe(int iStage, int iCandidate) const;
    /// Colour of a token: the same in every strip, by its place in the first one.
    [[nodiscard]] QColor colourOf(TokenId id) const;
    void select(int iStage, int iCandidate);

    std::shared_ptr<const SamplerTrace> trace_;
    PieceText pieceText_;
    TokenId chosen_ = kNone;
    int iStage_ = 0;
    int iCandidate_ = 0;
    bool hovering_ = false;
};

} // namespace vitral
