// SPDX-License-Identifier: Apache-2.0
// Mouse, keyboard, selection and the context menu of the transcript.
#include "widgets/design/icons.h"
#include "widgets/transcript/message_editor.h"
#include "widgets/transcript/message_tool_bar.h"
#include "widgets/transcript/transcript_view.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollBar>
#include <QTextBoundaryFinder>
#include <QTimerEvent>
#include <QToolTip>
#include <QUrl>

#include <algorithm>

namespace vitral {

TranscriptView::Place TranscriptView::placeAt(const QPoint& point, MessageHit* hit, int* message) const {
    Place place;
    if (messages_.empty())
        return place;
    const double y = point.y() + scrollY();
    place.message = messageAt(y);
    const auto m = static_cast<std::size_t>(place.message);
    const MessageHit found = messages_[m]->hit(QPointF(point.x() - columnLeft(), y - tops_[m]), style_);
    place.text = found.place;
    if (hit != nullptr)
        *hit = found;
    if (message != nullptr)
        *message = y >= tops_[m] && y < tops_[m] + messages_[m]->height() ? place.message : -1;
    return place;
}

std::pair<TranscriptView::Place, TranscriptView::Place> TranscriptView::selection() const {
    if (!selStart_)
        return {};
    return *selStart_ < selEnd_ ? std::pair{*selStart_, selEnd_} : std::pair{selEnd_, *selStart_};
}

QString TranscriptView::selectedText() const {
    if (!selStart_)
        return {};
    const auto [from, to] = selection();
    QStringList parts;
    for (int i = from.message; i <= to.message && i < static_cast<int>(messages_.size()); ++i) {
        MessageLayout& m = *messages_[static_cast<std::size_t>(i)];
        m.parse();
        const TextPlace begin = i == from.message ? from.text : TextPlace{};
        const TextPlace end = i == to.message ? to.text : m.end();
        if (begin < end)
            parts.append(m.plainText(begin, end));
    }
    return parts.join(QStringLiteral("\n\n"));
}

void TranscriptView::clearSelection() {
    if (!selStart_)
        return;
    selStart_.reset();
    viewport()->update();
}

void TranscriptView::selectAll() {
    if (messages_.empty())
        return;
    selStart_ = Place{0, {}};
    messages_.back()->parse();
    selEnd_ = Place{static_cast<int>(messages_.size()) - 1, messages_.back()->end()};
    viewport()->update();
}

void TranscriptView::copy() {
    const QString text = selectedText();
    if (!text.isEmpty())
        QApplication::clipboard()->setText(text);
    else if (current_ >= 0)
        copyMessage(current_);
}

void TranscriptView::copyMessage(int index) {
    if (source_ && index >= 0 && index < source_->count())
        QApplication::clipboard()->setText(QString::fromStdString(source_->message(index).text));
}

void TranscriptView::setMarkedToken(int message, int token) {
    if (message == markedMessage_ && token == markedToken_)
        return;
    markedMessage_ = message;
    markedToken_ = token;
    viewport()->update();
    if (message < 0 || message >= static_cast<int>(messages_.size()) || token < 0 || !tokenMode())
        return;
    layOutVisible();
    const auto m = static_cast<std::size_t>(message);
    const QRectF rect = messages_[m]->tokenRect(token).translated(0, tops_[m]);
    if (messages_[m]->tokenRect(token).isEmpty())
        scrollToMessage(message); // not laid out yet
    else if (rect.top() < scrollY() || rect.bottom() > scrollY() + viewport()->height())
        verticalScrollBar()->setValue(static_cast<int>(rect.center().y()) - viewport()->height() / 2);
}

QRect TranscriptView::globalTokenRect(int message, int token) const {
    const auto m = static_cast<std::size_t>(message);
    const QRectF r = messages_[m]->tokenRect(token).translated(columnLeft(), tops_[m] - scrollY());
    return QRect(viewport()->mapToGlobal(r.topLeft().toPoint()), r.size().toSize());
}

void TranscriptView::hover(const QPoint& point) {
    MessageHit hit;
    int message = -1;
    std::ignore = placeAt(point, &hit, &message);
    if (message != hovered_ && !editor_) {
        hovered_ = message;
        placeOverlays();
        viewport()->update();
    }
    const bool hand = !hit.link.isEmpty() || hit.copyCode || hit.thinkingHead || hit.token >= 0;
    viewport()->setCursor(hand ? Qt::PointingHandCursor : hit.block >= 0 ? Qt::IBeamCursor : Qt::ArrowCursor);
    const int token = message >= 0 ? hit.token : -1;
    if (token != hoverToken_ || message != hoverMessage_) {
        const bool had = hoverToken_ >= 0;
        hoverMessage_ = message;
        hoverToken_ = token;
        viewport()->update();
        if (token >= 0)
            emit tokenHovered(message, token, globalTokenRect(message, token));
        else if (had)
            emit tokenHovered(-1, -1, {});
    }
}

void TranscriptView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    pressAt_ = event->position().toPoint();
    MessageHit hit;
    int message = -1;
    const Place place = placeAt(pressAt_, &hit, &message);
    if (message >= 0)
        setCurrentMessage(message, false);
    if (hit.copyCode) {
        QApplication::clipboard()->setText(messages_[static_cast<std::size_t>(message)]->codeOfBlock(hit.block));
        QToolTip::showText(event->globalPosition().toPoint(), tr("Code copied"), viewport());
        return;
    }
    if (hit.thinkingHead) {
        messages_[static_cast<std::size_t>(message)]->toggleThinking(hit.block);
        stick_ = false;
        layOutVisible();
        viewport()->update();
        return;
    }
    if ((event->modifiers() & Qt::ShiftModifier) != 0 && selStart_) {
        selEnd_ = place;
    } else {
        selStart_ = place;
        selEnd_ = place;
    }
    selecting_ = true;
    viewport()->update();
}

void TranscriptView::mouseMoveEvent(QMouseEvent* event) {
    const QPoint point = event->position().toPoint();
    if (!selecting_) {
        hover(point);
        return;
    }
    selEnd_ = placeAt(point);
    const bool outside = point.y() < 0 || point.y() > viewport()->height();
    if (outside && autoScrollTimer_ == 0)
        autoScrollTimer_ = startTimer(design::kFrameMs * 2);
    else if (!outside && autoScrollTimer_ != 0) {
        killTimer(autoScrollTimer_);
        autoScrollTimer_ = 0;
    }
    viewport()->update();
}

void TranscriptView::timerEvent(QTimerEvent* event) {
    if (event->timerId() != autoScrollTimer_) {
        QAbstractScrollArea::timerEvent(event);
        return;
    }
    const QPoint point = viewport()->mapFromGlobal(QCursor::pos());
    const int overshoot = point.y() < 0 ? point.y() : point.y() - viewport()->height();
    verticalScrollBar()->setValue(verticalScrollBar()->value() + overshoot / 3);
    selEnd_ = placeAt(point);
    viewport()->update();
}

void TranscriptView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    if (autoScrollTimer_ != 0) {
        killTimer(autoScrollTimer_);
        autoScrollTimer_ = 0;
    }
    const bool click = selecting_ && selStart_ && *selStart_ == selEnd_ &&
                       (event->position().toPoint() - pressAt_).manhattanLength() < QApplication::startDragDistance();
    selecting_ = false;
    if (!click) {
        if (QApplication::clipboard()->supportsSelection())
            QApplication::clipboard()->setText(selectedText(), QClipboard::Selection);
        return;
    }
    clearSelection();
    MessageHit hit;
    int message = -1;
    std::ignore = placeAt(event->position().toPoint(), &hit, &message);
    if (message < 0)
        return;
    if (hit.token >= 0)
        emit tokenClicked(message, hit.token, globalTokenRect(message, hit.token));
    else if (!hit.link.isEmpty())
        emit linkActivated(QUrl(hit.link));
}

void TranscriptView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        selectWordAt(event->position().toPoint());
}

std::pair<QString, int> TranscriptView::textAt(const QPoint& point) const {
    if (messages_.empty())
        return {};
    const Place place = placeAt(point);
    const MessageLayout& m = *messages_[static_cast<std::size_t>(place.message)];
    return {m.plainText({place.text.block, 0}, {place.text.block, 1 << 28}), place.text.index};
}

void TranscriptView::selectWordAt(const QPoint& point) {
    const Place place = placeAt(point);
    if (messages_.empty())
        return;
    const MessageLayout& m = *messages_[static_cast<std::size_t>(place.message)];
    const QString text = m.plainText({place.text.block, 0}, {place.text.block, 1 << 28});
    QTextBoundaryFinder finder(QTextBoundaryFinder::Word, text);
    finder.setPosition(std::min<int>(place.text.index, static_cast<int>(text.size())));
    if (!finder.isAtBoundary())
        finder.toPreviousBoundary();
    const int begin = static_cast<int>(finder.position());
    const int end = static_cast<int>(finder.toNextBoundary());
    if (end <= begin)
        return;
    selStart_ = Place{place.message, {place.text.block, begin}};
    selEnd_ = Place{place.message, {place.text.block, end}};
    viewport()->update();
}

void TranscriptView::leaveEvent(QEvent*) {
    // The row of actions is a child: entering it is not leaving.
    if (viewport()->rect().contains(viewport()->mapFromGlobal(QCursor::pos())))
        return;
    hovered_ = -1;
    if (hoverToken_ >= 0) {
        hoverToken_ = -1;
        emit tokenHovered(-1, -1, {});
    }
    placeOverlays();
    viewport()->update();
}

void TranscriptView::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    if (current_ < 0 && !messages_.empty() && event->reason() != Qt::MouseFocusReason)
        setCurrentMessage(static_cast<int>(messages_.size()) - 1, false);
    placeOverlays();
    viewport()->update();
}

void TranscriptView::keyPressEvent(QKeyEvent* event) {
    const int last = static_cast<int>(messages_.size()) - 1;
    const bool on = source_ && current_ >= 0 && current_ <= last;
    if (event->matches(QKeySequence::Copy)) {
        copy();
    } else if (event->matches(QKeySequence::SelectAll)) {
        selectAll();
    } else if (event->key() == Qt::Key_Up) {
        setCurrentMessage(std::max(0, current_ - 1));
    } else if (event->key() == Qt::Key_Down) {
        setCurrentMessage(std::min(last, current_ + 1));
    } else if (event->key() == Qt::Key_Home) {
        setCurrentMessage(0);
        scrollToMessage(0);
    } else if (event->key() == Qt::Key_End) {
        setCurrentMessage(last, false);
        scrollToEnd();
    } else if (on && walkTokens(event)) {
        // a token was pointed at or chosen
    } else if (on && event->key() == Qt::Key_Left) {
        emit siblingRequested(source_->message(current_).id, -1);
    } else if (on && event->key() == Qt::Key_Right) {
        emit siblingRequested(source_->message(current_).id, 1);
    } else if (on && (event->key() == Qt::Key_F2 || event->key() == Qt::Key_E)) {
        editMessage(current_);
    } else if (on && event->key() == Qt::Key_R) {
        emit regenerateRequested(source_->message(current_).id);
    } else if (on && event->key() == Qt::Key_Delete) {
        emit removeRequested(source_->message(current_).id);
    } else if (on && event->key() == Qt::Key_Menu) {
        const auto c = static_cast<std::size_t>(current_);
        showMenu(current_, viewport()->mapToGlobal(QPoint(static_cast<int>(columnLeft()),
                                                          static_cast<int>(std::max(0.0, tops_[c] - scrollY())))));
    } else if (event->key() == Qt::Key_Escape && selStart_) {
        clearSelection();
    } else {
        QAbstractScrollArea::keyPressEvent(event); // page up and down
    }
}

// In token mode the arrows point at tokens and Enter chooses one; with Alt they still change the version.
bool TranscriptView::walkTokens(const QKeyEvent* event) {
    const auto n = static_cast<int>(source_->message(current_).tokens.size());
    if (view_ != MessageView::Tokens || n == 0 || (event->modifiers() & Qt::AltModifier) != 0)
        return false;
    const bool here = hoverMessage_ == current_ && hoverToken_ >= 0;
    if (event->key() == Qt::Key_Left || event->key() == Qt::Key_Right) {
        hoverToken_ = here ? std::clamp(hoverToken_ + (event->key() == Qt::Key_Right ? 1 : -1), 0, n - 1) : 0;
        hoverMessage_ = current_;
        viewport()->update();
        emit tokenHovered(current_, hoverToken_, globalTokenRect(current_, hoverToken_));
        return true;
    }
    if (here && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)) {
        emit tokenClicked(current_, hoverToken_, globalTokenRect(current_, hoverToken_));
        return true;
    }
    return false;
}

void TranscriptView::contextMenuEvent(QContextMenuEvent* event) {
    int message = -1;
    std::ignore = placeAt(event->pos(), nullptr, &message);
    if (message >= 0) {
        setCurrentMessage(message, false);
        showMenu(message, event->globalPos());
    }
}

void TranscriptView::showMenu(int index, const QPoint& global) {
    const Message& m = source_->message(index);
    const MessageId id = m.id;
    const bool answer = m.role == Role::Assistant;
    QMenu menu(this);
    QAction* copySelection =
        menu.addAction(design::icon(QStringLiteral("copy")), tr("Copy selection"), this, &TranscriptView::copy);
    copySelection->setEnabled(!selectedText().isEmpty());
    menu.addAction(tr("Copy message"), this, [this, index] { copyMessage(index); });
    menu.addSeparator();
    QAction* edit = menu.addAction(design::icon(QStringLiteral("edit")), tr("Edit\u2026"), this,
                                   [this, index] { editMessage(index); });
    QAction* again =
        menu.addAction(design::icon(QStringLiteral("regenerate")), answer ? tr("Answer again") : tr("Answer this"),
                       this, [this, id] { emit regenerateRequested(id); });
    QAction* goOn = nullptr;
    if (answer)
        goOn = menu.addAction(design::icon(QStringLiteral("continue")), tr("Continue the answer"), this,
                              [this, id] { emit continueRequested(id); });
    if (offersInside_)
        menu.addAction(design::icon(QStringLiteral("inside")), tr("Look inside"), this,
                       [this, id] { emit insideRequested(id); })
            ->setEnabled(!busy_);
    const int token = view_ == MessageView::Tokens && hoverMessage_ == index ? hoverToken_ : -1;
    if (offersInside_)
        menu.addAction(design::icon(QStringLiteral("room-tokens")),
                       token >= 0 ? tr("Show this token in Tokens") : tr("Show in Tokens"), this,
                       [this, id, token] { emit tokensRequested(id, token); });
    menu.addSeparator();
    QAction* remove =
        menu.addAction(design::icon(QStringLiteral("trash"), design::IconTone::Danger),
                       tr("Delete this and what follows"), this, [this, id] { emit removeRequested(id); });
    for (QAction* action : {edit, again, goOn, remove})
        if (action != nullptr)
            action->setEnabled(!busy_);
    menu.exec(global);
}

} // namespace vitral
