// SPDX-License-Identifier: Apache-2.0
// A column as an editor: keys, mouse, input methods, clipboard.
#include "widgets/tokenroom/token_canvas.h"

#include "widgets/design/metrics.h"
#include "widgets/tokenroom/token_canvas_accessible.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMimeData>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {

constexpr int kMarginX = design::kSpace2;
constexpr double kWheelRows = 3;

bool isWordByte(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x80 || std::isalnum(u) != 0 || c == '_';
}

std::size_t nextWord(std::string_view text, std::size_t at) {
    while (at < text.size() && isWordByte(text[at]))
        ++at;
    while (at < text.size() && !isWordByte(text[at]))
        ++at;
    return at;
}

std::size_t previousWord(std::string_view text, std::size_t at) {
    while (at > 0 && !isWordByte(text[at - 1]))
        --at;
    while (at > 0 && isWordByte(text[at - 1]))
        --at;
    return at;
}

} // namespace

void TokenCanvas::moveCaret(std::size_t to, bool select) {
    caret_.at = std::min(to, tokens_.text().size());
    if (!select)
        caret_.anchor = caret_.at;
    caretOn_ = true;
    showByte(caret_.at);
    viewport()->update();
    emit caretChanged();
    tellSpokenLine(this);
}

// Up and down by rows of the screen, block after block.
void TokenCanvas::moveRows(int rows, bool select) {
    std::size_t block = blocks_.blockAt(caret_.at);
    auto layout = layoutOf(block);
    const QRectF caret = layout->caretRect(static_cast<std::uint32_t>(caret_.at - blocks_.range(block).first));
    const double x = wishX_ >= 0 ? wishX_ : caret.center().x();
    const double step = caret.height() + 3;
    double y = caret.center().y();
    for (int i = 0; i < std::abs(rows); ++i) {
        y += rows > 0 ? step : -step;
        // A taller row (captions, other scripts) is walked through until the caret's own row changes.
        if (y < 0) {
            if (block == 0) {
                moveCaret(0, select);
                return;
            }
            layout = layoutOf(--block);
            y = layout->height() - step / 2;
        } else if (y > layout->height()) {
            if (block + 1 >= blocks_.count()) {
                moveCaret(tokens_.text().size(), select);
                return;
            }
            layout = layoutOf(++block);
            y = step / 2 - 3;
        }
    }
    const std::size_t before = caret_.at;
    std::size_t to = blocks_.range(block).first + layout->byteAt({x, y});
    if (to == before && rows != 0 && std::abs(rows) == 1) { // still in the same tall row
        const double further = rows > 0 ? layout->height() : 0;
        to = blocks_.range(block).first + layout->byteAt({x, (y + further) / 2});
    }
    moveCaret(to, select);
    wishX_ = x;
}

void TokenCanvas::insert(std::string_view text) {
    const std::size_t begin = caret_.begin(), removed = caret_.end() - begin;
    caret_.at = caret_.anchor = begin + text.size();
    tokens_.edit(begin, removed, text);
    wishX_ = -1;
    emit caretChanged();
    showByte(caret_.at);
}

void TokenCanvas::removeSelected() {
    insert({});
}

void TokenCanvas::copy() const {
    if (caret_.at == caret_.anchor)
        return;
    const std::string_view own = std::string_view(tokens_.text()).substr(caret_.begin(), caret_.end() - caret_.begin());
    QApplication::clipboard()->setText(QString::fromUtf8(own.data(), static_cast<qsizetype>(own.size())));
}

void TokenCanvas::paste() {
    const QMimeData* mime = QApplication::clipboard()->mimeData();
    if (mime != nullptr && mime->hasText())
        insert(mime->text().toStdString());
}

bool TokenCanvas::editKey(QKeyEvent* event) {
    const std::string& text = tokens_.text();
    if (event->matches(QKeySequence::Copy)) {
        copy();
    } else if (event->matches(QKeySequence::Cut)) {
        copy();
        if (caret_.at != caret_.anchor)
            removeSelected();
    } else if (event->matches(QKeySequence::Paste)) {
        paste();
    } else if (event->matches(QKeySequence::SelectAll)) {
        caret_ = {text.size(), 0};
        viewport()->update();
        emit caretChanged();
    } else if (event->matches(QKeySequence::Undo) || event->matches(QKeySequence::Redo)) {
        const auto at = event->matches(QKeySequence::Undo) ? tokens_.undo() : tokens_.redo();
        if (at)
            moveCaret(*at, false);
    } else if (event->matches(QKeySequence::Delete) || event->matches(QKeySequence::DeleteEndOfWord) ||
               event->matches(QKeySequence::DeleteStartOfWord) || event->key() == Qt::Key_Backspace) {
        if (caret_.at == caret_.anchor) {
            const bool word = event->modifiers().testFlag(Qt::ControlModifier);
            if (event->key() == Qt::Key_Backspace)
                caret_.anchor = word ? previousWord(text, caret_.at) : previousLetter(text, caret_.at);
            else
                caret_.anchor = word ? nextWord(text, caret_.at) : nextLetter(text, caret_.at);
        }
        if (caret_.at != caret_.anchor)
            removeSelected();
    } else if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (event->modifiers().testFlag(Qt::ControlModifier)) {
            const std::vector<PlacedToken> placed = tokensIn(caret_.at, caret_.at + 1);
            if (!placed.empty() && placed.front().index != PlacedToken::kNoIndex)
                emit tokenOpened(placed.front());
            return true;
        }
        insert("\n");
    } else {
        return false;
    }
    return true;
}

bool TokenCanvas::moveKey(QKeyEvent* event) {
    const std::string& text = tokens_.text();
    const bool select = event->modifiers().testFlag(Qt::ShiftModifier);
    const bool word = event->modifiers().testFlag(Qt::ControlModifier);
    const auto page = std::max(1, static_cast<int>(viewport()->height() / 28));
    switch (event->key()) {
    case Qt::Key_Left:
        moveCaret(!select && caret_.at != caret_.anchor ? caret_.begin()
                  : word                                ? previousWord(text, caret_.at)
                                                        : previousLetter(text, caret_.at),
                  select);
        break;
    case Qt::Key_Right:
        moveCaret(!select && caret_.at != caret_.anchor ? caret_.end()
                  : word                                ? nextWord(text, caret_.at)
                                                        : nextLetter(text, caret_.at),
                  select);
        break;
    case Qt::Key_Home: {
        const std::size_t line = caret_.at == 0 ? std::string::npos : text.rfind('\n', caret_.at - 1);
        moveCaret(word || line == std::string::npos ? 0 : line + 1, select);
        break;
    }
    case Qt::Key_End: {
        const std::size_t line = text.find('\n', caret_.at);
        moveCaret(word || line == std::string::npos ? text.size() : line, select);
        break;
    }
    case Qt::Key_Up:
        moveRows(-1, select);
        return true;
    case Qt::Key_Down:
        moveRows(1, select);
        return true;
    case Qt::Key_PageUp:
        moveRows(-page, select);
        return true;
    case Qt::Key_PageDown:
        moveRows(page, select);
        return true;
    default:
        return false;
    }
    wishX_ = -1;
    return true;
}

void TokenCanvas::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers().testFlag(Qt::AltModifier) && !event->modifiers().testFlag(Qt::ControlModifier)) {
        event->ignore();
        return;
    }
    if (editKey(event) || moveKey(event))
        return;
    const QString typed = event->text();
    const bool plain = !(event->modifiers() & Qt::ControlModifier) || (event->modifiers() & Qt::AltModifier); // AltGr
    if (plain && !typed.isEmpty() && (typed[0].isPrint() || typed[0] == QLatin1Char('\t')) &&
        event->key() != Qt::Key_Escape)
        insert(typed.toStdString());
    else
        event->ignore();
}

bool TokenCanvas::event(QEvent* event) {
    // What an editor uses goes to it and not to a menu's shortcut.
    if (event->type() == QEvent::ShortcutOverride) {
        auto* key = static_cast<QKeyEvent*>(event);
        for (const auto standard : {QKeySequence::Copy, QKeySequence::Cut, QKeySequence::Paste, QKeySequence::SelectAll,
                                    QKeySequence::Undo, QKeySequence::Redo})
            if (key->matches(standard)) {
                event->accept();
                return true;
            }
    }
    return QAbstractScrollArea::event(event);
}

// Tab leaves the editor: a person without a mouse must get out. A tab is pasted, or opened with a file.
bool TokenCanvas::focusNextPrevChild(bool next) {
    return QAbstractScrollArea::focusNextPrevChild(next);
}

void TokenCanvas::inputMethodEvent(QInputMethodEvent* event) {
    preedit_ = event->preeditString();
    if (!event->commitString().isEmpty())
        insert(event->commitString().toStdString());
    viewport()->update();
    event->accept();
}

QVariant TokenCanvas::inputMethodQuery(Qt::InputMethodQuery query) const {
    if (query == Qt::ImEnabled)
        return true;
    if (query == Qt::ImCursorRectangle)
        for (const Shown& shown : shown_) {
            const auto [begin, end] = blocks_.range(shown.block);
            if (caret_.at >= begin && caret_.at <= end)
                return shown.layout->caretRect(static_cast<std::uint32_t>(caret_.at - begin))
                    .translated(kMarginX, shown.top)
                    .toRect();
        }
    return QAbstractScrollArea::inputMethodQuery(query);
}

void TokenCanvas::wheelEvent(QWheelEvent* event) {
    const double pixels = event->pixelDelta().y() != 0
                              ? event->pixelDelta().y()
                              : event->angleDelta().y() / 120.0 * kWheelRows * fontMetrics().height() * 1.4;
    if (pixels == 0) {
        QAbstractScrollArea::wheelEvent(event);
        return;
    }
    scrollBy(-pixels);
    event->accept();
}

void TokenCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    pressed_ = true;
    dragged_ = false;
    wishX_ = -1;
    moveCaret(byteAt(event->position().toPoint()), event->modifiers().testFlag(Qt::ShiftModifier));
}

void TokenCanvas::mouseMoveEvent(QMouseEvent* event) {
    if (pressed_ && (event->buttons() & Qt::LeftButton)) {
        const std::size_t at = byteAt(event->position().toPoint());
        if (at != caret_.at) {
            dragged_ = true;
            moveCaret(at, true);
        }
        return;
    }
    hoverAt(event->position().toPoint());
}

void TokenCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (!std::exchange(pressed_, false) || dragged_)
        return;
    if (const auto token = tokenAt(event->position().toPoint()); token && token->index != PlacedToken::kNoIndex)
        emit tokenClicked(*token);
}

void TokenCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    if (const auto token = tokenAt(event->position().toPoint()); token && token->index != PlacedToken::kNoIndex)
        emit tokenOpened(*token);
}

void TokenCanvas::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    const bool selected = caret_.at != caret_.anchor;
    menu.addAction(tr("Undo"), QKeySequence::Undo, this,
                   [this] {
                       if (const auto at = tokens_.undo())
                           moveCaret(*at, false);
                   })
        ->setEnabled(tokens_.canUndo());
    menu.addAction(tr("Redo"), QKeySequence::Redo, this,
                   [this] {
                       if (const auto at = tokens_.redo())
                           moveCaret(*at, false);
                   })
        ->setEnabled(tokens_.canRedo());
    menu.addSeparator();
    menu.addAction(tr("Cut out"), QKeySequence::Cut, this,
                   [this] {
                       copy();
                       removeSelected();
                   })
        ->setEnabled(selected);
    menu.addAction(tr("Copy"), QKeySequence::Copy, this, [this] { copy(); })->setEnabled(selected);
    menu.addAction(tr("Paste"), QKeySequence::Paste, this, [this] { paste(); });
    if (const auto token = tokenAt(event->pos())) {
        menu.addSeparator();
        menu.addAction(tr("Show how this token came about"), this, [this, token] { emit tokenOpened(*token); });
        menu.addAction(tr("Copy the id"), this,
                       [token] { QApplication::clipboard()->setText(QString::number(token->id)); });
    }
    menu.exec(event->globalPos());
}

void TokenCanvas::hoverAt(const QPoint& point) {
    if (const auto token = tokenAt(point))
        tokens_.setHover(token->begin, token->end, this);
    else
        tokens_.setHover(0, 0, this);
}

} // namespace vitral
