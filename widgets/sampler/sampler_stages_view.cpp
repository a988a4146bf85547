// SPDX-License-Identifier: Apache-2.0
#include "widgets/sampler/sampler_stages_view.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {

constexpr int kStripHeight = 22;
constexpr int kRowHeight = kStripHeight + 20;
constexpr double kNarrowestPane = 1.0; // thinner panes join the grey rest of the strip
constexpr int kEmptyHeight = 96;

QString percent(double probability) {
    const QLocale locale;
    const double value = probability * 100;
    if (value > 0 && value < 0.01)
        return QStringLiteral("< %1 %").arg(locale.toString(0.01, 'f', 2));
    return QStringLiteral("%1 %").arg(locale.toString(value, 'f', value < 10 ? 2 : 1));
}

} // namespace

SamplerStagesView::SamplerStagesView(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    setAccessibleName(tr("Next-token distribution after each sampler"));
}

QString SamplerStagesView::stageName(SamplerStage stage) {
    switch (stage) {
    case SamplerStage::LogitBias:
        return tr("Logit bias");
    case SamplerStage::Grammar:
        return tr("Grammar");
    case SamplerStage::Penalties:
        return tr("Penalties");
    case SamplerStage::Dry:
        return tr("DRY");
    case SamplerStage::TopNSigma:
        return tr("Top-n-sigma");
    case SamplerStage::TopK:
        return tr("Top-k");
    case SamplerStage::Typical:
        return tr("Typical");
    case SamplerStage::TopP:
        return tr("Top-p");
    case SamplerStage::MinP:
        return tr("Min-p");
    case SamplerStage::Xtc:
        return tr("XTC");
    case SamplerStage::Temperature:
        return tr("Temperature");
    case SamplerStage::Mirostat2:
        return tr("Mirostat 2");
    }
    return {};
}

void SamplerStagesView::setTrace(std::shared_ptr<const SamplerTrace> trace, PieceText pieceText, TokenId chosen) {
    const bool sameHeight = trace && trace_ && trace->snapshots.size() == trace_->snapshots.size();
    trace_ = std::move(trace);
    pieceText_ = std::move(pieceText);
    chosen_ = chosen;
    if (!hovering_ || !sameHeight) {
        iStage_ = trace_ && !trace_->snapshots.empty() ? int(trace_->snapshots.size()) - 1 : 0;
        iCandidate_ = 0;
    }
    if (!sameHeight)
        updateGeometry();
    setAccessibleDescription(describe(iStage_, iCandidate_));
    update();
}

QSize SamplerStagesView::sizeHint() const {
    const int n = trace_ ? int(trace_->snapshots.size()) : 0;
    return {280, n == 0 ? kEmptyHeight : n * kRowHeight + kSpace2};
}

QSize SamplerStagesView::minimumSizeHint() const {
    return {160, sizeHint().height()};
}

QRectF SamplerStagesView::stripRect(int iStage) const {
    return QRectF(0.5, iStage * kRowHeight + 18.5, width() - 1, kStripHeight);
}

std::vector<SamplerStagesView::Pane> SamplerStagesView::panesOf(int iStage) const {
    std::vector<Pane> panes;
    const auto& snapshot = trace_->snapshots[std::size_t(iStage)];
    const QRectF strip = stripRect(iStage);
    double x = strip.left();
    double listed = 0;
    for (std::size_t i = 0; i < snapshot.top.size(); ++i) {
        const double probability = double(snapshot.top[i].probability);
        const double paneWidth = probability * strip.width();
        if (paneWidth < kNarrowestPane)
            break; // best first: all that follow are as thin
        panes.push_back({QRectF(x, strip.top(), paneWidth, strip.height()), iStage, int(i), probability});
        x += paneWidth;
        listed += probability;
    }
    if (listed < 1 - 1e-4)
        panes.push_back({QRectF(x, strip.top(), strip.right() - x, strip.height()), iStage, -1, 1 - listed});
    return panes;
}

QString SamplerStagesView::title(int iStage) const {
    const auto& snapshot = trace_->snapshots[std::size_t(iStage)];
    return snapshot.raw ? tr("Model") : stageName(snapshot.stage);
}

QColor SamplerStagesView::colourOf(TokenId id) const {
    const Palette& colours = paletteFor(this);
    const auto& first = trace_->snapshots.front().top;
    const auto found = std::find_if(first.begin(), first.end(), [id](const auto& c) { return c.id == id; });
    const auto place = found != first.end() ? std::size_t(found - first.begin()) : std::size_t(id);
    return colours.glassPane[place % colours.glassPane.size()];
}

QString SamplerStagesView::describe(int iStage, int iCandidate) const {
    if (!trace_ || iStage >= int(trace_->snapshots.size()))
        return tr("No token yet");
    const auto& snapshot = trace_->snapshots[std::size_t(iStage)];
    const QString alive = tr("%Ln candidates left", nullptr, int(snapshot.nAlive));
    if (iCandidate < 0 || iCandidate >= int(snapshot.top.size()))
        return QStringLiteral("%1: %2").arg(title(iStage), alive);
    const auto& candidate = snapshot.top[std::size_t(iCandidate)];
    QString text = tr("%1: \"%2\" (id %3) has %4; %5")
                       .arg(title(iStage), pieceText_ ? pieceText_(candidate.id) : QString())
                       .arg(candidate.id)
                       .arg(percent(double(candidate.probability)), alive);
    const auto& first = trace_->snapshots.front().top;
    const auto before = std::find_if(first.begin(), first.end(), [&](const auto& c) { return c.id == candidate.id; });
    if (iStage > 0 && before != first.end())
        text += tr(". The model gave it %1").arg(percent(double(before->probability)));
    return text;
}

void SamplerStagesView::paintEvent(QPaintEvent*) {
    const Palette& colours = paletteFor(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (!trace_ || trace_->snapshots.empty()) {
        painter.setPen(colours.textMuted);
        painter.setFont(design::font(TextRole::Small));
        painter.drawText(rect().adjusted(kSpace2, 0, -kSpace2, 0), Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Send a message: the candidates for the next token and what each sampler does to them will "
                            "stand here."));
        return;
    }
    const QFont caption = design::font(TextRole::Caption);
    const QFontMetricsF metrics(caption);
    painter.setFont(caption);
    for (int i = 0; i < int(trace_->snapshots.size()); ++i) {
        const auto& snapshot = trace_->snapshots[std::size_t(i)];
        const QRectF strip = stripRect(i);
        const QRectF label(0, strip.top() - 17, width(), 15);
        painter.setPen(i == iStage_ ? colours.text : colours.textMuted);
        painter.drawText(label, Qt::AlignLeft | Qt::AlignVCenter, title(i));
        painter.setPen(colours.textMuted);
        painter.drawText(label, Qt::AlignRight | Qt::AlignVCenter, tr("%Ln left", nullptr, int(snapshot.nAlive)));
        for (const Pane& pane : panesOf(i)) {
            const bool rest = pane.iCandidate < 0;
            const TokenId id = rest ? kNone : snapshot.top[std::size_t(pane.iCandidate)].id;
            painter.setPen(QPen(colours.lead, 1));
            painter.setBrush(rest ? colours.sunken : colourOf(id));
            painter.drawRect(pane.rect);
            const QString text = rest ? tr("others") : (pieceText_ ? pieceText_(id) : QString());
            if (pane.rect.width() > 14 && metrics.horizontalAdvance(text) < pane.rect.width() - 4) {
                painter.setPen(rest ? colours.textMuted : colours.text);
                painter.drawText(pane.rect, Qt::AlignCenter, text);
            }
            if (!rest && id == chosen_) {
                // The drawn token: a bar under its pane, so that it does not rest on colour alone.
                painter.setPen(Qt::NoPen);
                painter.setBrush(colours.text);
                painter.drawRect(QRectF(pane.rect.left() + 1, pane.rect.bottom() - 3, pane.rect.width() - 2, 3));
            }
            if (i == iStage_ && pane.iCandidate == iCandidate_ && (hovering_ || hasFocus())) {
                painter.setBrush(Qt::NoBrush);
                painter.setPen(QPen(colours.accent, 2));
                painter.drawRect(pane.rect.adjusted(1, 1, -1, -1));
            }
        }
    }
}

void SamplerStagesView::select(int iStage, int iCandidate) {
    if (!trace_ || trace_->snapshots.empty())
        return;
    iStage_ = std::clamp(iStage, 0, int(trace_->snapshots.size()) - 1);
    const int nTop = int(trace_->snapshots[std::size_t(iStage_)].top.size());
    iCandidate_ = iCandidate < 0 ? -1 : std::clamp(iCandidate, 0, std::max(0, nTop - 1));
    setAccessibleDescription(describe(iStage_, iCandidate_));
    update();
}

void SamplerStagesView::mouseMoveEvent(QMouseEvent* event) {
    hovering_ = true;
    if (!trace_ || trace_->snapshots.empty())
        return;
    const int iStage = std::clamp(int(event->position().y()) / kRowHeight, 0, int(trace_->snapshots.size()) - 1);
    for (const Pane& pane : panesOf(iStage))
        if (event->position().x() <= pane.rect.right()) {
            select(iStage, pane.iCandidate);
            return;
        }
}

void SamplerStagesView::leaveEvent(QEvent*) {
    hovering_ = false;
    update();
}

bool SamplerStagesView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && trace_ && !trace_->snapshots.empty()) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QToolTip::showText(help->globalPos(),
                           QStringLiteral("<p>%1</p>").arg(describe(iStage_, iCandidate_).toHtmlEscaped()), this);
        return true;
    }
    return QWidget::event(event);
}

void SamplerStagesView::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up:
        select(iStage_ - 1, iCandidate_);
        return;
    case Qt::Key_Down:
        select(iStage_ + 1, iCandidate_);
        return;
    case Qt::Key_Left:
        select(iStage_, std::max(0, iCandidate_ - 1));
        return;
    case Qt::Key_Right:
        select(iStage_, iCandidate_ + 1);
        return;
    default:
        QWidget::keyPressEvent(event);
    }
}

void SamplerStagesView::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        setAccessibleName(tr("Next-token distribution after each sampler"));
    if (event->type() == QEvent::LanguageChange || event->type() == QEvent::PaletteChange)
        update();
    QWidget::changeEvent(event);
}

} // namespace vitral
