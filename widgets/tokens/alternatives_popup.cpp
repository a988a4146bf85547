// SPDX-License-Identifier: Apache-2.0
#include "widgets/tokens/alternatives_popup.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/arithmetic_popup.h"
#include "widgets/tokens/token_blocks.h"

#include <QGuiApplication>
#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QScreen>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {

constexpr int kWidth = 320;
constexpr int kRow = 28;
constexpr int kTextWidth = 104;
constexpr int kNumberWidth = 64;

QString percent(double p) {
    const QLocale locale;
    if (p >= 1e-5 && p < 0.001)
        return QStringLiteral("%1 %").arg(locale.toString(p * 100, 'f', 4));
    if (p >= 0.001)
        return QStringLiteral("%1 %").arg(locale.toString(p * 100, 'f', p >= 0.0995 ? 1 : 2));
    return p > 0 ? QStringLiteral("%1 %").arg(locale.toString(p * 100, 'e', 1)) : QStringLiteral("0 %");
}

QString hexBytes(const std::string& bytes) {
    QStringList hex;
    for (const char c : bytes)
        hex << QStringLiteral("%1").arg(static_cast<unsigned char>(c), 2, 16, QLatin1Char('0')).toUpper();
    return hex.join(QLatin1Char(' '));
}

} // namespace

AlternativesPopup::AlternativesPopup(QWidget* parent) : QFrame(parent, Qt::ToolTip) {
    setAttribute(Qt::WA_ShowWithoutActivating);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Alternatives of this token"));
}

QSize AlternativesPopup::sizeHint() const {
    const int head = QFontMetrics(design::strongFont(design::TextRole::Body)).height() +
                     2 * QFontMetrics(design::font(design::TextRole::Caption)).lineSpacing() + 3 * design::kSpace2 + 4;
    const int foot =
        canFork_ ? QFontMetrics(design::font(design::TextRole::Caption)).height() + design::kSpace3 : design::kSpace1;
    return {kWidth, head + nRow() * kRow + foot + design::kSpace2};
}

QRectF AlternativesPopup::rowRect(int row) const {
    const int head = QFontMetrics(design::strongFont(design::TextRole::Body)).height() +
                     2 * QFontMetrics(design::font(design::TextRole::Caption)).lineSpacing() + 3 * design::kSpace2 + 4;
    return QRectF(design::kSpace2, head + row * kRow, kWidth - 2 * design::kSpace2, kRow);
}

void AlternativesPopup::showToken(const MessageToken& token, std::shared_ptr<const Tokenizer> tokenizer,
                                  const QRect& where, bool keep, bool canFork) {
    if (kept() && !keep)
        return;
    token_ = token;
    tokenizer_ = tokenizer;
    keep_ = keep;
    canFork_ = canFork;
    rows_.clear();
    current_ = -1;
    const auto add = [&](TokenId id, float logProbability) {
        Row row;
        row.id = id;
        row.bytes = id == token.score.id ? token.bytes : tokenizer ? tokenizer->decodeToken(id, true) : std::string();
        row.text = row.bytes.empty() && !tokenizer ? QStringLiteral("#%1").arg(id) : visibleToken(row.bytes);
        row.probability = std::exp(static_cast<double>(logProbability));
        row.chosen = id == token.score.id;
        rows_.push_back(std::move(row));
    };
    bool listed = false;
    for (const TokenAlternative& alternative : token.score.top) {
        add(alternative.id, alternative.logProbability);
        listed = listed || alternative.id == token.score.id;
    }
    if (!listed)
        add(token.score.id, token.score.logProbability);
    const QLocale locale;
    headline_ = tr("%1  \u00B7  %2")
                    .arg(visibleToken(token.bytes), percent(std::exp(static_cast<double>(token.score.logProbability))));
    details_ = tr("choice no. %1  \u00B7  entropy %2 nats")
                   .arg(locale.toString(token.score.rank + 1),
                        locale.toString(static_cast<double>(token.score.entropy), 'f', 2)) +
               QLatin1Char('\n') +
               tr("id %1  \u00B7  bytes %2")
                   .arg(QString::number(token.score.id),
                        token.bytes.empty() ? tr("none (control token)") : hexBytes(token.bytes));
    // Both kinds are windows: the bits of Qt::Popup are among those of Qt::ToolTip, so one replaces the other whole.
    if (const Qt::WindowType kind = keep && !modest_ ? Qt::Popup : Qt::ToolTip; windowType() != kind)
        setWindowFlags(kind);
    setFixedSize(sizeHint());
    QPoint at(where.left() - design::kSpace2, where.bottom() + 6);
    if (const QScreen* screen = QGuiApplication::screenAt(where.center())) {
        QRect room = screen->availableGeometry();
        if (parentWidget() != nullptr && parentWidget()->window()->height() > 2 * height())
            room &= parentWidget()->window()->frameGeometry();
        if (at.y() + height() > room.bottom())
            at.setY(std::max(room.top() + 4, where.top() - height() - 6));
        at.setX(std::clamp(at.x(), room.left() + 4, std::max(room.left() + 4, room.right() - width() - 4)));
    }
    move(at);
    show();
    if (keep) {
        for (int i = 0; i < nRow() && current_ < 0; ++i)
            if (!rows_[static_cast<std::size_t>(i)].chosen)
                setCurrent(i);
        if (!modest_)
            setFocus();
    }
    setAccessibleDescription(headline_ + QLatin1Char('\n') + details_ +
                             (keep ? QLatin1Char('\n') + tr("Right arrow: how these numbers come about") : QString()));
    update();
}

void AlternativesPopup::passBy() {
    if (!keep_)
        hide();
}

void AlternativesPopup::paintEvent(QPaintEvent*) {
    const design::Palette& p = design::paletteFor(this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), p.raised);
    painter.setPen(QPen(keep_ ? p.accent : p.border, 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
    const QFont strong = design::strongFont(design::TextRole::Body);
    const QFont small = design::font(design::TextRole::Caption);
    double y = design::kSpace2;
    QFont head = strong;
    head.setUnderline(keep_); // it unfolds
    painter.setFont(head);
    painter.setPen(keep_ ? p.accent : p.text);
    const int strongHeight = QFontMetrics(strong).height();
    painter.drawText(QRectF(design::kSpace3, y, width() - 2 * design::kSpace3, strongHeight), Qt::AlignVCenter,
                     QFontMetrics(strong).elidedText(headline_, Qt::ElideRight, width() - 2 * design::kSpace3));
    y += strongHeight + 4;
    painter.setFont(small);
    painter.setPen(p.textMuted);
    for (const QString& line : details_.split(QLatin1Char('\n'))) {
        const int h = QFontMetrics(small).lineSpacing();
        painter.drawText(QRectF(design::kSpace3, y, width() - 2 * design::kSpace3, h), Qt::AlignVCenter,
                         QFontMetrics(small).elidedText(line, Qt::ElideRight, width() - 2 * design::kSpace3));
        y += h;
    }
    double top = 1e-9;
    for (const Row& row : rows_)
        top = std::max(top, row.probability);
    painter.setFont(design::font(design::TextRole::Small));
    for (int i = 0; i < nRow(); ++i) {
        const Row& row = rows_[static_cast<std::size_t>(i)];
        const QRectF r = rowRect(i);
        if (i == current_) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(p.accentSoft);
            painter.drawRoundedRect(r, 4, 4);
        }
        const QRectF bar(r.left() + kTextWidth + 8, r.top() + 8, r.width() - kTextWidth - kNumberWidth - 16, kRow - 16);
        painter.setPen(Qt::NoPen);
        painter.setBrush(p.sunken);
        painter.drawRoundedRect(bar, 2, 2);
        painter.setBrush(row.chosen ? p.ink(design::Glass::Amber) : p.ink(design::Glass::Cobalt));
        painter.drawRoundedRect(
            QRectF(bar.left(), bar.top(), std::max(1.5, bar.width() * row.probability / top), bar.height()), 2, 2);
        painter.setPen(p.text);
        QFont f = painter.font();
        f.setWeight(row.chosen ? QFont::DemiBold : QFont::Normal);
        painter.setFont(f);
        painter.drawText(QRectF(r.left() + 6, r.top(), kTextWidth - 6, kRow), Qt::AlignVCenter | Qt::AlignLeft,
                         painter.fontMetrics().elidedText(row.text, Qt::ElideRight, kTextWidth - 8));
        painter.drawText(QRectF(r.right() - kNumberWidth - 4, r.top(), kNumberWidth, kRow),
                         Qt::AlignVCenter | Qt::AlignRight, percent(row.probability));
    }
    if (canFork_) {
        painter.setFont(small);
        painter.setPen(p.textMuted);
        painter.drawText(QRectF(design::kSpace3, height() - QFontMetrics(small).height() - design::kSpace2,
                                width() - 2 * design::kSpace3, QFontMetrics(small).height()),
                         Qt::AlignVCenter,
                         keep_ ? tr("Choose a token to go on from here with it") : tr("Click to fork from here"));
    }
}

int AlternativesPopup::rowAt(const QPointF& point) const {
    for (int i = 0; i < nRow(); ++i)
        if (rowRect(i).contains(point))
            return i;
    return -1;
}

void AlternativesPopup::setCurrent(int row) {
    current_ = row;
    if (row >= 0) {
        const Row& r = rows_[static_cast<std::size_t>(row)];
        setAccessibleDescription(tr("%1, %2").arg(r.text, percent(r.probability)));
    }
    update();
}

void AlternativesPopup::choose(int row) {
    if (!canFork_ || row < 0 || row >= nRow())
        return;
    const Row& r = rows_[static_cast<std::size_t>(row)];
    MessageToken with;
    with.bytes = r.bytes;
    // The position's own distribution stays with the fork; only the token is another one.
    with.score = token_.score;
    with.score.id = r.id;
    with.score.logProbability = static_cast<float>(std::log(std::max(r.probability, 1e-45)));
    const auto at = std::find_if(token_.score.top.begin(), token_.score.top.end(),
                                 [&r](const TokenAlternative& a) { return a.id == r.id; });
    with.score.rank =
        at == token_.score.top.end() ? token_.score.rank : static_cast<std::int32_t>(at - token_.score.top.begin());
    hide();
    keep_ = false;
    emit forkAsked(with);
}

void AlternativesPopup::mouseMoveEvent(QMouseEvent* event) {
    if (const int row = rowAt(event->position()); row >= 0 && row != current_ && keep_)
        setCurrent(row);
}

void AlternativesPopup::mouseReleaseEvent(QMouseEvent* event) {
    if (!keep_)
        return;
    if (nRow() > 0 && event->position().y() < rowRect(0).top() && event->position().y() >= 0)
        unfold();
    else
        choose(rowAt(event->position()));
}

void AlternativesPopup::unfold() {
    const auto piece = [this](TokenId id) {
        const auto row = std::find_if(rows_.begin(), rows_.end(), [id](const Row& r) { return r.id == id; });
        return row != rows_.end() ? row->text
               : tokenizer_       ? visibleToken(tokenizer_->decodeToken(id, true))
                                  : QStringLiteral("#%1").arg(id);
    };
    const Arithmetic arithmetic = ArithmeticWords::probability(token_.score, piece, tr("as it was written"));
    const QPoint at = mapToGlobal(QPoint(width() / 2, static_cast<int>(rowRect(0).top())));
    keep_ = false;
    hide();
    ArithmeticPopup::of(parentWidget() != nullptr ? parentWidget() : this).open(arithmetic, at);
}

void AlternativesPopup::keyPressEvent(QKeyEvent* event) {
    switch (event->key()) {
    case Qt::Key_Up:
        setCurrent(std::max(0, current_ - 1));
        break;
    case Qt::Key_Down:
        setCurrent(std::min(nRow() - 1, current_ + 1));
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
        choose(current_);
        break;
    case Qt::Key_Right:
        if (keep_)
            unfold();
        break;
    case Qt::Key_Escape:
        keep_ = false;
        hide();
        break;
    default:
        QFrame::keyPressEvent(event);
    }
}

void AlternativesPopup::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        setAccessibleName(tr("Alternatives of this token"));
}

} // namespace vitral
