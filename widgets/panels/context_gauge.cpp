// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/context_gauge.h"

#include "widgets/design/metrics.h"

#include <QEvent>
#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <numeric>

namespace vitral {
namespace {
constexpr int kStrip = 8;

QString kindName(SpanKind kind) {
    switch (kind) {
    case SpanKind::Template:
        return ContextGauge::tr("template");
    case SpanKind::System:
        return ContextGauge::tr("system prompt");
    case SpanKind::History:
        return ContextGauge::tr("history");
    case SpanKind::Document:
        return ContextGauge::tr("documents");
    case SpanKind::Question:
        return ContextGauge::tr("question");
    case SpanKind::GenerationPrompt:
        return ContextGauge::tr("template");
    }
    return {};
}

design::Glass kindGlass(SpanKind kind) {
    switch (kind) {
    case SpanKind::System:
        return design::Glass::Violet;
    case SpanKind::History:
        return design::Glass::Cobalt;
    case SpanKind::Document:
        return design::Glass::Teal;
    case SpanKind::Question:
        return design::Glass::Emerald;
    case SpanKind::Template:
    case SpanKind::GenerationPrompt:
        break;
    }
    return design::Glass::Rose;
}
} // namespace

ContextGauge::ContextGauge(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    rebuild();
    hide();
}

QSize ContextGauge::sizeHint() const {
    return {300, kStrip + design::kSpace1 + QFontMetrics(design::font(design::TextRole::Caption)).height()};
}

void ContextGauge::setContext(std::shared_ptr<const AssembledContext> context, std::int32_t nCtx, std::int32_t nAnswer,
                              const RunNumbers& numbers) {
    context_ = std::move(context);
    nCtx_ = nCtx;
    nAnswer_ = nAnswer;
    numbers_ = numbers;
    rebuild();
    setVisible(offered_ && !panes_.empty()); // an empty window needs no gauge
    update();
}

void ContextGauge::setOffered(bool offered) {
    offered_ = offered;
    setVisible(offered_ && !panes_.empty());
}

// Template marks stand between all messages; they are gathered into one pane so that the strip can be read.
void ContextGauge::rebuild() {
    panes_.clear();
    nOutside_ = 0;
    if (context_) {
        const auto add = [this](SpanKind kind, std::int32_t n, bool dropped) {
            const QString name = kindName(kind);
            const auto at = std::find_if(panes_.begin(), panes_.end(),
                                         [&](const Pane& p) { return p.name == name && p.droppedNext == dropped; });
            if (at != panes_.end())
                at->nToken += n;
            else if (n > 0)
                panes_.push_back({name, kindGlass(kind), n, dropped});
        };
        // What would go next is worth a mark only when the window is nearly full.
        const bool tight =
            !context_->fits || static_cast<std::int64_t>(context_->ids.size()) * 4 > std::int64_t{nCtx_} * 3;
        for (const ContextSpan& span : context_->spans) {
            const auto& drop = context_->droppedNext;
            add(span.kind, span.tokenEnd - span.tokenBegin,
                tight && span.message != kNoMessage && std::find(drop.begin(), drop.end(), span.message) != drop.end());
        }
        if (panes_.empty() && !context_->ids.empty())
            panes_.push_back(
                {tr("prompt"), design::Glass::Cobalt, static_cast<std::int32_t>(context_->ids.size()), false});
        // The newest token of an answer is read only when the next one is asked for, and a context that moves on loses
        // earlier ones: what the window does not hold is not in the strip.
        const std::int32_t within =
            std::min(nAnswer_, std::max(0, nCtx_ - static_cast<std::int32_t>(context_->ids.size())));
        nOutside_ = nAnswer_ - within;
        if (within > 0)
            panes_.push_back({tr("answer"), design::Glass::Amber, within, false});
    }
    setAccessibleName(tr("Context window"));
    setAccessibleDescription(explain());
}

QString ContextGauge::summary() const {
    if (!context_)
        return {};
    const QLocale locale;
    std::int32_t used = 0;
    for (const Pane& p : panes_)
        used += p.nToken;
    QString text = tr("%1 of %2 tokens").arg(locale.toString(used), locale.toString(nCtx_));
    if (numbers_.nCached > 0) {
        text += QStringLiteral(" \u00B7 ") + tr("%1 from the cache").arg(locale.toString(numbers_.nCached));
        if (numbers_.savedSeconds >= 0.05)
            text += QStringLiteral(" (") + tr("%1 s saved").arg(locale.toString(numbers_.savedSeconds, 'f', 1)) +
                    QLatin1Char(')');
    }
    return text;
}

QStringList ContextGauge::legend() const {
    QStringList names; // the part that would go next has the colour and the name of the rest of its kind
    for (const Pane& pane : panes_)
        if (!names.contains(pane.name))
            names << pane.name;
    return names;
}

QString ContextGauge::explain() const {
    const QLocale locale;
    QStringList lines;
    bool drops = false;
    std::int32_t used = 0;
    for (const Pane& p : panes_) {
        QString line = tr("%1: %2").arg(p.name, locale.toString(p.nToken));
        if (p.droppedNext)
            line += QLatin1Char(' ') + tr("(would be left out next)");
        lines << line;
        drops = drops || p.droppedNext;
        used += p.nToken;
    }
    if (context_)
        lines << (nOutside_ > 0
                      ? tr("written, but not in the window: %1").arg(locale.toString(nOutside_)) + QLatin1Char('\n')
                      : QString()) +
                     tr("free: %1").arg(locale.toString(std::max(0, nCtx_ - used)));
    return lines.join(QLatin1Char('\n'));
}

void ContextGauge::paintEvent(QPaintEvent*) {
    const design::Palette& p = design::paletteFor(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF strip(0, 0, width(), kStrip);
    painter.setPen(Qt::NoPen);
    painter.setBrush(p.sunken);
    painter.drawRoundedRect(strip, 3, 3);
    if (!context_ || nCtx_ <= 0)
        return;
    const double total =
        std::max<double>(nCtx_, std::accumulate(panes_.begin(), panes_.end(), 0.0,
                                                [](double sum, const Pane& pane) { return sum + pane.nToken; }));
    double x = 0;
    for (const Pane& pane : panes_) {
        const double w = std::max(3.0, pane.nToken / total * (width() - 1));
        const QRectF r(x, 0, std::min(w, width() - x) - 1.5, kStrip); // the gap is the lead
        painter.setBrush(p.ink(pane.glass));
        painter.drawRoundedRect(r, 2, 2);
        if (pane.droppedNext) {
            painter.setBrush(QBrush(p.surface, Qt::BDiagPattern));
            painter.drawRect(r);
        }
        x += w;
    }
    painter.setFont(design::font(design::TextRole::Caption));
    const QRectF words(0, kStrip + design::kSpace1, width(), height() - kStrip - design::kSpace1);
    const QFontMetrics metrics(painter.font());
    // Legend left as far as there is room, numbers right.
    const QString numbers = summary();
    const int numbersWidth = metrics.horizontalAdvance(numbers);
    double at = 0;
    for (const QString& label : legend()) {
        const Pane& pane =
            *std::find_if(panes_.begin(), panes_.end(), [&](const Pane& one) { return one.name == label; });
        const double need = 12 + metrics.horizontalAdvance(label) + design::kSpace3;
        if (at + need > width() - numbersWidth - design::kSpace3)
            break;
        painter.setPen(Qt::NoPen);
        painter.setBrush(p.ink(pane.glass));
        painter.drawRoundedRect(QRectF(at, words.center().y() - 4, 8, 8), 2, 2);
        painter.setPen(p.textMuted);
        painter.drawText(QRectF(at + 12, words.top(), need, words.height()), Qt::AlignVCenter | Qt::AlignLeft, label);
        at += need;
    }
    painter.setPen(context_->fits ? p.textMuted : p.danger);
    painter.drawText(words, Qt::AlignRight | Qt::AlignVCenter, metrics.elidedText(numbers, Qt::ElideRight, width()));
}

bool ContextGauge::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), explain(), this);
        return true;
    }
    return QWidget::event(event);
}

void ContextGauge::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        rebuild();
    if (event->type() == QEvent::FontChange)
        updateGeometry();
    update();
}

} // namespace vitral
