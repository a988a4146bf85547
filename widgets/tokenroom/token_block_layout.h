// SPDX-License-Identifier: Apache-2.0
#pragma once
// One block of a text (token_units) laid out for a column: as running text with a pane behind every token, or as cells
// that carry what is asked for below them (ids, pieces, bytes, code points). Thread: GUI.

#include "core/tokenizer/tokenizer.h"
#include "widgets/tokenroom/token_units.h"

#include <QFont>
#include <QPointF>
#include <QRectF>
#include <QTextLayout>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

class QPainter;

namespace vitral::design {
struct Palette;
}

namespace vitral {

/// What is shown of every token.
struct TokenLook {
    bool ids = false, pieces = false, bytes = false, codePoints = false;
    bool blanks = false; ///< white space made visible
    [[nodiscard]] bool cells() const { return ids || pieces || bytes || codePoints; }
    bool operator==(const TokenLook&) const = default;
};

/// A token of the block: its bytes in the block (a token may begin before it or go on behind it).
struct BlockToken {
    std::uint32_t begin = 0, end = 0;
    TokenId id = -1;
    bool startsHere = true;
    std::uint32_t fromFirst = 0; ///< its place among the tokens that touch the block
    bool operator==(const BlockToken&) const = default;
};

/// What a column is drawn with.
struct BlockStyle {
    QFont text, caption;
    TokenLook look;
    double width = 0;                     ///< of the column, in pixels
    const Tokenizer* tokenizer = nullptr; ///< for pieces
    bool markControl = false;             ///< control tokens have dashed lines above and below
};

class TokenBlockLayout {
public:
    TokenBlockLayout(std::string_view bytes, std::vector<BlockToken> tokens, const BlockStyle& style);

    [[nodiscard]] double height() const { return height_; }
    [[nodiscard]] const std::vector<BlockToken>& tokens() const { return tokens_; }
    [[nodiscard]] std::size_t nPane() const { return panes_.size(); }

    /// What stands out: bytes of the block, equal: nothing.
    struct Marks {
        std::uint32_t selectedBegin = 0, selectedEnd = 0; ///< as text
        std::uint32_t hoverBegin = 0, hoverEnd = 0;
        std::uint32_t chosenBegin = 0, chosenEnd = 0; ///< the chosen token
    };
    void paint(QPainter& painter, const QPointF& at, const design::Palette& palette, const Marks& marks) const;

    /// The bytes boundary nearest to a point of the block.
    [[nodiscard]] std::uint32_t byteAt(const QPointF& point) const;
    /// Index into tokens(); -1: none there.
    [[nodiscard]] int tokenAt(const QPointF& point) const;
    [[nodiscard]] QRectF caretRect(std::uint32_t byte) const;
    /// Where bytes stand, one rectangle a row and run.
    [[nodiscard]] std::vector<QRectF> rectsOf(std::uint32_t begin, std::uint32_t end) const;

private:
    struct Placed {
        double x = 0, width = 0;
        std::int32_t row = 0;
        bool rightToLeft = false;
    };
    struct Row {
        double top = 0, height = 0;
    };
    struct Pane {
        std::int32_t token; ///< -1: no token's (cells only)
        std::int32_t row;
        double x, width;
    };
    struct Cell {
        double x, textWidth, width;
        std::int32_t row, token;
        std::uint32_t firstUnit, endUnit;
        QStringList captions;
        std::unique_ptr<QTextLayout> text;
    };
    void layOutText(const BlockStyle& style);
    void layOutCells(const BlockStyle& style);
    [[nodiscard]] QStringList captionsOf(const BlockToken& token, const BlockStyle& style) const;
    void paintPanes(QPainter& painter, const design::Palette& palette) const;
    void paintInk(QPainter& painter, const design::Palette& palette) const;
    void paintOutline(QPainter& painter, const QColor& colour, std::uint32_t begin, std::uint32_t end,
                      double pen) const;
    [[nodiscard]] QRectF unitRect(std::size_t unit) const;

    std::string bytes_;
    std::vector<BlockToken> tokens_;
    std::vector<bool> control_; ///< parallel to tokens_, where they are marked
    TokenLook look_;
    QFont captionFont_;
    TokenUnits units_;
    std::vector<Placed> placed_; ///< parallel to units_.units
    std::vector<Row> rows_;
    std::vector<Pane> panes_;
    std::vector<Cell> cells_;
    std::unique_ptr<QTextLayout> text_;
    double textHeight_ = 0, captionHeight_ = 0, height_ = 0;
};

/// The colour of a token's pane: the same id has the same one everywhere.
[[nodiscard]] int glassOfToken(TokenId id);

} // namespace vitral
