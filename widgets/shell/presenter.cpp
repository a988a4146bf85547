// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/presenter.h"

#include "widgets/design/metrics.h"
#include "widgets/shell/presenter_layer.h"
#include "widgets/shell/ways.h"

#include <QAbstractSpinBox>
#include <QApplication>
#include <QCursor>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTextEdit>

#include <algorithm>

namespace vitral {
namespace {

constexpr double kSlowness = 4;
constexpr int kPollMargin = 64;
constexpr double kPan = 0.2, kZoomBy = 1.25; ///< of what is seen; a key
constexpr QSize kSmallestElement(96, 40);    ///< what is smaller is shown with what it stands in

bool takesText(const QWidget* widget) {
    return qobject_cast<const QLineEdit*>(widget) != nullptr ||
           qobject_cast<const QAbstractSpinBox*>(widget) != nullptr ||
           (qobject_cast<const QTextEdit*>(widget) != nullptr &&
            !qobject_cast<const QTextEdit*>(widget)->isReadOnly()) ||
           (qobject_cast<const QPlainTextEdit*>(widget) != nullptr &&
            !qobject_cast<const QPlainTextEdit*>(widget)->isReadOnly()) ||
           (widget != nullptr && widget->testAttribute(Qt::WA_InputMethodEnabled) &&
            (qobject_cast<const QAbstractScrollArea*>(widget) == nullptr || widget->property("takesText").toBool()));
}

} // namespace

Presenter::Presenter(QWidget* window) : QObject(window), window_(window), layer_(new PresenterLayer(*this, window)) {
    pollView_ = new PollView(poll_, window);
    pollView_->hide();
    connect(&poll_, &Poll::changed, this, [this] {
        placePoll();
        emit changed();
    });
}

void Presenter::placePoll() {
    const int margin = std::min(kPollMargin, window_->width() / 12);
    // As tall as the question needs, in the middle: what it is about stays in sight around it.
    QRect room = window_->rect().adjusted(margin, margin, -margin, -margin);
    const int height = std::min(room.height(), pollView_->neededHeight(room.width()));
    room.setTop(room.top() + (room.height() - height) / 2);
    room.setHeight(height);
    pollView_->setGeometry(room);
    pollView_->setVisible(on_ && poll_.shown() && blank_ == Blank::No);
    pollView_->raise();
}

Presenter::~Presenter() = default;

void Presenter::setOn(bool on) {
    if (on == on_)
        return;
    if (!on)
        passedMs_ = since_.elapsed();
    on_ = on;
    Ways::shared().setPresenting(on);
    if (on) {
        since_.start();
        caretMs_ = QApplication::cursorFlashTime();
        QApplication::setCursorFlashTime(0); // not even the caret
        qApp->installEventFilter(this);
        focusBefore_ = QApplication::focusWidget();
        if (takesText(focusBefore_))
            focusBefore_->clearFocus(); // or the remote's B would be typed
    } else {
        qApp->removeEventFilter(this);
        QApplication::setCursorFlashTime(caretMs_);
        setSlow(false);
        setBlank(Blank::No);
        pen_ = false;
        spotlit_ = zoomed_ = nullptr;
        layer_->erase();
        aside_.clear();
        poll_.show(false);
    }
    layer_->refresh();
    emit onChanged(on);
    if (!on && focusBefore_ && focusBefore_->isVisible())
        focusBefore_->setFocus(Qt::OtherFocusReason);
    emit changed();
}

void Presenter::setSource(PresentSource* source) {
    if (source == source_)
        return;
    if (source_)
        disconnect(source_, nullptr, this, nullptr);
    source_ = source;
    step_ = -1;
    const auto moved = [this] {
        if (source_ && source_->count() > 0) // the same step in other words keeps the hands that were counted
            poll_.set(source_->poll(source_->current()), source_->current() == step_);
        step_ = source_ ? source_->current() : -1;
        emit changed();
    };
    if (source_)
        connect(source_, &PresentSource::changed, this, moved);
    moved();
}

void Presenter::step(int by) {
    if (blank_ != Blank::No)
        setBlank(Blank::No);
    if (!source_ || source_->count() == 0)
        return;
    const int to = std::clamp(source_->current() + by, 0, source_->count() - 1);
    if (to == source_->current())
        return;
    spotlit_ = zoomed_ = nullptr; // of what was shown before
    layer_->erase();
    poll_.show(false);
    aside_.clear();
    source_->go(to);
    layer_->refresh();
}

void Presenter::setAside(const QString& sentence) {
    aside_ = sentence;
    emit changed();
}

void Presenter::setBlank(Blank blank) {
    if ((blank_ == Blank::No) != (blank == Blank::No)) { // at once, also where the pointer stands still
        if (blank == Blank::No)
            QApplication::restoreOverrideCursor();
        else
            QApplication::setOverrideCursor(Qt::BlankCursor);
    }
    blank_ = blank;
    layer_->refresh();
    emit poll_.changed(); // it is hidden, or comes back
}

void Presenter::setPen(bool on) {
    pen_ = on;
    layer_->refresh();
    emit changed();
}

void Presenter::erase() {
    layer_->erase();
}

void Presenter::spotlight(QWidget* element) {
    spotlit_ = element;
    zoomed_ = nullptr;
    layer_->refresh();
    emit changed();
}

void Presenter::zoom(QWidget* element, QPointF at) {
    zoomed_ = element;
    if (element != nullptr)
        layer_->beginZoom(at.isNull() ? QPointF(element->rect().center()) : at);
    layer_->refresh();
    emit changed();
}

// What is lit, or what is under the pointer; of something large, the part around the pointer.
void Presenter::zoomPointed() {
    QWidget* element = spotlit_ ? spotlit_.data() : elementUnderPointer();
    if (element == nullptr)
        return;
    const QPointF at = element->mapFromGlobal(QPointF(QCursor::pos()));
    zoom(element, QRectF(element->rect()).contains(at) ? at : QPointF());
}

bool Presenter::zoomKey(int key) {
    switch (key) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        layer_->zoomBy(kZoomBy);
        return true;
    case Qt::Key_Minus:
        layer_->zoomBy(1 / kZoomBy);
        return true;
    case Qt::Key_Left:
        layer_->pan({-kPan, 0});
        return true;
    case Qt::Key_Right:
        layer_->pan({kPan, 0});
        return true;
    case Qt::Key_Up:
        layer_->pan({0, -kPan});
        return true;
    case Qt::Key_Down:
        layer_->pan({0, kPan});
        return true;
    default:
        return false;
    }
}

void Presenter::restartClock() {
    since_.start();
    passedMs_ = 0;
    emit clockRestarted();
}

void Presenter::setSlow(bool on) {
    slow_ = on;
    Ways::shared().setSlowness(on ? kSlowness : 1);
    emit changed();
}

QWidget* Presenter::elementUnderPointer() const {
    const QPoint at = window_->mapFromGlobal(QCursor::pos());
    layer_->setAttribute(Qt::WA_TransparentForMouseEvents);
    // The pointer may stand over another window, such as the notes.
    const QWidget* top = QApplication::topLevelAt(QCursor::pos());
    const bool here = window_->rect().contains(at) && (top == nullptr || top == window_);
    QWidget* element = here ? window_->childAt(at) : nullptr;
    layer_->refresh();
    if (element == nullptr || element == layer_)
        if (QWidget* pointed = pointed_ ? pointed_() : nullptr; pointed != nullptr)
            return pointed;
    if (element == nullptr || element == layer_) // else what has the focus
        element = QApplication::focusWidget();
    if (element == nullptr || element->window() != window_)
        return nullptr;
    while (element->parentWidget() != nullptr && element->parentWidget() != window_ &&
           (element->width() < kSmallestElement.width() || element->height() < kSmallestElement.height()))
        element = element->parentWidget();
    return element;
}

bool Presenter::back() {
    if (blank_ != Blank::No)
        setBlank(Blank::No);
    else if (poll_.shown())
        poll_.show(false);
    else if (pen_)
        setPen(false);
    else if (zoomed_)
        zoom(nullptr);
    else if (spotlit_)
        spotlight(nullptr);
    else if (layer_->nStroke() > 0)
        erase();
    else
        return false;
    return true;
}

// A remote control is a keyboard: PageDown and PageUp step, F5 begins and ends (the program's own action), B or "."
// blanks, Esc goes back. Letters are typed where somebody types.
bool Presenter::key(int key, bool typing) {
    switch (key) {
    case Qt::Key_PageDown:
    case Qt::Key_Forward:
        if (!source_ && blank_ == Blank::No)
            return false;
        step(1);
        return true;
    case Qt::Key_PageUp:
    case Qt::Key_Back:
        if (!source_ && blank_ == Blank::No)
            return false;
        step(-1);
        return true;
    case Qt::Key_Escape:
        if (!back())
            setOn(false);
        return true;
    default:
        break;
    }
    if (typing)
        return false;
    if (zoomed_ && blank_ == Blank::No && zoomKey(key))
        return true;
    switch (key) {
    case Qt::Key_B:
    case Qt::Key_Period:
        setBlank(blank_ == Blank::No ? Blank::Black : Blank::No);
        return true;
    case Qt::Key_W:
    case Qt::Key_Comma:
        setBlank(blank_ == Blank::No ? Blank::White : Blank::No);
        return true;
    case Qt::Key_P:
        setPen(!pen_);
        return true;
    case Qt::Key_E:
        erase();
        return true;
    case Qt::Key_S: {
        QWidget* element = elementUnderPointer();
        spotlight(element == spotlit_ ? nullptr : element);
        return true;
    }
    case Qt::Key_Z:
        if (zoomed_)
            zoom(nullptr);
        else
            zoomPointed();
        return true;
    case Qt::Key_L:
        setSlow(!slow_);
        return true;
    case Qt::Key_N:
        emit notesAsked();
        return true;
    case Qt::Key_V:
        poll_.show(!poll_.shown());
        return true;
    case Qt::Key_R:
        if (poll_.shown())
            poll_.reveal(!poll_.revealed());
        else if (source_ && source_->count() > 0)
            source_->reveal(); // in the lesson's own panel
        else
            return false;
        return true;
    case Qt::Key_Backspace: // a hand too many
        if (!poll_.shown())
            return false;
        poll_.takeBack();
        return true;
    default:
        break;
    }
    if (poll_.shown() && blank_ == Blank::No && key >= Qt::Key_1 && key <= Qt::Key_9) { // a hand more
        poll_.addHand(key - Qt::Key_1);
        return true;
    }
    return false;
}

bool Presenter::eventFilter(QObject* object, QEvent* event) {
    switch (event->type()) {
    case QEvent::ToolTip:
        return true; // nothing pops up that was not asked for
    case QEvent::Resize:
        if (object == window_) {
            layer_->refresh();
            placePoll();
        }
        return false;
    case QEvent::ShortcutOverride:
    case QEvent::KeyPress: {
        if (!object->isWidgetType() || QApplication::activePopupWidget() != nullptr ||
            QApplication::activeModalWidget() != nullptr)
            return false;
        const auto* pressed = static_cast<QKeyEvent*>(event);
        if ((pressed->modifiers() & ~(Qt::KeypadModifier | Qt::ShiftModifier)) != 0)
            return false;
        const bool typing = takesText(QApplication::focusWidget());
        if (event->type() == QEvent::ShortcutOverride) { // shortcuts of one key give way
            const int k = pressed->key();
            if (k == Qt::Key_Escape || k == Qt::Key_PageDown || k == Qt::Key_PageUp ||
                (!typing && k < Qt::Key_Escape)) {
                event->accept();
                return true;
            }
            return false;
        }
        return key(pressed->key(), typing);
    }
    default:
        return false;
    }
}

} // namespace vitral
