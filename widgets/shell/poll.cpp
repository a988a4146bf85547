// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/poll.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QEvent>
#include <QFontInfo>
#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <numeric>

namespace vitral {
namespace {
constexpr int kMostHands = 9999;
constexpr double kSmallest = 0.5, kSmaller = 0.9;
} // namespace

void Poll::set(const PresentPoll& poll, bool keep) {
    poll_ = poll;
    if (!keep) {
        counts_.clear();
        added_.clear();
    }
    counts_.resize(static_cast<std::size_t>(poll.options.size()), 0);
    revealed_ = keep && revealed_ && poll.hasAnswer();
    if (poll.empty())
        shown_ = false;
    emit changed();
}

int Poll::count(int option) const {
    return option >= 0 && option < static_cast<int>(counts_.size()) ? counts_[static_cast<std::size_t>(option)] : 0;
}

void Poll::setCount(int option, int n) {
    if (option < 0 || option >= static_cast<int>(counts_.size()))
        return;
    counts_[static_cast<std::size_t>(option)] = std::clamp(n, 0, kMostHands);
    emit changed();
}

void Poll::addHand(int option) {
    const int before = count(option);
    setCount(option, before + 1);
    if (count(option) > before)
        added_.push_back(option);
}

void Poll::takeBack() {
    if (added_.empty())
        return;
    const int option = added_.back();
    added_.pop_back();
    setCount(option, count(option) - 1);
}

int Poll::total() const {
    return std::accumulate(counts_.begin(), counts_.end(), 0);
}

void Poll::show(bool on) {
    shown_ = on && !poll_.empty();
    emit changed();
}

void Poll::reveal(bool on) {
    revealed_ = on && hasAnswer();
    emit changed();
}

PollView::PollView(Poll& poll, QWidget* parent) : QFrame(parent), poll_(poll) {
    setProperty("kind", "card");
    setFocusPolicy(Qt::NoFocus);
    connect(&poll_, &Poll::changed, this, [this] {
        tell();
        update();
    });
}

void PollView::tell() {
    QStringList words{poll_.poll().question};
    for (int i = 0; i < poll_.poll().options.size(); ++i)
        words << tr("%1: %2 of %3").arg(poll_.poll().options[i]).arg(poll_.count(i)).arg(poll_.total());
    setAccessibleName(tr("Poll"));
    setAccessibleDescription(words.join(QLatin1Char('\n')));
}

int PollView::neededHeight(int width) const {
    return draw(nullptr, QRect(design::kSpace6, design::kSpace5, width - 2 * design::kSpace6, 1), 1) + design::kSpace5;
}

void PollView::paintEvent(QPaintEvent* event) {
    QFrame::paintEvent(event);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRect room = rect().adjusted(design::kSpace6, design::kSpace5, -design::kSpace6, -design::kSpace5);
    double scale = 1; // a question that is taller than the window gets smaller letters
    while (scale > kSmallest && draw(nullptr, room, scale) > room.bottom() + 1)
        scale *= kSmaller;
    draw(&painter, room, scale);
}

int PollView::draw(QPainter* painter, QRect room, double scale) const {
    const PresentPoll& poll = poll_.poll();
    const design::Palette& p = design::paletteFor(this);
    const auto sized = [scale](QFont font) {
        font.setPixelSize(std::max(1, static_cast<int>(QFontInfo(font).pixelSize() * scale)));
        return font;
    };
    const auto text = [&](const QString& words, const QFont& font, const QColor& ink) {
        QRect used = QFontMetrics(font).boundingRect(QRect(room.topLeft(), QSize(room.width(), 1 << 20)),
                                                     Qt::TextWordWrap | Qt::AlignTop, words);
        if (painter != nullptr) {
            painter->setFont(font);
            painter->setPen(ink);
            painter->drawText(QRect(room.topLeft(), QSize(room.width(), used.height())),
                              Qt::TextWordWrap | Qt::AlignTop, words);
        }
        room.setTop(used.bottom() + design::kSpace3);
    };
    text(poll.question, sized(design::strongFont(design::TextRole::Display)), p.text);
    const int total = poll_.total();
    const QLocale locale;
    const QFont body = sized(design::font(design::TextRole::Heading));
    const int line = QFontMetrics(body).height();
    for (int i = 0; i < poll.options.size(); ++i) {
        const int n = poll_.count(i);
        const bool right = poll_.revealed() && i == poll.right;
        QString words = QStringLiteral("%1.  %2").arg(i + 1).arg(poll.options[i]);
        if (right)
            words += QStringLiteral("   \u2713 ") + tr("the answer");
        text(words, right ? sized(design::strongFont(design::TextRole::Heading)) : body, right ? p.success : p.text);
        // The bar is as long as its share of all hands; the number stands beside it.
        const QString number =
            total == 0 ? QString()
                       : tr("%1 (%2 %)").arg(locale.toString(n), locale.toString(100.0 * n / total, 'f', 0));
        const int numberWidth = QFontMetrics(body).horizontalAdvance(QStringLiteral("9999 (100 %)")) + design::kSpace3;
        const QRect lane(room.left(), room.top() - design::kSpace2, room.width() - numberWidth, line * 2 / 3);
        if (painter != nullptr) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(p.sunken);
            painter->drawRoundedRect(lane, design::kRadiusSmall, design::kRadiusSmall);
            if (total > 0 && n > 0) {
                QRect bar = lane;
                bar.setWidth(std::max(2, lane.width() * n / total));
                painter->setBrush(right ? p.success : p.accent);
                painter->drawRoundedRect(bar, design::kRadiusSmall, design::kRadiusSmall);
            }
            painter->setFont(body);
            painter->setPen(p.text);
            painter->drawText(
                QRect(lane.right() + design::kSpace3, lane.top() - line / 4, numberWidth, line + line / 4),
                Qt::AlignVCenter, number);
        }
        room.setTop(lane.bottom() + design::kSpace4);
    }
    if (poll_.revealed() && poll.options.isEmpty() && !poll.answer.isEmpty())
        text(poll.answer, sized(design::strongFont(design::TextRole::Display)), p.success);
    if (total > 0)
        text(tr("%Ln hand(s)", nullptr, total), sized(design::font(design::TextRole::Title)), p.textMuted);
    if (poll_.revealed() && !poll.explain.isEmpty())
        text(poll.explain, sized(design::font(design::TextRole::Title)), p.text);
    return room.top() - design::kSpace3;
}

void PollView::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) {
        tell();
        update();
    }
}

} // namespace vitral
