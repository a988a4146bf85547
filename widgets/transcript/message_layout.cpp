// SPDX-License-Identifier: Apache-2.0
// Parsing and placing; painting is in message_paint.cpp.
#include "widgets/transcript/message_layout.h"

#include "core/chat/template.h"
#include "widgets/chat/error_text.h"
#include "widgets/tokens/token_blocks.h"
#include "widgets/transcript/markdown_parser.h"

#include <QCoreApplication>
#include <QFontMetrics>
#include <QLocale>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {
constexpr int kHead = 28;   // name of who speaks
constexpr int kFooter = 32; // actions and numbers
constexpr int kBubblePad = design::kSpace3;
constexpr std::size_t kShrinkBelow = 4000; // bytes: longer questions fill the bubble's whole width
} // namespace

MessageLayout::Words MessageLayout::words() {
    return {QCoreApplication::translate("vitral::MessageLayout", "You"),
            QCoreApplication::translate("vitral::MessageLayout", "System"),
            QCoreApplication::translate("vitral::MessageLayout", "Tool"),
            QCoreApplication::translate("vitral::MessageLayout", "Thinking\u2026"),
            QCoreApplication::translate("vitral::MessageLayout", "Thought for %1 words"),
            QCoreApplication::translate("vitral::MessageLayout",
                                        "No longer read by the model: left out to make room in the context.")};
}

MessageLayout::MessageLayout(const Message& message, MessageView view, const TranscriptStyle& style)
    : message_(&message), view_(view) {
    // Until it is seen: characters over characters per line.
    const double lineHeight = style.reading.pixelSize() * style.lineHeight;
    const double perLine = std::max(20.0, style.maxWidth / (style.reading.pixelSize() * 0.5));
    const double lines = std::ceil(static_cast<double>(message.text.size()) / perLine) +
                         static_cast<double>(std::count(message.text.begin(), message.text.end(), '\n')) * 0.6;
    height_ = std::max(1.0, lines) * lineHeight + kHead + kFooter;
}

bool MessageLayout::bubble() const {
    return message_->role == Role::User;
}

double MessageLayout::contentWidth(const TranscriptStyle&) const {
    return bubble() ? std::floor(columnWidth_ * 0.86) - 2 * kBubblePad : columnWidth_;
}

void MessageLayout::setView(MessageView view) {
    if (view_ == view)
        return;
    view_ = view;
    blocks_.clear();
    segments_.clear();
    tokensParsed_ = 0;
    parsed_ = false;
    dirty_ = true;
}

void MessageLayout::setWidth(double columnWidth, const TranscriptStyle& style) {
    if (columnWidth == columnWidth_)
        return;
    const double old = columnWidth_;
    columnWidth_ = columnWidth;
    for (const auto& block : blocks_)
        block->estimate(contentWidth(style), style);
    if (!parsed_ && old > 0) // text of the same length on a narrower column
        height_ = (height_ - kHead - kFooter) * old / columnWidth + kHead + kFooter;
    dirty_ = true;
    if (parsed_)
        place(style);
}

void MessageLayout::restyle(const TranscriptStyle& style) {
    for (const auto& block : blocks_) {
        block->forget();
        block->estimate(contentWidth(style), style);
    }
    dirty_ = true;
    if (parsed_)
        place(style);
}

bool MessageLayout::grow() {
    if (!parsed_)
        return false;
    if (view_ == MessageView::Tokens && !message_->tokens.empty())
        parseTokens();
    else
        parseAnswer();
    dirty_ = true;
    return true;
}

void MessageLayout::refresh() {
    if (parsed_) {
        segments_.clear(); // once more from the beginning: equal blocks keep their lines
        tokensParsed_ = 0;
        parsed_ = false;
        parse();
    }
    dirty_ = true;
}

void MessageLayout::parse() {
    if (parsed_)
        return;
    parsed_ = true;
    dirty_ = true;
    if (view_ == MessageView::Tokens && !message_->tokens.empty())
        parseTokens();
    else if (message_->role == Role::Assistant)
        parseAnswer();
    else
        replaceFrom(0, parsePlain(message_->text));
}

void MessageLayout::replaceFrom(std::size_t first, std::vector<RichBlock> fresh) {
    const TranscriptStyle style = TranscriptStyle::make();
    const std::size_t total = first + fresh.size();
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        const std::size_t at = first + i;
        if (at < blocks_.size() && blocks_[at]->block() == fresh[i])
            continue;
        auto layout = std::make_unique<BlockLayout>(std::move(fresh[i]), style);
        layout->estimate(std::max(200.0, contentWidth(style)), style);
        if (at < blocks_.size()) {
            layout->growFrom(std::move(blocks_[at]));
            blocks_[at] = std::move(layout);
        } else
            blocks_.push_back(std::move(layout));
    }
    blocks_.resize(total);
}

void MessageLayout::parseTokens() {
    // Blocks are closed by line breaks: only the last one may have grown.
    std::size_t first = blocks_.size();
    std::size_t from = tokensParsed_;
    if (!blocks_.empty() && tokensParsed_ > 0) {
        --first;
        from = static_cast<std::size_t>(blocks_.back()->block().firstToken);
    } else {
        first = 0;
        from = 0;
    }
    replaceFrom(first, tokenBlocks(std::span(message_->tokens).subspan(from), static_cast<int>(from)));
    tokensParsed_ = message_->tokens.size();
}

void MessageLayout::parseAnswer() {
    std::string_view text = message_->text;
    if (message_->state == MessageState::Streaming)
        text.remove_suffix(pendingMarkerBytes(text)); // half a "<think>" is not shown
    std::vector<Segment> fresh;
    std::size_t at = 0;
    const auto add = [&](bool thinking, bool closed, std::size_t begin, std::size_t end) {
        if (end > begin || thinking) {
            Segment s;
            s.thinking = thinking;
            s.closed = closed;
            s.begin = s.stable = begin;
            s.end = end;
            fresh.push_back(s);
        }
    };
    const StartsThinking starts = message_->startsThinking ? StartsThinking::Yes : StartsThinking::No;
    for (const ThinkingSpan& span : findThinking(text, starts)) {
        add(false, true, at, span.begin);
        add(true, span.closed, span.contentBegin, span.contentEnd);
        at = span.end;
    }
    add(false, true, at, text.size());

    std::size_t same = 0; // segments that have not changed at all
    while (same < fresh.size() && same < segments_.size() && fresh[same].begin == segments_[same].begin &&
           fresh[same].end == segments_[same].end && fresh[same].closed == segments_[same].closed &&
           fresh[same].thinking == segments_[same].thinking)
        ++same;
    std::size_t next = 0; // where the next segment's blocks begin
    for (std::size_t i = 0; i < same; ++i) {
        fresh[i] = segments_[i];
        next += fresh[i].nBlocks;
    }
    for (std::size_t i = same; i < fresh.size(); ++i) {
        const Segment* old = i == same && i < segments_.size() ? &segments_[i] : nullptr;
        const bool isLast = i + 1 == fresh.size();
        next = parseSegment(fresh[i], old, next, isLast && message_->state == MessageState::Streaming);
    }
    blocks_.resize(std::min(blocks_.size(), next));
    segments_ = std::move(fresh);
}

RichBlock MessageLayout::thinkingHead(const Segment& segment, bool streaming) const {
    RichBlock head;
    head.kind = BlockKind::ThinkingHead;
    const bool over = segment.closed || !streaming;
    const auto choice = foldChoice_.find(segment.begin);
    head.folded = choice != foldChoice_.end() ? choice->second : over;
    const Words w = words();
    head.text = w.thinking;
    if (over) {
        const std::string_view content =
            std::string_view(message_->text).substr(segment.begin, segment.end - segment.begin);
        const QString text = QString::fromUtf8(content.data(), static_cast<qsizetype>(content.size())).simplified();
        head.text = w.thoughtFor.arg(QLocale().toString(text.isEmpty() ? 0 : text.count(QLatin1Char(' ')) + 1));
    }
    return head;
}

std::size_t MessageLayout::parseSegment(Segment& s, const Segment* old, std::size_t firstBlock, bool streaming) {
    const std::string_view text = message_->text;
    const bool grown = old != nullptr && old->begin == s.begin && old->thinking == s.thinking &&
                       old->closed == s.closed && old->end <= s.end;
    std::vector<RichBlock> blocks;
    s.firstBlock = firstBlock;
    bool hidden = false;
    if (grown) {
        s.stable = old->stable;
        s.stableBlocks = old->stableBlocks;
        hidden = s.thinking && blocks_[firstBlock]->block().folded;
    } else if (s.thinking) {
        blocks.push_back(thinkingHead(s, streaming));
        hidden = blocks.front().folded;
    }
    const std::size_t first = firstBlock + s.stableBlocks;
    if (!hidden) {
        ParsedMarkdown parsed = parseMarkdown(text.substr(s.stable, s.end - s.stable));
        if (streaming) {
            s.stableBlocks += parsed.nBlocksBefore + (grown || !s.thinking ? 0 : 1);
            s.stable += parsed.lastBegin;
        }
        for (RichBlock& block : parsed.blocks) {
            block.thinking = s.thinking;
            blocks.push_back(std::move(block));
        }
    } else if (grown) {
        s.nBlocks = old->nBlocks; // folded: nothing of it is shown
        return firstBlock + s.nBlocks;
    }
    s.nBlocks = first + blocks.size() - firstBlock;
    replaceFrom(first, std::move(blocks));
    return firstBlock + s.nBlocks;
}

void MessageLayout::toggleThinking(int block) {
    for (const Segment& s : segments_) {
        if (!s.thinking || s.firstBlock != static_cast<std::size_t>(block))
            continue;
        foldChoice_[s.begin] = !blocks_[s.firstBlock]->block().folded;
        segments_.clear();
        parseAnswer();
        dirty_ = true;
        return;
    }
}

bool MessageLayout::ensure(double top, double bottom, const TranscriptStyle& style) {
    const double before = height_;
    parse();
    if (dirty_)
        place(style);
    const double width = contentWidth(style);
    const bool shrink = bubble() && message_->text.size() < kShrinkBelow;
    for (int pass = 0; pass < 8; ++pass) {
        bool changed = false;
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            BlockLayout& block = *blocks_[i];
            if (!shrink && (tops_[i] + block.height() < top || tops_[i] > bottom))
                continue;
            if (block.exact())
                continue;
            block.layOut(width, style);
            changed = true;
        }
        if (!changed)
            break;
        place(style);
    }
    return std::abs(before - height_) > 0.5;
}

void MessageLayout::place(const TranscriptStyle& style) {
    dirty_ = false;
    tops_.resize(blocks_.size());
    double y = bubble() ? kBubblePad + design::kSpace2 : kHead;
    const double contentTop = y;
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        if (i > 0)
            y += blocks_[i]->gapBefore(style);
        tops_[i] = std::round(y);
        y = tops_[i] + blocks_[i]->height();
    }
    if (blocks_.empty())
        y += style.reading.pixelSize() * style.lineHeight; // room for the waiting mark
    const double width = contentWidth(style);
    if (bubble()) {
        double natural = 24;
        if (message_->text.size() < kShrinkBelow)
            for (const auto& block : blocks_)
                natural = std::max(natural, block->naturalWidth());
        else
            natural = width;
        const double w = std::min(width, std::ceil(natural)) + 2 * kBubblePad;
        box_ = QRectF(columnWidth_ - w, contentTop - kBubblePad, w, y - contentTop + 2 * kBubblePad);
        y = box_.bottom();
    } else {
        box_ = QRectF(0, contentTop, width, y - contentTop);
    }
    noteHeight_ = 0;
    if ((!message_->note.empty() && message_->state != MessageState::Streaming) || message_->leftOut) {
        const QFontMetrics metrics(style.small);
        const QRect r = metrics.boundingRect(QRect(0, 0, static_cast<int>(columnWidth_) - 56, 2000), Qt::TextWordWrap,
                                             noteOf(*message_));
        noteTop_ = y + design::kSpace2;
        noteHeight_ = r.height() + 2 * design::kSpace2;
        y = noteTop_ + noteHeight_;
    }
    height_ = std::round(y + kFooter);
}

// Notes that the store writes are English in the file.
QString MessageLayout::noteOf(const Message& message) {
    const QString written = QString::fromStdString(message.note);
    const QString translated = translatedSentence(written);
    const QString why = translated.isEmpty() ? written : translated;
    if (!message.leftOut)
        return why;
    const QString mark = words().leftOut;
    return why.isEmpty() || message.state == MessageState::Streaming ? mark : mark + QLatin1Char(' ') + why;
}

QRectF MessageLayout::footerRect() const {
    return QRectF(0, height_ - kFooter, columnWidth_, kFooter);
}

double MessageLayout::blockTop(int block) const {
    return block >= 0 && block < static_cast<int>(tops_.size()) ? tops_[static_cast<std::size_t>(block)] : 0;
}

int MessageLayout::blockAtY(double y) const {
    const auto it = std::upper_bound(tops_.begin(), tops_.end(), y);
    return std::max(0, static_cast<int>(it - tops_.begin()) - 1);
}

TextPlace MessageLayout::end() const {
    if (blocks_.empty())
        return {0, 0};
    return {static_cast<int>(blocks_.size()) - 1, blocks_.back()->length()};
}

MessageHit MessageLayout::hit(const QPointF& point, const TranscriptStyle&) const {
    MessageHit result;
    if (blocks_.empty() || tops_.size() != blocks_.size())
        return result;
    const int i = blockAtY(point.y());
    const BlockLayout& block = *blocks_[static_cast<std::size_t>(i)];
    const QPointF inside = point - QPointF(bubble() ? box_.left() + kBubblePad : 0, tops_[static_cast<std::size_t>(i)]);
    result.place = {i, inside.y() > block.height() ? block.length() : block.indexAt(inside)};
    const bool within = inside.y() >= 0 && inside.y() <= block.height();
    if (within) {
        result.block = i;
        result.link = block.linkAt(inside);
        result.token = block.tokenAt(inside);
        if (block.block().kind == BlockKind::Code && block.block().firstChunk)
            result.copyCode = block.headRect().contains(inside);
        if (block.block().kind == BlockKind::ThinkingHead)
            result.thinkingHead = true;
    }
    return result;
}

QString MessageLayout::plainText(TextPlace begin, TextPlace last) const {
    QString out;
    for (int i = begin.block; i <= last.block && i < static_cast<int>(blocks_.size()); ++i) {
        const BlockLayout& block = *blocks_[static_cast<std::size_t>(i)];
        const int from = i == begin.block ? begin.index : 0;
        const int to = i == last.block ? last.index : block.length();
        if (i > begin.block) {
            const bool joined = block.block().tight ||
                                (block.block().kind == BlockKind::Code && !block.block().firstChunk) ||
                                block.block().kind == BlockKind::Tokens;
            out += joined ? QStringLiteral("\n") : QStringLiteral("\n\n");
        }
        out += block.plainText(from, to);
    }
    return out;
}

QString MessageLayout::codeOfBlock(int index) const {
    QString out;
    for (std::size_t i = static_cast<std::size_t>(index); i < blocks_.size(); ++i) {
        const RichBlock& b = blocks_[i]->block();
        if (b.kind != BlockKind::Code || (i > static_cast<std::size_t>(index) && b.firstChunk))
            break;
        if (!out.isEmpty())
            out += QLatin1Char('\n');
        out += b.text;
        if (b.lastChunk)
            break;
    }
    return out.replace(QChar::LineSeparator, QLatin1Char('\n'));
}

QRectF MessageLayout::tokenRect(int iToken) const {
    for (std::size_t i = 0; i < blocks_.size() && i < tops_.size(); ++i) {
        const QRectF r = blocks_[i]->tokenRect(iToken);
        if (!r.isEmpty())
            return r.translated(bubble() ? box_.left() + kBubblePad : 0, tops_[i]);
    }
    return {};
}

} // namespace vitral
