// SPDX-License-Identifier: Apache-2.0
// A column: what is seen of the text, laid out, scrolled and painted. Keys and mouse are in token_canvas_input.cpp.
#include "widgets/tokenroom/token_canvas.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/tokenroom/token_canvas_accessible.h"

#include <QApplication>
#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {

constexpr int kBarSteps = 16; ///< scroll bar values a block
constexpr int kMarginX = design::kSpace2;
constexpr int kMostCached = 600; ///< blocks kept laid out

} // namespace

TokenCanvas::TokenCanvas(TokenController& tokens, const TextBlocks& blocks, TextCaret& caret, int serial,
                         QWidget* parent)
    : QAbstractScrollArea(parent), tokens_(tokens), blocks_(blocks), caret_(caret), serial_(serial) {
    installTokenCanvasAccessible();
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_InputMethodEnabled);
    setProperty("takesText", true); // letters are typed here, also while presenting
    viewport()->setCursor(Qt::IBeamCursor);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    connect(&blink_, &QTimer::timeout, this, [this] {
        caretOn_ = !caretOn_ || QApplication::cursorFlashTime() <= 1; // since then it is to stand still
        if (QApplication::cursorFlashTime() <= 1)
            blink_.stop();
        viewport()->update();
    });
}

std::vector<PlacedToken> TokenCanvas::tokensIn(std::size_t begin, std::size_t end) const {
    return tokens_.tokensSeen(serial_, begin, end);
}

BlockStyle TokenCanvas::style() const {
    BlockStyle style;
    style.text = design::codeFont(design::TextRole::Reading);
    style.caption = design::codeFont(design::TextRole::Caption);
    style.look = look_;
    style.width = std::max(40, viewport()->width() - 2 * kMarginX);
    for (const OpenTokenizer& entry : tokens_.tokenizers())
        if (entry.serial == serial_)
            style.tokenizer = entry.tokenizer.get();
    return style;
}

std::shared_ptr<const TokenBlockLayout> TokenCanvas::layoutOf(std::size_t block) {
    const auto [first, last] = blocks_.range(block);
    const std::size_t begin = std::min(first, tokens_.text().size()), end = std::min(last, tokens_.text().size());
    const std::string_view bytes = std::string_view(tokens_.text()).substr(begin, end - begin);
    std::vector<BlockToken> own;
    std::uint32_t place = 0;
    for (const PlacedToken& token : bytes.empty() ? std::vector<PlacedToken>() : tokensIn(begin, end)) {
        const std::uint32_t fromFirst = place++;
        if (token.end <= begin && token.end != token.begin)
            continue;
        own.push_back({static_cast<std::uint32_t>(std::max(token.begin, begin) - begin),
                       static_cast<std::uint32_t>(std::clamp(token.end, begin, end) - begin), token.id,
                       token.begin >= begin, fromFirst});
    }
    QByteArray key(bytes.data(), static_cast<qsizetype>(bytes.size()));
    for (const BlockToken& token : own) {
        const std::uint32_t fields[] = {token.begin, token.end, static_cast<std::uint32_t>(token.id),
                                        token.startsHere ? 1U : 0U};
        key.append(reinterpret_cast<const char*>(fields), sizeof fields);
    }
    if (const auto found = cache_.constFind(key); found != cache_.cend())
        return *found;
    if (cache_.size() > kMostCached)
        cache_.clear();
    auto made = std::make_shared<const TokenBlockLayout>(bytes, std::move(own), style());
    ++nLaidOut_;
    cache_.insert(key, made);
    return made;
}

void TokenCanvas::setLook(const TokenLook& look) {
    if (look == look_)
        return;
    look_ = look;
    cache_.clear();
    keepInside();
    viewport()->update();
}

void TokenCanvas::textChanged() {
    keepInside();
    viewport()->update();
}

void TokenCanvas::cutChanged() {
    keepInside();
    viewport()->update();
    if (hasFocus())
        tellSpokenLine(this);
}

void TokenCanvas::caretMoved(bool show) {
    caretOn_ = true;
    if (show)
        showByte(caret_.at);
    viewport()->update();
}

std::pair<std::size_t, double> TokenCanvas::place() const {
    if (shown_.empty())
        return {topBlock_, 0};
    const double height = std::max(1.0, shown_.front().layout->height());
    return {topBlock_, topOffset_ / height};
}

void TokenCanvas::setPlace(std::size_t block, double fraction) {
    topBlock_ = std::min(block, blocks_.count() - 1);
    topOffset_ = fraction * layoutOf(topBlock_)->height();
    keepInside();
    viewport()->update();
}

// The last page is full, the first one begins at its top.
void TokenCanvas::keepInside() {
    topBlock_ = std::min(topBlock_, blocks_.count() - 1);
    const double page = viewport()->height();
    double below = layoutOf(topBlock_)->height() - topOffset_;
    std::size_t block = topBlock_;
    while (below < page && block + 1 < blocks_.count())
        below += layoutOf(++block)->height();
    if (below < page) { // room is left at the end: back
        double missing = page - below;
        while (missing > 0) {
            if (topOffset_ >= missing) {
                topOffset_ -= missing;
                missing = 0;
            } else if (topBlock_ > 0) {
                missing -= topOffset_;
                topOffset_ = layoutOf(--topBlock_)->height();
            } else {
                topOffset_ = 0;
                missing = 0;
            }
        }
    }
    fillShown();
    updateBar();
}

void TokenCanvas::fillShown() {
    shown_.clear();
    double y = -topOffset_ + design::kSpace1;
    for (std::size_t block = topBlock_; block < blocks_.count() && y < viewport()->height(); ++block) {
        auto layout = layoutOf(block);
        const double height = layout->height();
        shown_.push_back({block, y, std::move(layout)});
        y += height;
    }
}

void TokenCanvas::updateBar() {
    barMoves_ = true;
    const int nShown = std::max<int>(1, static_cast<int>(shown_.size()) - 1);
    const bool all = topBlock_ == 0 && topOffset_ <= 0 && shown_.size() == blocks_.count() &&
                     shown_.back().top + shown_.back().layout->height() <= viewport()->height() + design::kSpace2;
    const auto most = static_cast<int>(blocks_.count()) - nShown;
    verticalScrollBar()->setRange(0, all ? 0 : std::max(1, most) * kBarSteps);
    verticalScrollBar()->setPageStep(nShown * kBarSteps);
    verticalScrollBar()->setSingleStep(kBarSteps);
    const double height = shown_.empty() ? 1 : std::max(1.0, shown_.front().layout->height());
    verticalScrollBar()->setValue(static_cast<int>((static_cast<double>(topBlock_) + topOffset_ / height) * kBarSteps));
    barMoves_ = false;
}

void TokenCanvas::scrollContentsBy(int, int) {
    if (barMoves_)
        return;
    const int value = verticalScrollBar()->value();
    topBlock_ = std::min(static_cast<std::size_t>(value / kBarSteps), blocks_.count() - 1);
    topOffset_ = layoutOf(topBlock_)->height() * (value % kBarSteps) / kBarSteps;
    if (value == verticalScrollBar()->maximum()) { // the very end, wherever the bar's estimate put it
        topBlock_ = blocks_.count() - 1;
        topOffset_ = layoutOf(topBlock_)->height();
    }
    keepInside();
    viewport()->update();
    emit placeChanged();
}

void TokenCanvas::scrollBy(double pixels) {
    topOffset_ += pixels;
    while (topOffset_ < 0 && topBlock_ > 0)
        topOffset_ += layoutOf(--topBlock_)->height();
    topOffset_ = std::max(0.0, topOffset_);
    while (topBlock_ + 1 < blocks_.count() && topOffset_ >= layoutOf(topBlock_)->height())
        topOffset_ -= layoutOf(topBlock_++)->height();
    keepInside();
    viewport()->update();
    emit placeChanged();
}

void TokenCanvas::showByte(std::size_t byte) {
    const std::size_t block = blocks_.blockAt(byte);
    const auto layout = layoutOf(block);
    const QRectF caret = layout->caretRect(static_cast<std::uint32_t>(byte - blocks_.range(block).first));
    for (const Shown& shown : shown_)
        if (shown.block == block) {
            const double top = shown.top + caret.top(), bottom = shown.top + caret.bottom();
            if (top < 0)
                scrollBy(top - design::kSpace1);
            else if (bottom > viewport()->height())
                scrollBy(bottom - viewport()->height() + design::kSpace1);
            return;
        }
    topBlock_ = block;
    topOffset_ = 0;
    scrollBy(caret.top() - viewport()->height() / 3.0);
}

const TokenCanvas::Shown* TokenCanvas::shownAt(double y) const {
    for (const Shown& shown : shown_)
        if (y < shown.top + shown.layout->height())
            return &shown;
    return shown_.empty() ? nullptr : &shown_.back();
}

std::size_t TokenCanvas::byteAt(const QPoint& point) {
    const Shown* shown = shownAt(point.y());
    if (shown == nullptr)
        return 0;
    return blocks_.range(shown->block).first +
           shown->layout->byteAt(QPointF(point.x() - kMarginX, point.y() - shown->top));
}

std::optional<PlacedToken> TokenCanvas::tokenAt(const QPoint& point) {
    const Shown* shown = shownAt(point.y());
    if (shown == nullptr)
        return std::nullopt;
    const int at = shown->layout->tokenAt(QPointF(point.x() - kMarginX, point.y() - shown->top));
    if (at < 0)
        return std::nullopt;
    const auto [begin, end] = blocks_.range(shown->block);
    const std::vector<PlacedToken> placed = tokensIn(begin, end);
    const std::uint32_t from = shown->layout->tokens()[static_cast<std::size_t>(at)].fromFirst;
    return from < placed.size() ? std::optional(placed[from]) : std::nullopt;
}

QString TokenCanvas::describe(const PlacedToken& token) const {
    const BlockStyle now = style();
    if (now.tokenizer == nullptr)
        return {};
    const QLocale locale;
    const std::string_view own = std::string_view(tokens_.text()).substr(token.begin, token.end - token.begin);
    return tr("token %1  \u00B7  id %2  \u00B7  \u201C%3\u201D  \u00B7  bytes %4")
        .arg(token.index == PlacedToken::kNoIndex ? QStringLiteral("\u2026")
                                                  : locale.toString(static_cast<qulonglong>(token.index + 1)),
             QString::number(token.id), visibleText(now.tokenizer->piece(token.id), 40),
             own.empty() ? QStringLiteral("\u2013") : hexText(own, 12));
}

void TokenCanvas::paintEvent(QPaintEvent*) {
    fillShown();
    const design::Palette& palette = design::paletteFor(this);
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), palette.surface);
    painter.setRenderHint(QPainter::Antialiasing);
    const auto [hoverBegin, hoverEnd] = tokens_.hover();
    const TokenSelection& chosen = tokens_.selection();
    for (const Shown& shown : shown_) {
        const auto [begin, end] = blocks_.range(shown.block);
        const auto inside = [begin = begin, end = end](std::size_t byte) {
            return static_cast<std::uint32_t>(std::clamp(byte, begin, end) - begin);
        };
        TokenBlockLayout::Marks marks;
        marks.selectedBegin = inside(caret_.begin());
        marks.selectedEnd = inside(caret_.end());
        marks.hoverBegin = inside(hoverBegin);
        marks.hoverEnd = inside(hoverEnd);
        if (chosen.token >= 0) {
            marks.chosenBegin = inside(chosen.begin);
            marks.chosenEnd = inside(chosen.end);
        }
        shown.layout->paint(painter, {kMarginX, shown.top}, palette, marks);
        ++nPainted_;
        if (hasFocus() && caretOn_ && caret_.at >= begin &&
            (caret_.at < end || (caret_.at == end && shown.block + 1 == blocks_.count()))) {
            const QRectF caret =
                shown.layout->caretRect(static_cast<std::uint32_t>(caret_.at - begin)).translated(kMarginX, shown.top);
            painter.fillRect(caret, palette.text);
            if (!preedit_.isEmpty()) {
                painter.setFont(design::codeFont(design::TextRole::Reading));
                const QRectF box(caret.right(), caret.top(), painter.fontMetrics().horizontalAdvance(preedit_) + 4.0,
                                 caret.height());
                painter.fillRect(box, palette.raised);
                painter.setPen(palette.text);
                painter.drawText(box, Qt::AlignCenter, preedit_);
                painter.drawLine(box.bottomLeft(), box.bottomRight());
            }
        }
    }
    if (tokens_.text().empty() && preedit_.isEmpty()) {
        painter.setPen(palette.textMuted);
        painter.setFont(design::font(design::TextRole::Body));
        painter.drawText(viewport()->rect().adjusted(kMarginX + 4, design::kSpace2, -kMarginX, 0),
                         Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap,
                         tr("Type or paste a text here, or drop a file on it."));
    }
}

void TokenCanvas::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        cache_.clear();
    keepInside();
}

void TokenCanvas::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange ||
        event->type() == QEvent::ApplicationFontChange) {
        cache_.clear();
        keepInside();
        viewport()->update();
    }
}

bool TokenCanvas::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const auto token = tokenAt(help->pos()))
            QToolTip::showText(help->globalPos(), describe(*token), viewport());
        else
            QToolTip::hideText();
        return true;
    }
    if (event->type() == QEvent::Leave)
        tokens_.setHover(0, 0, this);
    return QAbstractScrollArea::viewportEvent(event);
}

void TokenCanvas::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    caretOn_ = true;
    if (const int flash = QApplication::cursorFlashTime(); flash > 1)
        blink_.start(flash / 2);
    viewport()->update();
}

void TokenCanvas::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    blink_.stop();
    viewport()->update();
}

} // namespace vitral
