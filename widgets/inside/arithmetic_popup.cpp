// SPDX-License-Identifier: Apache-2.0
#include "widgets/inside/arithmetic_popup.h"

#include "widgets/design/metrics.h"
#include "widgets/inside/cell_step.h"

#include <QGuiApplication>
#include <QKeyEvent>
#include <QLabel>
#include <QScreen>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {
constexpr int kWidth = 560;
constexpr int kEdge = 8; ///< of the screen that stays free
} // namespace

ArithmeticPopup::ArithmeticPopup(QWidget* window) : QFrame(window, Qt::Popup) {
    setProperty("kind", "page");
    setFrameShape(QFrame::StyledPanel);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace3, design::kSpace3, design::kSpace3, design::kSpace3);
    column->setSpacing(design::kSpace2);
    headline_ = new QLabel(this);
    headline_->setTextFormat(Qt::PlainText);
    headline_->setProperty("role", "title");
    headline_->setWordWrap(true);
    headline_->setMinimumWidth(1);
    column->addWidget(headline_);
    scroll_ = new QScrollArea(this);
    scroll_->setFrameShape(QFrame::NoFrame);
    scroll_->setWidgetResizable(true);
    scroll_->setFocusPolicy(Qt::StrongFocus); // the arrow keys scroll
    column->addWidget(scroll_, 1);
}

ArithmeticPopup& ArithmeticPopup::of(QWidget* near) {
    QWidget* window = near->window();
    if (auto* there = window->findChild<ArithmeticPopup*>(QString(), Qt::FindDirectChildrenOnly))
        return *there;
    return *new ArithmeticPopup(window);
}

void ArithmeticPopup::open(const Arithmetic& arithmetic, QPoint at) {
    shown_ = arithmetic;
    headline_->setText(arithmetic.headline);
    setAccessibleName(arithmetic.headline);
    steps_.clear();
    auto* page = new QWidget;
    page->setProperty("kind", "page");
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, design::kSpace1, 0);
    column->setSpacing(design::kSpace2);
    QStringList read;
    for (const ArithmeticStep& step : arithmetic.steps) {
        auto* card = new CellStep(static_cast<int>(steps_.size()) + 1, page);
        card->setWords(step.title, step.formula, step.sentence);
        column->addWidget(card);
        steps_.push_back(card);
        read << QStringLiteral("%1: %2. %3").arg(step.title, card->formula(), step.sentence);
    }
    column->addStretch(1);
    scroll_->setWidget(page); // the one before goes
    page_ = page;
    setAccessibleDescription(read.join(QLatin1Char('\n')));

    const QScreen* screen = QGuiApplication::screenAt(at);
    QRect room = screen != nullptr ? screen->availableGeometry() : QRect(at, QSize(kWidth, kWidth));
    room.adjust(kEdge, kEdge, -kEdge, -kEdge);
    const int width = std::min(kWidth, room.width());
    const int inner = width - 2 * design::kSpace3 - 2 * frameWidth();
    const int high = page->layout()->hasHeightForWidth()
                         ? page->layout()->heightForWidth(inner - scroll_->verticalScrollBar()->sizeHint().width())
                         : page->sizeHint().height();
    const int head = headline_->heightForWidth(inner);
    const int height = std::min(high + head + 3 * design::kSpace3, room.height() * 4 / 5);
    resize(width, height);
    QPoint place(at.x() - width / 2, at.y() + design::kSpace2);
    if (place.y() + height > room.bottom())
        place.setY(at.y() - height - design::kSpace2);
    move(std::clamp(place.x(), room.left(), std::max(room.left(), room.right() - width)),
         std::clamp(place.y(), room.top(), std::max(room.top(), room.bottom() - height)));
    show();
    scroll_->setFocus();
}

void ArithmeticPopup::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        hide();
    else
        QFrame::keyPressEvent(event);
}

} // namespace vitral
