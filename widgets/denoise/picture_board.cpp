// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/picture_board.h"

#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace vitral {

using namespace design;

namespace {

constexpr int kSmallestEdge = 48, kLargestEdge = 768;
constexpr double kGrow = 1.4, kGrowGrid = 2; ///< times the wanted size, where there is room
constexpr int kFarSteps = 8;
constexpr int kNoteEdge = 96;

} // namespace

PictureBoard::PictureBoard(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void PictureBoard::setContent(BoardContent content) {
    const QString key = current_ >= 0 && current_ < int(content_.pictures.size())
                            ? content_.pictures[std::size_t(current_)].key
                            : QString();
    const bool resized = heightForWidth(width()) != 0;
    const int before = resized ? heightForWidth(width()) : 0;
    content_ = std::move(content);
    current_ = -1;
    for (std::size_t i = 0; i < content_.pictures.size() && !key.isEmpty(); ++i)
        if (content_.pictures[i].key == key)
            current_ = int(i);
    if (heightForWidth(width()) != before)
        updateGeometry();
    describe();
    update();
}

void PictureBoard::setSmooth(bool smooth) {
    smooth_ = smooth;
    update();
}

void PictureBoard::setGrowing(bool on) {
    growing_ = on;
    updateGeometry();
    update();
}

void PictureBoard::setEdge(int pixels) {
    pixels = std::clamp(pixels, kSmallestEdge, kLargestEdge);
    if (pixels == edge_)
        return;
    edge_ = pixels;
    updateGeometry();
    update();
    emit edgeChanged(edge_);
}

PictureBoard::Layout PictureBoard::layoutFor(int width) const {
    Layout l;
    const double scale = QFontMetrics(design::font(TextRole::Body)).height() / 17.0;
    const int wanted = int(std::lround(edge_ * std::clamp(scale, 0.75, 2.0)));
    l.title = QFontMetrics(design::font(TextRole::Small)).height() + kSpace1;
    l.caption = content_.captionLines > 0
                    ? QFontMetrics(design::font(TextRole::Caption)).height() * content_.captionLines + kSpace1
                    : 0;
    if (content_.nColumn > 0) {
        const QFontMetrics metrics(design::font(TextRole::Small));
        for (const QString& head : content_.rowHeads)
            l.left = std::max(l.left, std::min(160, metrics.horizontalAdvance(head)) + kSpace2);
        if (!content_.columnHeads.isEmpty())
            l.top = metrics.height() + kSpace1;
        l.nColumn = content_.nColumn;
        l.edge =
            std::clamp((width - l.left + kSpace2) / l.nColumn - kSpace2, kSmallestEdge / 2, int(wanted * kGrowGrid));
        l.title = std::any_of(content_.pictures.begin(), content_.pictures.end(),
                              [](const BoardPicture& p) { return !p.title.isEmpty(); })
                      ? l.title
                      : 0;
    } else {
        l.nColumn = std::max(1, (width + kSpace3) / (wanted + kSpace3));
        const int nUsed = std::max(1, std::min<int>(l.nColumn, int(content_.pictures.size())));
        // Rows of the same length look calmer than a full one and a rest.
        const int nRow = (int(content_.pictures.size()) + l.nColumn - 1) / std::max(1, l.nColumn);
        if (nRow > 1)
            l.nColumn = (int(content_.pictures.size()) + nRow - 1) / nRow;
        const int fit = (width + kSpace3) / std::max(1, nRow > 1 ? l.nColumn : nUsed) - kSpace3;
        l.edge = growing_ ? std::clamp(fit, kSmallestEdge, int(wanted * kGrow))
                          : std::min(wanted, std::max(fit, kSmallestEdge));
    }
    const int gap = content_.nColumn > 0 ? kSpace2 : kSpace3;
    l.cellWidth = l.edge + gap;
    l.cellHeight = l.title + l.edge + l.caption + gap;
    return l;
}

QRect PictureBoard::cellRect(const Layout& l, int index) const {
    return {l.left + index % l.nColumn * l.cellWidth, l.top + index / l.nColumn * l.cellHeight, l.edge,
            l.title + l.edge + l.caption};
}

QRect PictureBoard::imageRect(const Layout& l, int index) const {
    const QRect cell = cellRect(l, index);
    const QRect square(cell.left(), cell.top() + l.title, l.edge, l.edge);
    const QSize own = content_.pictures[std::size_t(index)].shown.image.size();
    if (own.isEmpty())
        return square;
    const QSize fitted = own.scaled(square.size(), Qt::KeepAspectRatio);
    return {square.topLeft() + QPoint((square.width() - fitted.width()) / 2, (square.height() - fitted.height()) / 2),
            fitted};
}

QRect PictureBoard::pictureRect(int index) const {
    return imageRect(layoutFor(width()), index);
}

int PictureBoard::heightForWidth(int width) const {
    if (content_.pictures.empty())
        return kNoteEdge;
    const Layout l = layoutFor(width);
    const int nRow = (int(content_.pictures.size()) + l.nColumn - 1) / l.nColumn;
    return l.top + nRow * l.cellHeight;
}

QSize PictureBoard::sizeHint() const {
    return {4 * edge_, heightForWidth(std::max(width(), 4 * edge_))};
}

QSize PictureBoard::minimumSizeHint() const {
    return {2 * kSmallestEdge, kSmallestEdge};
}

void PictureBoard::paintOne(QPainter& painter, const Layout& l, int index, bool live) const {
    const Palette& colours = paletteFor(this);
    const BoardPicture& picture = content_.pictures[std::size_t(index)];
    const QRect cell = cellRect(l, index), image = imageRect(l, index);
    if (l.title > 0) {
        painter.setFont(picture.strong ? strongFont(TextRole::Small) : design::font(TextRole::Small));
        painter.setPen(colours.text);
        painter.drawText(QRect(cell.left(), cell.top(), cell.width(), l.title), Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(picture.title, Qt::ElideRight, cell.width()));
    }
    if (picture.shown.image.isNull()) {
        painter.fillRect(image, colours.sunken);
        painter.setFont(design::font(TextRole::Caption));
        painter.setPen(colours.textMuted);
        painter.drawText(image.adjusted(kSpace1, kSpace1, -kSpace1, -kSpace1), Qt::AlignCenter | Qt::TextWordWrap,
                         picture.note);
    } else {
        painter.setRenderHint(QPainter::SmoothPixmapTransform, smooth_);
        painter.drawImage(image, picture.shown.image);
    }
    const bool chosen = live && index == current_;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(chosen           ? colours.accent
                        : picture.strong ? colours.borderStrong
                                         : colours.border,
                        chosen ? 2 : 1));
    painter.drawRect(QRectF(image).adjusted(-0.5, -0.5, 0.5, 0.5));
    // The pixel, in every tile of a picture of channels.
    const QSize pixels = picture.shown.pixels;
    if (pixel_.x() >= 0 && pixel_.x() < pixels.width() && pixel_.y() < pixels.height() &&
        !picture.shown.image.isNull()) {
        const double unit = double(image.width()) / picture.shown.image.width();
        const int nAcross = picture.shown.image.width() / pixels.width();
        const int nDown = picture.shown.image.height() / pixels.height();
        for (int tile = 0; tile < nAcross * nDown; ++tile) {
            QRectF box(image.left() + (tile % nAcross * pixels.width() + pixel_.x()) * unit,
                       image.top() + (tile / nAcross * pixels.height() + pixel_.y()) * unit, unit, unit);
            if (box.width() < 6)
                box = QRectF(box.center() - QPointF(3, 3), QSizeF(6, 6));
            painter.setPen(QPen(Qt::white, 1));
            painter.drawRect(box.adjusted(-1, -1, 1, 1));
            painter.setPen(QPen(Qt::black, 1));
            painter.drawRect(box.adjusted(-2, -2, 2, 2));
        }
    }
    if (l.caption > 0) {
        painter.setFont(design::font(TextRole::Caption));
        painter.setPen(colours.textMuted);
        const QFontMetrics metrics = painter.fontMetrics();
        const QStringList lines = picture.caption.split(QLatin1Char('\n'));
        int y = cell.top() + l.title + l.edge + 2;
        for (int i = 0; i < std::min<int>(content_.captionLines, int(lines.size())); ++i, y += metrics.height())
            painter.drawText(QRect(cell.left(), y, cell.width(), metrics.height()), Qt::AlignLeft | Qt::AlignVCenter,
                             metrics.elidedText(lines[i], Qt::ElideRight, cell.width()));
    }
}

void PictureBoard::paint(QPainter& painter, bool live) const {
    const Palette& colours = paletteFor(this);
    if (content_.pictures.empty()) {
        painter.setFont(design::font(TextRole::Body));
        painter.setPen(colours.textMuted);
        painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, content_.empty);
        return;
    }
    const Layout l = layoutFor(width());
    painter.setFont(strongFont(TextRole::Small));
    painter.setPen(colours.textMuted);
    for (int i = 0; i < std::min<int>(l.nColumn, int(content_.columnHeads.size())); ++i)
        painter.drawText(QRect(l.left + i * l.cellWidth, 0, l.edge, l.top), Qt::AlignCenter,
                         painter.fontMetrics().elidedText(content_.columnHeads[i], Qt::ElideRight, l.edge));
    for (int i = 0; i < int(content_.rowHeads.size()); ++i)
        painter.drawText(QRect(0, l.top + i * l.cellHeight + l.title, l.left - kSpace1, l.edge),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextWordWrap, content_.rowHeads[i]);
    const QRectF clip = painter.hasClipping() ? painter.clipBoundingRect() : QRectF(rect());
    for (int i = 0; i < int(content_.pictures.size()); ++i)
        if (!live || clip.intersects(cellRect(l, i)))
            paintOne(painter, l, i, live);
    if (live && hasFocus() && current_ < 0) {
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colours.accent, 2));
        painter.drawRect(QRectF(rect()).adjusted(1, 1, -1, -1));
    }
}

void PictureBoard::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paint(painter, true);
}

void PictureBoard::paintPicture(QPainter& painter) const {
    paint(painter, false);
}

int PictureBoard::at(QPoint point) const {
    const Layout l = layoutFor(width());
    for (int i = 0; i < int(content_.pictures.size()); ++i)
        if (cellRect(l, i).contains(point))
            return i;
    return -1;
}

void PictureBoard::choose(QPoint point) {
    const int index = at(point);
    if (index < 0)
        return;
    setCurrent(index);
    const ShownPicture& shown = content_.pictures[std::size_t(index)].shown;
    const QRect image = pictureRect(index);
    if (shown.image.isNull() || !image.contains(point) || shown.pixels.isEmpty())
        return;
    const double unit = double(image.width()) / shown.image.width();
    const int x = std::clamp(int((point.x() - image.left()) / unit), 0, shown.image.width() - 1);
    const int y = std::clamp(int((point.y() - image.top()) / unit), 0, shown.image.height() - 1);
    const QPoint pixel(x % shown.pixels.width(), y % shown.pixels.height());
    if (pixel != pixel_) {
        setPixel(pixel);
        emit pixelChanged(pixel);
    }
}

void PictureBoard::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        choose(event->position().toPoint());
}

void PictureBoard::mouseMoveEvent(QMouseEvent* event) {
    if ((event->buttons() & Qt::LeftButton) != 0)
        choose(event->position().toPoint());
}

void PictureBoard::mouseDoubleClickEvent(QMouseEvent* event) {
    const int index = at(event->position().toPoint());
    if (index >= 0)
        emit activated(index);
}

void PictureBoard::keyPressEvent(QKeyEvent* event) {
    const int n = int(content_.pictures.size());
    const int far = (event->modifiers() & Qt::ShiftModifier) != 0 ? kFarSteps : 1;
    QPoint by;
    switch (event->key()) {
    case Qt::Key_Left:
        by = {-far, 0};
        break;
    case Qt::Key_Right:
        by = {far, 0};
        break;
    case Qt::Key_Up:
        by = {0, -far};
        break;
    case Qt::Key_Down:
        by = {0, far};
        break;
    case Qt::Key_PageUp:
        setCurrent(std::max(0, current_ - 1));
        return;
    case Qt::Key_PageDown:
        setCurrent(std::min(n - 1, current_ + 1));
        return;
    case Qt::Key_Home:
        setCurrent(n > 0 ? 0 : -1);
        return;
    case Qt::Key_End:
        setCurrent(n - 1);
        return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        setEdge(edge_ * 5 / 4);
        return;
    case Qt::Key_Minus:
        setEdge(edge_ * 4 / 5);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (current_ >= 0) {
            emit activated(current_);
            return;
        }
        break;
    default:
        break;
    }
    const int base = current_ >= 0 ? current_ : 0;
    if (by.isNull() || n == 0 || content_.pictures[std::size_t(base)].shown.pixels.isEmpty()) {
        QWidget::keyPressEvent(event);
        return;
    }
    const QSize pixels = content_.pictures[std::size_t(base)].shown.pixels;
    QPoint to = pixel_.x() < 0 ? QPoint(pixels.width() / 2, pixels.height() / 2) : pixel_ + by;
    to = {std::clamp(to.x(), 0, pixels.width() - 1), std::clamp(to.y(), 0, pixels.height() - 1)};
    setPixel(to);
    emit pixelChanged(to);
}

void PictureBoard::wheelEvent(QWheelEvent* event) {
    if ((event->modifiers() & Qt::ControlModifier) == 0) {
        QWidget::wheelEvent(event);
        return;
    }
    setEdge(event->angleDelta().y() > 0 ? edge_ * 5 / 4 : edge_ * 4 / 5);
    event->accept();
}

void PictureBoard::setCurrent(int index) {
    index = std::clamp(index, -1, int(content_.pictures.size()) - 1);
    if (index == current_)
        return;
    current_ = index;
    describe();
    update();
    emit currentChanged(index);
}

void PictureBoard::setPixel(QPoint pixel) {
    if (pixel == pixel_)
        return;
    pixel_ = pixel;
    describe();
    update();
}

void PictureBoard::describe() {
    QString text;
    if (current_ >= 0) {
        const BoardPicture& p = content_.pictures[std::size_t(current_)];
        text = p.title + QStringLiteral(". ") + p.words + QLatin1Char(' ') +
               (p.shown.image.isNull() ? p.note : QString(p.caption).replace(QLatin1Char('\n'), QLatin1String(", ")));
    } else if (content_.pictures.empty()) {
        text = content_.empty;
    }
    setAccessibleDescription(text);
}

bool PictureBoard::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int index = at(help->pos());
        if (index >= 0) {
            const BoardPicture& p = content_.pictures[std::size_t(index)];
            const QStringList lines = {p.title, p.words, p.caption};
            QString text;
            for (const QString& line : lines)
                if (!line.isEmpty())
                    text += (text.isEmpty() ? QString() : QStringLiteral("\n")) + line;
            QToolTip::showText(help->globalPos(), text, this, cellRect(layoutFor(width()), index));
            return true;
        }
    }
    return QWidget::event(event);
}

void PictureBoard::changeEvent(QEvent* event) {
    if (event->type() == QEvent::FontChange) {
        updateGeometry();
        update();
    } else if (event->type() == QEvent::PaletteChange) {
        update();
    }
    QWidget::changeEvent(event);
}

} // namespace vitral
