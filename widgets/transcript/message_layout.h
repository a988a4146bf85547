// SPDX-License-Identifier: Apache-2.0
#pragma once
// One message of the transcript: its head, its blocks (parsed and laid out only when seen) and the row under it. While
// it streams, only the tail that may still change is parsed again, and equal blocks keep their lines. Thread: GUI.

#include "core/chat/conversation.h"
#include "widgets/transcript/block_layout.h"

#include <map>
#include <memory>
#include <vector>

namespace vitral {

enum class MessageView : std::uint8_t { Rendered, Tokens };

/// A place in the text of a message.
struct TextPlace {
    int block = 0;
    int index = 0;
    auto operator<=>(const TextPlace&) const = default;
};

struct MessageHit {
    TextPlace place;
    QString link;
    int token = -1;
    bool copyCode = false;
    bool thinkingHead = false;
    int block = -1; ///< block under the point; -1: none
};

class MessageLayout {
public:
    MessageLayout(const Message& message, MessageView view, const TranscriptStyle& style);

    void setView(MessageView view);
    [[nodiscard]] MessageView view() const { return view_; }
    /// Text or tokens were added at the end. Returns false when it has not been seen yet (nothing to do).
    bool grow();
    /// State, note or the whole text are other ones now.
    void refresh();
    void setWidth(double columnWidth, const TranscriptStyle& style); ///< forgets lines when it differs
    void restyle(const TranscriptStyle& style);

    [[nodiscard]] double height() const { return height_; }
    /// Parses and lays out what [top, bottom) of the message needs. True when the height has changed.
    bool ensure(double top, double bottom, const TranscriptStyle& style);
    void parse(); ///< blocks without lines; for copying and searching

    void paint(QPainter& painter, const QPointF& at, const QRectF& clip, TextPlace selBegin, TextPlace selEnd,
               const TranscriptStyle& style, const TokenPaint& tokens) const;

    [[nodiscard]] MessageHit hit(const QPointF& point, const TranscriptStyle& style) const;
    [[nodiscard]] QString plainText(TextPlace begin, TextPlace end) const;
    [[nodiscard]] TextPlace end() const;
    [[nodiscard]] QRectF tokenRect(int iToken) const;   ///< relative to the message
    [[nodiscard]] QString codeOfBlock(int block) const; ///< the whole listing around that chunk
    void toggleThinking(int block);
    [[nodiscard]] QRectF footerRect() const; ///< row of actions, relative to the message
    [[nodiscard]] double blockTop(int block) const;
    [[nodiscard]] int blockAtY(double y) const;
    [[nodiscard]] const Message& message() const { return *message_; }

    /// Names that stand in the head; set by the view in its language.
    struct Words {
        QString you, system, tool, thinking, thoughtFor, leftOut;
    };
    static Words words();
    /// The line below a message: why it ended, and that the model no longer reads it; empty: nothing to say.
    static QString noteOf(const Message& message);

private:
    struct Segment { ///< a stretch of thinking or of answer
        bool thinking = false, closed = true;
        std::size_t begin = 0, end = 0; ///< bytes of the text
        std::size_t stable = 0;         ///< from here on the parse may still change
        std::size_t firstBlock = 0, stableBlocks = 0, nBlocks = 0;
    };

    void parseAnswer();
    /// Parses what may have changed of one segment, puts its blocks at firstBlock, returns where the next one begins.
    std::size_t parseSegment(Segment& segment, const Segment* old, std::size_t firstBlock, bool streaming);
    [[nodiscard]] RichBlock thinkingHead(const Segment& segment, bool streaming) const;
    void parseTokens();
    void replaceFrom(std::size_t first, std::vector<RichBlock> fresh);
    void place(const TranscriptStyle& style); ///< tops and height
    [[nodiscard]] double contentWidth(const TranscriptStyle& style) const;
    [[nodiscard]] bool bubble() const;

    const Message* message_; ///< must outlive the layout (the source keeps it)
    MessageView view_;
    std::vector<std::unique_ptr<BlockLayout>> blocks_;
    std::vector<double> tops_;
    std::vector<Segment> segments_;
    std::map<std::size_t, bool> foldChoice_; ///< by segment begin: what the person chose
    std::size_t tokensParsed_ = 0;
    bool parsed_ = false, dirty_ = true;
    double columnWidth_ = 0, height_ = 0;
    QRectF box_; ///< of the bubble or the text, relative to the message
    double noteTop_ = 0, noteHeight_ = 0;
};

} // namespace vitral
