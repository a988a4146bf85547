// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/network_canvas.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"
#include "widgets/inside/value_text.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {

constexpr int kGapShare = 6; ///< the skips have a sixth of the width between the two ways
constexpr double kFactorStep = 0.1, kMostFactor = 2;
constexpr int kShareBar = 3;

Glass glassOf(const NetworkBlock& block) {
    if (block.name.find("attn") != std::string::npos)
        return Glass::Violet;
    if (block.name.ends_with(".down") || block.name.ends_with(".up"))
        return Glass::Teal;
    if (block.side == NetworkSide::Before || block.side == NetworkSide::After)
        return Glass::Amber;
    return Glass::Cobalt;
}

} // namespace

NetworkCanvas::NetworkCanvas(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QString NetworkCanvas::blockTitle(const std::string& name) {
    if (name.empty()) // before the network names a part: what comes in is put where it can read it
        return tr("reading");
    const QStringList parts = QString::fromStdString(name).split(QLatin1Char('.'));
    const QString last = parts.back(), before = parts.size() > 1 ? parts[parts.size() - 2] : QString();
    bool isNumber = false;
    last.toInt(&isNumber);
    const QString what = isNumber ? before : last, number = isNumber ? last : QString();
    QString words = what;
    if (what == QLatin1String("res"))
        words = tr("res.");
    else if (what == QLatin1String("attn"))
        words = tr("attn.");
    else if (what == QLatin1String("down"))
        words = tr("halve");
    else if (what == QLatin1String("up"))
        words = tr("double");
    else if (what == QLatin1String("in"))
        words = tr("input");
    else if (what == QLatin1String("out"))
        words = tr("output");
    else if (what == QLatin1String("mid"))
        words = tr("middle");
    else if (what == QLatin1String("time"))
        words = tr("time");
    return number.isEmpty() ? words : words + QLatin1Char(' ') + number;
}

QString NetworkCanvas::blockWords(int block) const {
    if (block < 0 || block >= int(drawing_.blocks.size()))
        return {};
    const NetworkBlock& b = drawing_.blocks[std::size_t(block)];
    QStringList words = {b.name.empty() ? blockTitle(b.name) : QString::fromStdString(b.name)};
    if (b.height > 0)
        words << tr("%1 channels of %2 \u00D7 %3").arg(countText(b.channels), countText(b.width), countText(b.height));
    words << tr("%Ln operation(s)", nullptr, b.nOperation);
    if (b.weightBytes > 0)
        words << tr("%1 of weights").arg(sizeText(double(b.weightBytes)));
    if (drawing_.totalNs > 0)
        words << tr("%1, %2 of the time")
                     .arg(durationText(double(b.timeNs) * 1e-9),
                          percentText(double(b.timeNs) / double(drawing_.totalNs)));
    return words.join(QStringLiteral("  \u00B7  "));
}

void NetworkCanvas::setDrawing(NetworkDrawing drawing) {
    const std::string chosen = block_ >= 0 ? drawing_.blocks[std::size_t(block_)].name : std::string();
    drawing_ = std::move(drawing);
    block_ = block_ >= 0 ? drawing_.find(chosen) : -1;
    if (block_ < 0 && !drawing_.blocks.empty())
        for (std::size_t i = 0; i < drawing_.blocks.size() && block_ < 0; ++i)
            if (drawing_.blocks[i].side == NetworkSide::Middle || i + 1 == drawing_.blocks.size())
                block_ = int(i);
    skip_ = std::min(skip_, int(drawing_.skips.size()) - 1);
    laidOut_ = {};
    updateGeometry();
    describe();
    update();
}

void NetworkCanvas::setEmptyText(const QString& text) {
    empty_ = text;
    describe();
    update();
}

void NetworkCanvas::setScales(std::vector<float> scales) {
    scales_ = std::move(scales);
    describe();
    update();
}

float NetworkCanvas::scale(int skip) const {
    return skip >= 0 && std::size_t(skip) < scales_.size() ? scales_[std::size_t(skip)] : 1.0F;
}

void NetworkCanvas::setBlock(int block) {
    block_ = block < int(drawing_.blocks.size()) ? block : -1;
    describe();
    update();
}

void NetworkCanvas::setSkip(int skip) {
    skip_ = skip < int(drawing_.skips.size()) ? skip : -1;
    describe();
    update();
}

int NetworkCanvas::rowHeight() const {
    return QFontMetrics(design::font(TextRole::Caption)).height() + kSpace2 + kShareBar;
}

QSize NetworkCanvas::sizeHint() const {
    const bool isU = !drawing_.skips.empty();
    const int nRow = isU ? drawing_.nRow + 1 : std::max(drawing_.nRow, 6);
    return {320, nRow * (rowHeight() + kSpace1) + kSpace1};
}

// Blocks of one row and side share its width; what prepares and what ends stand above.
void NetworkCanvas::layOut() const {
    if (laidOut_ == size())
        return;
    laidOut_ = size();
    blocks_.assign(drawing_.blocks.size(), {});
    const bool isU = !drawing_.skips.empty();
    const int pitch = rowHeight() + kSpace1, gap = isU ? width() / kGapShare : 0;
    const int side = isU ? (width() - gap) / 2 : width();
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
        const NetworkBlock& b = drawing_.blocks[i];
        int nSame = 0, at = 0;
        for (std::size_t k = 0; k < blocks_.size(); ++k) {
            const NetworkBlock& other = drawing_.blocks[k];
            if (other.side == b.side && other.row == b.row) {
                at += k < i ? 1 : 0;
                ++nSame;
            }
        }
        const bool above = isU && (b.side == NetworkSide::Before || b.side == NetworkSide::After);
        const int row = !isU ? b.row : above ? 0 : b.row + 1;
        int left = 0, room = side;
        if (b.side == NetworkSide::Up || b.side == NetworkSide::After)
            left = isU ? width() - side : 0;
        else if (b.side == NetworkSide::Middle && isU)
            left = side / 2, room = width() - side;
        const int each = (room - (nSame - 1) * kSpace1) / std::max(1, nSame);
        blocks_[i] = QRect(left + at * (each + kSpace1), row * pitch + kSpace1, each, rowHeight());
    }
}

QRect NetworkCanvas::blockRect(int block) const {
    layOut();
    return block >= 0 && std::size_t(block) < blocks_.size() ? blocks_[std::size_t(block)] : QRect();
}

QRect NetworkCanvas::skipRect(int skip) const {
    if (skip < 0 || std::size_t(skip) >= drawing_.skips.size())
        return {};
    const int gap = width() / kGapShare, side = (width() - gap) / 2;
    return {side, (skip + 1) * (rowHeight() + kSpace1) + kSpace1, width() - 2 * side, rowHeight()};
}

void NetworkCanvas::paintSkip(QPainter& painter, int skip, bool live) const {
    const Palette& colours = paletteFor(this);
    const QRect rect = skipRect(skip);
    const float factor = scale(skip);
    const bool chosen = skip == skip_;
    const int y = rect.center().y();
    const QString text = factor == 0 ? tr("off") : QStringLiteral("\u00D7 ") + numberText(double(factor), 3);
    const int room = painter.fontMetrics().horizontalAdvance(text) + kSpace2;
    const QRect word(rect.center().x() - room / 2, rect.top(), room, rect.height());
    QPen pen(factor == 1 ? colours.borderStrong : colours.accent, factor == 0 ? 1 : chosen ? 2 : 1);
    if (factor == 0)
        pen.setStyle(Qt::DotLine);
    painter.setPen(pen);
    painter.drawLine(rect.left() + 1, y, word.left(), y);
    painter.drawLine(word.right(), y, rect.right() - 2, y);
    painter.drawLine(rect.right() - 2, y, rect.right() - 6, y - 3);
    painter.drawLine(rect.right() - 2, y, rect.right() - 6, y + 3);
    if (chosen && live) {
        painter.setPen(QPen(colours.accent, hasFocus() ? 2 : 1));
        painter.setBrush(colours.accentSoft);
        painter.drawRoundedRect(QRectF(word).adjusted(0.5, 1.5, -0.5, -1.5), kRadiusSmall, kRadiusSmall);
    }
    painter.setPen(factor == 1 ? colours.textMuted : colours.text);
    painter.drawText(word, Qt::AlignCenter, text);
}

void NetworkCanvas::paint(QPainter& painter, bool live) const {
    const Palette& colours = paletteFor(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QFont small = design::font(TextRole::Caption);
    painter.setFont(small);
    const QFontMetrics metrics(small);
    if (drawing_.empty()) {
        painter.setPen(colours.textMuted);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, empty_);
        return;
    }
    layOut();
    for (int i = 0; i < int(drawing_.skips.size()); ++i)
        paintSkip(painter, i, live);
    std::int64_t most = 1;
    for (const NetworkBlock& b : drawing_.blocks)
        most = std::max(most, b.timeNs);
    for (int i = 0; i < int(drawing_.blocks.size()); ++i) {
        const NetworkBlock& b = drawing_.blocks[std::size_t(i)];
        const QRect rect = blockRect(i);
        const bool chosen = live && i == block_;
        painter.setPen(QPen(chosen ? colours.accent : colours.lead, chosen ? 2 : 1));
        painter.setBrush(colours.pane(glassOf(b)));
        painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), kRadiusSmall, kRadiusSmall);
        QString text = blockTitle(b.name), size;
        if (b.height > 0)
            size = QStringLiteral("%1 \u00B7 %2\u00D7%3").arg(b.channels).arg(b.width).arg(b.height);
        const QRect inside = rect.adjusted(kSpace1, 0, -kSpace1, -kShareBar);
        const int nameRoom = metrics.horizontalAdvance(text) + kSpace2, sizeRoom = metrics.horizontalAdvance(size);
        if (nameRoom + sizeRoom > inside.width())
            size.clear();
        painter.setPen(colours.text);
        painter.drawText(inside, Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(text, Qt::ElideRight, inside.width()));
        painter.drawText(inside, Qt::AlignRight | Qt::AlignVCenter, size);
        // Its share of the time, against the block that took most.
        painter.fillRect(QRectF(rect.left() + 2, rect.bottom() - kShareBar,
                                (rect.width() - 4) * double(b.timeNs) / double(most), kShareBar - 1),
                         colours.ink(glassOf(b)));
    }
}

void NetworkCanvas::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, true);
}

void NetworkCanvas::paintPicture(QPainter& painter) const {
    paint(painter, false);
}

QString NetworkCanvas::csv() const {
    if (drawing_.empty())
        return {};
    QString out = QStringLiteral("block,channels,height,width,operations,nanoseconds,flops,weight bytes\n");
    for (const NetworkBlock& b : drawing_.blocks) {
        out += csvField(QString::fromStdString(b.name));
        for (const std::int64_t v :
             {b.channels, b.height, b.width, std::int64_t(b.nOperation), b.timeNs, b.flops, b.weightBytes})
            out += QLatin1Char(',') + QString::number(v);
        out += QLatin1Char('\n');
    }
    return out;
}

void NetworkCanvas::choose(int block, int skip) {
    if (skip >= 0) {
        setSkip(skip);
        emit skipChosen(skip);
    } else if (block >= 0) {
        setBlock(block);
        emit blockChosen(block);
    }
}

void NetworkCanvas::mousePressEvent(QMouseEvent* event) {
    for (int i = 0; i < int(drawing_.blocks.size()); ++i)
        if (blockRect(i).contains(event->pos()))
            return choose(i, -1);
    for (int i = 0; i < int(drawing_.skips.size()); ++i)
        if (skipRect(i).contains(event->pos()))
            return choose(-1, i);
}

void NetworkCanvas::walk(int column, int row) {
    if (row != 0 && skip_ >= 0 && !drawing_.skips.empty())
        return choose(-1, std::clamp(skip_ + row, 0, int(drawing_.skips.size()) - 1));
    if (drawing_.empty())
        return;
    const int n = int(drawing_.blocks.size());
    if (column != 0 && skip_ >= 0) { // out of the skips, to the block at that end
        const NetworkSkip skip = drawing_.skips[std::size_t(skip_)];
        skip_ = -1;
        return choose(column < 0 ? skip.from : skip.to, -1);
    }
    choose(std::clamp(block_ + (row != 0 ? row : column), 0, n - 1), -1);
}

void NetworkCanvas::keyPressEvent(QKeyEvent* event) {
    const auto set = [this](double factor) {
        if (skip_ >= 0)
            emit scaleChosen(skip_, std::clamp(factor, 0.0, kMostFactor));
    };
    switch (event->key()) {
    case Qt::Key_Up:
        return walk(0, -1);
    case Qt::Key_Down:
        return walk(0, 1);
    case Qt::Key_Left:
        return walk(-1, 0);
    case Qt::Key_Right:
        return walk(1, 0);
    case Qt::Key_S: // to the skip of this row
        if (!drawing_.skips.empty())
            choose(-1, std::clamp(block_ >= 0 ? drawing_.blocks[std::size_t(block_)].row : 0, 0,
                                  int(drawing_.skips.size()) - 1));
        return;
    case Qt::Key_Plus:
        return set(double(scale(skip_)) + kFactorStep);
    case Qt::Key_Minus:
        return set(double(scale(skip_)) - kFactorStep);
    case Qt::Key_0:
        return set(0);
    case Qt::Key_1:
        return set(1);
    default:
        QWidget::keyPressEvent(event);
    }
}

void NetworkCanvas::describe() {
    QStringList words;
    if (drawing_.empty())
        words << empty_;
    if (skip_ >= 0)
        words << tr("Skip connection %1: factor %2").arg(skip_ + 1).arg(numberText(double(scale(skip_)), 3));
    words << blockWords(block_);
    setAccessibleDescription(words.join(QStringLiteral(". ")));
}

void NetworkCanvas::changeEvent(QEvent* event) {
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        laidOut_ = {};
        updateGeometry();
        update();
    }
    QWidget::changeEvent(event);
}

bool NetworkCanvas::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        QString text;
        for (int i = 0; i < int(drawing_.blocks.size()); ++i)
            if (blockRect(i).contains(help->pos()))
                text = blockWords(i);
        for (int i = 0; i < int(drawing_.skips.size()); ++i)
            if (skipRect(i).contains(help->pos()) && drawing_.skips[std::size_t(i)].from >= 0)
                text = tr("What %1 leaves, handed across; its factor is %2")
                           .arg(QString::fromStdString(
                                    drawing_.blocks[std::size_t(drawing_.skips[std::size_t(i)].from)].name),
                                numberText(double(scale(i)), 3));
        QToolTip::showText(help->globalPos(), text, this);
        return true;
    }
    return QWidget::event(event);
}

} // namespace vitral
