// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokenroom/prompt_canvas.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/tokenroom/text_blocks.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>

namespace vitral {
namespace {

constexpr int kBarSteps = 16;
constexpr double kStripe = 4, kIndent = 14;
constexpr int kMostCached = 600;

int glassOf(PromptCanvas::Writer writer) {
    switch (writer) {
    case PromptCanvas::Writer::Template:
        return -1;
    case PromptCanvas::Writer::System:
        return static_cast<int>(design::Glass::Violet);
    case PromptCanvas::Writer::User:
        return static_cast<int>(design::Glass::Cobalt);
    case PromptCanvas::Writer::Model:
        return static_cast<int>(design::Glass::Emerald);
    case PromptCanvas::Writer::Document:
        break;
    }
    return static_cast<int>(design::Glass::Amber);
}

} // namespace

std::vector<PlacedToken> placeTokens(const Tokenizer& tokenizer, std::string_view text, std::span<const TokenId> ids) {
    std::vector<PlacedToken> out;
    out.reserve(ids.size());
    std::size_t at = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::string own = tokenizer.decodeToken(ids[i], true);
        std::string_view rest = own;
        if (!text.substr(at).starts_with(rest) && rest.starts_with(' ')) // a blank put in front of a text
            rest.remove_prefix(1);
        if (!rest.empty() && text.substr(at).starts_with(rest)) {
            out.push_back({i, ids[i], at, at + rest.size()});
            at += rest.size();
        } else {
            out.push_back({i, ids[i], at, at}); // says nothing of the text (the beginning of a sequence)
        }
    }
    return out;
}

PromptCanvas::PromptCanvas(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
}

QString PromptCanvas::writerName(Writer writer) {
    switch (writer) {
    case Writer::Template:
        return tr("The template");
    case Writer::System:
        return tr("System prompt");
    case Writer::User:
        return tr("You");
    case Writer::Model:
        return tr("The model");
    case Writer::Document:
        break;
    }
    return tr("A document");
}

void PromptCanvas::setPrompt(std::shared_ptr<const AssembledContext> context, std::vector<Part> parts,
                             std::shared_ptr<const Tokenizer> tokenizer) {
    context_ = std::move(context);
    parts_ = std::move(parts);
    tokenizer_ = std::move(tokenizer);
    tokens_.clear();
    items_.clear();
    cache_.clear();
    if (context_ && tokenizer_) {
        tokens_ = placeTokens(*tokenizer_, context_->text, context_->ids);
        TextBlocks blocks;
        for (std::size_t p = 0; p < parts_.size(); ++p) {
            const Part& part = parts_[p];
            items_.push_back({p, part.begin, part.begin, true});
            blocks.set(std::string_view(context_->text).substr(part.begin, part.end - part.begin));
            for (std::size_t i = 0; i < blocks.count(); ++i) {
                const auto [begin, end] = blocks.range(i);
                if (end > begin)
                    items_.push_back({p, part.begin + begin, part.begin + end, false});
            }
        }
    }
    describe();
    keepInside();
    viewport()->update();
}

// For those who listen: who wrote what, in order.
void PromptCanvas::describe() {
    QStringList words;
    for (const Part& part : parts_) {
        if (words.size() > 40)
            break;
        words << writerName(part.writer) + QStringLiteral(": ") +
                     visibleText(std::string_view(context_->text).substr(part.begin, part.end - part.begin), 200);
    }
    setAccessibleDescription(words.join(QLatin1Char('\n')));
}

void PromptCanvas::setLook(const TokenLook& look) {
    look_ = look;
    cache_.clear();
    keepInside();
    viewport()->update();
}

std::shared_ptr<const TokenBlockLayout> PromptCanvas::layoutOf(std::size_t item) {
    if (const auto found = cache_.constFind(item); found != cache_.cend())
        return *found;
    if (cache_.size() > kMostCached)
        cache_.clear();
    const Item& it = items_[item];
    std::vector<BlockToken> own;
    const auto first =
        std::partition_point(tokens_.begin(), tokens_.end(), [&](const PlacedToken& t) { return t.end < it.begin; });
    for (auto t = first; t != tokens_.end() && t->begin < it.end; ++t)
        if (t->end > it.begin || (t->begin == t->end && t->begin >= it.begin))
            own.push_back({static_cast<std::uint32_t>(std::max(t->begin, it.begin) - it.begin),
                           static_cast<std::uint32_t>(std::min(t->end, it.end) - it.begin), t->id, t->begin >= it.begin,
                           static_cast<std::uint32_t>(t - first)});
    BlockStyle style;
    style.text = design::codeFont(design::TextRole::Reading);
    style.caption = design::codeFont(design::TextRole::Caption);
    style.look = look_;
    style.width = std::max(40.0, viewport()->width() - kIndent - design::kSpace2);
    style.tokenizer = tokenizer_.get();
    style.markControl = true;
    auto made = std::make_shared<const TokenBlockLayout>(
        std::string_view(context_->text).substr(it.begin, it.end - it.begin), std::move(own), style);
    ++nLaidOut_;
    cache_.insert(item, made);
    return made;
}

double PromptCanvas::heightOf(std::size_t item) {
    if (items_[item].heading)
        return QFontMetricsF(design::font(design::TextRole::Small)).height() + design::kSpace3;
    return layoutOf(item)->height();
}

void PromptCanvas::keepInside() {
    if (items_.empty()) {
        top_ = 0;
        offset_ = 0;
        verticalScrollBar()->setRange(0, 0);
        return;
    }
    top_ = std::min(top_, items_.size() - 1);
    double below = heightOf(top_) - offset_;
    std::size_t last = top_;
    while (below < viewport()->height() && last + 1 < items_.size())
        below += heightOf(++last);
    double missing = viewport()->height() - below;
    while (missing > 0) {
        if (offset_ >= missing) {
            offset_ -= missing;
            missing = 0;
        } else if (top_ > 0) {
            missing -= offset_;
            offset_ = heightOf(--top_);
        } else {
            offset_ = 0;
            missing = 0;
        }
    }
    barMoves_ = true;
    const auto nShown = static_cast<int>(last - top_ + 1);
    const bool all = top_ == 0 && offset_ <= 0 && below <= viewport()->height();
    verticalScrollBar()->setRange(0, all ? 0 : std::max(1, static_cast<int>(items_.size()) - nShown + 1) * kBarSteps);
    verticalScrollBar()->setPageStep(nShown * kBarSteps);
    verticalScrollBar()->setSingleStep(kBarSteps);
    verticalScrollBar()->setValue(
        static_cast<int>((static_cast<double>(top_) + offset_ / std::max(1.0, heightOf(top_))) * kBarSteps));
    barMoves_ = false;
}

void PromptCanvas::scrollContentsBy(int, int) {
    if (barMoves_ || items_.empty())
        return;
    const int value = verticalScrollBar()->value();
    top_ = value == verticalScrollBar()->maximum()
               ? items_.size() - 1
               : std::min(static_cast<std::size_t>(value / kBarSteps), items_.size() - 1);
    offset_ = heightOf(top_) * (value == verticalScrollBar()->maximum() ? 1.0 : double(value % kBarSteps) / kBarSteps);
    keepInside();
    viewport()->update();
}

void PromptCanvas::scrollBy(double pixels) {
    if (items_.empty())
        return;
    offset_ += pixels;
    while (offset_ < 0 && top_ > 0)
        offset_ += heightOf(--top_);
    offset_ = std::max(0.0, offset_);
    while (top_ + 1 < items_.size() && offset_ >= heightOf(top_))
        offset_ -= heightOf(top_++);
    keepInside();
    viewport()->update();
}

void PromptCanvas::wheelEvent(QWheelEvent* event) {
    scrollBy(event->pixelDelta().y() != 0 ? -event->pixelDelta().y()
                                          : -event->angleDelta().y() / 120.0 * 3 * fontMetrics().height() * 1.4);
    event->accept();
}

void PromptCanvas::keyPressEvent(QKeyEvent* event) {
    const double page = viewport()->height() * 0.9, row = fontMetrics().height() * 1.4;
    switch (event->key()) {
    case Qt::Key_Down:
        return scrollBy(row);
    case Qt::Key_Up:
        return scrollBy(-row);
    case Qt::Key_PageDown:
        return scrollBy(page);
    case Qt::Key_PageUp:
        return scrollBy(-page);
    case Qt::Key_Home:
        return verticalScrollBar()->setValue(0);
    case Qt::Key_End:
        return verticalScrollBar()->setValue(verticalScrollBar()->maximum());
    default:
        QAbstractScrollArea::keyPressEvent(event);
    }
}

void PromptCanvas::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    cache_.clear();
    keepInside();
}

void PromptCanvas::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        cache_.clear();
        keepInside();
        viewport()->update();
    } else if (event->type() == QEvent::LanguageChange) {
        describe();
        viewport()->update();
    }
}

bool PromptCanvas::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    double y = design::kSpace1 - offset_;
    for (std::size_t i = top_; i < items_.size() && y < viewport()->height(); ++i) {
        const double height = heightOf(i);
        if (!items_[i].heading && help->pos().y() >= y && help->pos().y() < y + height) {
            const auto layout = layoutOf(i);
            if (const int t = layout->tokenAt(QPointF(help->pos().x() - kIndent, help->pos().y() - y)); t >= 0) {
                const TokenId id = layout->tokens()[static_cast<std::size_t>(t)].id;
                QToolTip::showText(
                    help->globalPos(),
                    tr("id %1  \u00B7  \u201C%2\u201D").arg(id).arg(visibleText(tokenizer_->piece(id), 60)),
                    viewport());
                return true;
            }
        }
        y += height;
    }
    QToolTip::hideText();
    return true;
}

void PromptCanvas::paintEvent(QPaintEvent*) {
    const design::Palette& palette = design::paletteFor(this);
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), palette.surface);
    painter.setRenderHint(QPainter::Antialiasing);
    double y = design::kSpace1 - offset_;
    for (std::size_t i = top_; i < items_.size() && y < viewport()->height(); ++i) {
        const Item& item = items_[i];
        const Part& part = parts_[item.part];
        const double height = heightOf(i);
        const int glass = glassOf(part.writer);
        const QColor ink = glass >= 0 ? palette.glass[static_cast<std::size_t>(glass)] : palette.textMuted;
        painter.fillRect(
            QRectF(2, y + (item.heading ? design::kSpace2 : 0), kStripe, height - (item.heading ? design::kSpace2 : 0)),
            ink);
        if (item.heading) {
            painter.setFont(design::strongFont(design::TextRole::Small));
            painter.setPen(ink);
            painter.drawText(
                QRectF(kIndent, y + design::kSpace2, viewport()->width() - kIndent, height - design::kSpace2),
                Qt::AlignLeft | Qt::AlignVCenter,
                QStringLiteral("%1  \u00B7  %2")
                    .arg(writerName(part.writer), tr("%Ln token(s)", nullptr, static_cast<int>(part.nToken))));
        } else {
            layoutOf(i)->paint(painter, {kIndent, y}, palette, {});
        }
        y += height;
    }
    if (hasFocus()) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(palette.accent, 2));
        painter.drawRoundedRect(QRectF(viewport()->rect()).adjusted(1, 1, -1, -1), 4, 4);
    }
}

} // namespace vitral
