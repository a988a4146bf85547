// SPDX-License-Identifier: Apache-2.0
#pragma once
// A prompt in its parts: a line that says who wrote the part, then its text with a pane for every token. Only what is
// seen is laid out. Thread: GUI.

#include "core/chat/context_assembly.h"
#include "widgets/tokenroom/token_block_layout.h"
#include "widgets/tokenroom/token_cut.h"

#include <QAbstractScrollArea>
#include <QHash>

#include <memory>

namespace vitral {

/// Where each id of a prompt stands in its text, by what it says; a token that says nothing stands where it would be.
[[nodiscard]] std::vector<PlacedToken> placeTokens(const Tokenizer& tokenizer, std::string_view text,
                                                   std::span<const TokenId> ids);

class PromptCanvas : public QAbstractScrollArea {
    Q_OBJECT
public:
    enum class Writer : std::uint8_t { Template, System, User, Model, Document };
    struct Part {
        Writer writer = Writer::Template;
        std::size_t begin = 0, end = 0; ///< bytes of the prompt's text
        std::size_t nToken = 0;
    };

    explicit PromptCanvas(QWidget* parent = nullptr);
    void setPrompt(std::shared_ptr<const AssembledContext> context, std::vector<Part> parts,
                   std::shared_ptr<const Tokenizer> tokenizer);
    void setLook(const TokenLook& look);
    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
    [[nodiscard]] const std::vector<PlacedToken>& tokens() const { return tokens_; }
    [[nodiscard]] static QString writerName(Writer writer);
    [[nodiscard]] std::size_t nLaidOut() const { return nLaidOut_; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    struct Item { ///< a heading (text empty) or a line of a part
        std::size_t part, begin, end;
        bool heading;
    };
    [[nodiscard]] double heightOf(std::size_t item);
    [[nodiscard]] std::shared_ptr<const TokenBlockLayout> layoutOf(std::size_t item);
    void scrollBy(double pixels);
    void keepInside();
    void describe();

    std::shared_ptr<const AssembledContext> context_;
    std::shared_ptr<const Tokenizer> tokenizer_;
    std::vector<Part> parts_;
    std::vector<PlacedToken> tokens_;
    std::vector<Item> items_;
    QHash<quint64, std::shared_ptr<const TokenBlockLayout>> cache_; ///< by item
    TokenLook look_;
    std::size_t top_ = 0;
    double offset_ = 0;
    bool barMoves_ = false;
    std::size_t nLaidOut_ = 0;
};

} // namespace vitral
