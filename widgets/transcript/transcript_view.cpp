// SPDX-License-Identifier: Apache-2.0
// Content, geometry and painting of the transcript; mouse and keyboard are in transcript_input.cpp.
#include "widgets/transcript/transcript_view.h"

#include "widgets/transcript/message_editor.h"
#include "widgets/transcript/message_tool_bar.h"
#include "widgets/transcript/transcript_accessible.h"

#include <QAccessible>
#include <QApplication>
#include <QElapsedTimer>
#include <QPaintEvent>
#include <QPainter>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QStyle>

#include <algorithm>
#include <cmath>

namespace vitral {
namespace {
/// Whether keys go to the transcript or to the tools of one of its messages.
bool keyboardIn(const QWidget& transcript, const QWidget& tools) {
    const QWidget* focus = QApplication::focusWidget();
    return focus == &transcript || (focus != nullptr && tools.isAncestorOf(focus));
}

constexpr int kMargin = design::kSpace5; ///< left and right of the column at least
constexpr int kTopMargin = design::kSpace5;
constexpr int kMessageGap = design::kSpace1;
constexpr int kBottomMargin = design::kSpace4;
} // namespace

TranscriptView::TranscriptView(QWidget* parent) : QAbstractScrollArea(parent), style_(TranscriptStyle::make()) {
    TranscriptAccessible::install();
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setMouseTracking(true);
    viewport()->setAttribute(Qt::WA_OpaquePaintEvent);
    setAccessibleName(tr("Conversation"));
    tops_.assign(1, kTopMargin);
    toolBar_ = new MessageToolBar(viewport());
    toolBar_->hide();
    // Walked through by Tab: its place in the picture belongs to it until the keyboard has left.
    connect(qApp, &QApplication::focusChanged, this, [this](const QWidget* before, const QWidget* now) {
        if (toolBar_->isAncestorOf(before) == toolBar_->isAncestorOf(now))
            return;
        placeOverlays();
        viewport()->update();
    });
    connect(toolBar_, &MessageToolBar::copyAsked, this, &TranscriptView::copyMessage);
    connect(toolBar_, &MessageToolBar::editAsked, this, &TranscriptView::editMessage);
    connect(toolBar_, &MessageToolBar::regenerateAsked, this,
            [this](int i) { emit regenerateRequested(source_->message(i).id); });
    connect(toolBar_, &MessageToolBar::insideAsked, this,
            [this](int index) { emit insideRequested(source_->message(index).id); });
    connect(toolBar_, &MessageToolBar::continueAsked, this,
            [this](int i) { emit continueRequested(source_->message(i).id); });
    connect(toolBar_, &MessageToolBar::removeAsked, this, [this](int i) {
        setFocus(Qt::OtherFocusReason); // else the next press of the same key would take away another message
        emit removeRequested(source_->message(i).id);
    });
    connect(toolBar_, &MessageToolBar::siblingAsked, this,
            [this](int i, int step) { emit siblingRequested(source_->message(i).id, step); });
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this](int value) {
        if (settingScroll_)
            return;
        const bool at = value >= verticalScrollBar()->maximum() - 4;
        if (at != stick_) {
            stick_ = at;
            emit endReached(stick_);
        }
    });
}

TranscriptView::~TranscriptView() = default;

void TranscriptView::setSource(TranscriptSource* source) {
    if (source_)
        source_->disconnect(this);
    source_ = source;
    if (source_) {
        connect(source_, &TranscriptSource::reset, this, &TranscriptView::onReset);
        connect(source_, &TranscriptSource::appended, this, &TranscriptView::onAppended);
        connect(source_, &TranscriptSource::grew, this, &TranscriptView::onGrew);
        connect(source_, &TranscriptSource::changed, this, &TranscriptView::onChanged);
    }
    onReset(0);
}

void TranscriptView::onReset(int first) {
    const std::size_t keep = std::min<std::size_t>(static_cast<std::size_t>(std::max(0, first)), messages_.size());
    clearSelection();
    if (editor_)
        editor_->cancel();
    messages_.resize(keep);
    const int n = source_ ? source_->count() : 0;
    for (int i = static_cast<int>(keep); i < n; ++i) {
        messages_.push_back(std::make_unique<MessageLayout>(source_->message(i), view_, style_));
        messages_.back()->setWidth(columnWidth(), style_);
    }
    hovered_ = -1;
    hoverToken_ = -1;
    current_ = std::min(current_, n - 1);
    if (first == 0)
        stick_ = true;
    layOutVisible();
    viewport()->update();
}

void TranscriptView::onAppended(int index) {
    if (index != static_cast<int>(messages_.size())) {
        onReset(std::min<int>(index, static_cast<int>(messages_.size())));
        return;
    }
    messages_.push_back(std::make_unique<MessageLayout>(source_->message(index), view_, style_));
    messages_.back()->setWidth(columnWidth(), style_);
    if (source_->message(index).role == Role::User)
        stick_ = true; // a new question is always shown
    layOutVisible();
    viewport()->update();
}

void TranscriptView::onGrew(int index) {
    if (index < 0 || index >= static_cast<int>(messages_.size()))
        return;
    messages_[static_cast<std::size_t>(index)]->grow();
    layOutVisible();
    viewport()->update();
}

void TranscriptView::onChanged(int index) {
    if (index < 0 || index >= static_cast<int>(messages_.size()))
        return;
    messages_[static_cast<std::size_t>(index)]->refresh();
    layOutVisible();
    viewport()->update();
    describeCurrent();
}

double TranscriptView::columnWidth() const {
    return std::max(240.0, std::min<double>(style_.maxWidth, viewport()->width() - 2 * kMargin));
}

double TranscriptView::columnLeft() const {
    return std::max<double>(kMargin, std::floor((viewport()->width() - columnWidth()) / 2));
}

int TranscriptView::scrollY() const {
    return verticalScrollBar()->value();
}

void TranscriptView::rebuildTops() {
    tops_.resize(messages_.size() + 1);
    double y = kTopMargin;
    for (std::size_t i = 0; i < messages_.size(); ++i) {
        tops_[i] = y;
        y += messages_[i]->height() + kMessageGap;
    }
    tops_.back() = y + kBottomMargin;
}

int TranscriptView::messageAt(double y) const {
    const auto it = std::upper_bound(tops_.begin(), tops_.end() - 1, y);
    return std::max(0, static_cast<int>(it - tops_.begin()) - 1);
}

TranscriptView::Anchor TranscriptView::anchor() const {
    Anchor a;
    if (messages_.empty() || tops_.size() != messages_.size() + 1)
        return a;
    a.message = messageAt(scrollY());
    const double inside = scrollY() - tops_[static_cast<std::size_t>(a.message)];
    a.block = messages_[static_cast<std::size_t>(a.message)]->blockAtY(inside);
    a.offset = inside - messages_[static_cast<std::size_t>(a.message)]->blockTop(a.block);
    return a;
}

void TranscriptView::restore(const Anchor& a) {
    if (a.message >= static_cast<int>(messages_.size()))
        return;
    const double y = tops_[static_cast<std::size_t>(a.message)] +
                     messages_[static_cast<std::size_t>(a.message)]->blockTop(a.block) + a.offset;
    const QScopedValueRollback ours(settingScroll_, true); // nested calls come when the bar appears
    verticalScrollBar()->setValue(static_cast<int>(std::lround(y)));
}

void TranscriptView::updateScrollBar() {
    const QScopedValueRollback ours(settingScroll_, true);
    const int page = viewport()->height();
    verticalScrollBar()->setPageStep(page);
    verticalScrollBar()->setSingleStep(style_.reading.pixelSize() * 3);
    verticalScrollBar()->setRange(0, std::max(0, static_cast<int>(std::ceil(tops_.back())) - page));
}

// Lays out what is seen until nothing changes. What stands at the top stays at the top, or the end at the end.
void TranscriptView::layOutVisible() {
    const Anchor keep = anchor();
    const double page = viewport()->height();
    for (int pass = 0; pass < 6; ++pass) {
        rebuildTops();
        updateScrollBar();
        if (stick_) {
            const QScopedValueRollback ours(settingScroll_, true);
            verticalScrollBar()->setValue(verticalScrollBar()->maximum());
        } else {
            restore(keep);
        }
        bool changed = false;
        const double top = scrollY();
        for (int i = messageAt(top); i < static_cast<int>(messages_.size()); ++i) {
            const double y = tops_[static_cast<std::size_t>(i)];
            if (y > top + page)
                break;
            changed =
                messages_[static_cast<std::size_t>(i)]->ensure(top - y - 40, top + page - y + 40, style_) || changed;
        }
        if (!changed)
            break;
    }
    placeOverlays();
}

void TranscriptView::paintEvent(QPaintEvent* event) {
    QElapsedTimer clock;
    clock.start();
    layOutVisible();
    QPainter painter(viewport());
    const design::Palette& p = *style_.colors;
    painter.fillRect(event->rect(), p.surface);
    const QRectF clip = event->rect();
    const double top = scrollY();
    const auto [selBegin, selEnd] = selection();
    for (int i = messageAt(top + clip.top()); i < static_cast<int>(messages_.size()); ++i) {
        const MessageLayout& message = *messages_[static_cast<std::size_t>(i)];
        const QPointF at(columnLeft(), tops_[static_cast<std::size_t>(i)] - top);
        if (at.y() > clip.bottom())
            break;
        TextPlace from;
        TextPlace to;
        if (selStart_ && i >= selBegin.message && i <= selEnd.message) {
            from = i == selBegin.message ? selBegin.text : TextPlace{};
            to = i == selEnd.message ? selEnd.text : message.end();
        }
        const Message& said = message.message();
        const TokenPaint tokens = [this, &said, i, &p](int k) -> QColor {
            if (k < 0 || k >= static_cast<int>(said.tokens.size()))
                return {};
            const QColor color =
                uncertaintyColor(uncertainty(said.tokens[static_cast<std::size_t>(k)].score, measure_), p);
            return i == hoverMessage_ && k == hoverToken_ ? design::blend(color, p.accent, 0.35) : color;
        };
        message.paint(painter, at, clip, from, to, style_, tokens);
        if (i == markedMessage_ && tokenMode() && markedToken_ >= 0) {
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(p.accent, 2));
            painter.drawRoundedRect(message.tokenRect(markedToken_).translated(at), design::kRadiusSmall,
                                    design::kRadiusSmall);
        }
        if (i == current_ && hasFocus()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(p.accent);
            painter.drawRoundedRect(QRectF(at.x() - 14, at.y() + 4, 3, message.height() - 8), 1.5, 1.5);
        }
        if (i != hovered_ && !(i == current_ && keyboardIn(*this, *toolBar_)))
            MessageToolBar::paintResting(painter, message.footerRect().translated(at), said, source_->siblingIndex(i),
                                         source_->siblingCount(i), style_);
    }
    lastPaintMs_ = static_cast<double>(clock.nsecsElapsed()) * 1e-6;
}

void TranscriptView::resizeEvent(QResizeEvent*) {
    const Anchor keep = anchor();
    for (const auto& message : messages_)
        message->setWidth(columnWidth(), style_);
    rebuildTops();
    updateScrollBar();
    if (!stick_)
        restore(keep);
    layOutVisible();
}

void TranscriptView::scrollContentsBy(int, int) {
    placeOverlays();
    viewport()->update();
}

void TranscriptView::restyle() {
    style_ = TranscriptStyle::make();
    const Anchor keep = anchor();
    for (const auto& message : messages_) {
        message->setWidth(columnWidth(), style_);
        message->restyle(style_);
    }
    rebuildTops();
    updateScrollBar();
    if (!stick_)
        restore(keep);
    layOutVisible();
    viewport()->update();
}

void TranscriptView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    switch (event->type()) {
    case QEvent::PaletteChange:
    case QEvent::FontChange:
    case QEvent::StyleChange:
        restyle();
        break;
    case QEvent::LanguageChange:
        setAccessibleName(tr("Conversation"));
        for (const auto& message : messages_)
            message->refresh();
        viewport()->update();
        break;
    default:
        break;
    }
}

void TranscriptView::setTokenMode(bool on) {
    const MessageView view = on ? MessageView::Tokens : MessageView::Rendered;
    if (view == view_)
        return;
    view_ = view;
    clearSelection();
    for (const auto& message : messages_)
        message->setView(view);
    hoverToken_ = -1;
    layOutVisible();
    viewport()->update();
}

void TranscriptView::setMeasure(TokenMeasure measure) {
    measure_ = measure;
    viewport()->update();
}

void TranscriptView::setBusy(bool busy) {
    busy_ = busy;
    placeOverlays();
}

void TranscriptView::scrollToEnd() {
    stick_ = true;
    layOutVisible();
    viewport()->update();
    emit endReached(true);
}

void TranscriptView::scrollToMessage(int index) {
    if (index < 0 || index >= static_cast<int>(messages_.size()))
        return;
    stick_ = false;
    // Heights above are estimates: come near, lay out, come exactly there.
    for (int pass = 0; pass < 3; ++pass) {
        restore({index, 0, -design::kSpace4});
        layOutVisible();
    }
    viewport()->update();
}

int TranscriptView::nLaidOut() const {
    return static_cast<int>(std::count_if(messages_.begin(), messages_.end(),
                                          [](const auto& m) { return m->end().block > 0 || m->end().index > 0; }));
}

void TranscriptView::setCurrentMessage(int index, bool scroll) {
    index = std::clamp(index, -1, static_cast<int>(messages_.size()) - 1);
    if (index != current_) {
        current_ = index;
        describeCurrent();
        emit currentChanged(index);
    }
    if (scroll && index >= 0) {
        const double top = tops_[static_cast<std::size_t>(index)];
        const double bottom = top + messages_[static_cast<std::size_t>(index)]->height();
        if (top < scrollY() || bottom > scrollY() + viewport()->height()) {
            if (bottom - top < viewport()->height() && bottom > scrollY() + viewport()->height())
                verticalScrollBar()->setValue(static_cast<int>(bottom) - viewport()->height() + design::kSpace3);
            else
                scrollToMessage(index);
        }
    }
    placeOverlays();
    viewport()->update();
}

// A screen reader hears who speaks and what is said.
void TranscriptView::describeCurrent() {
    if (!source_ || current_ < 0 || current_ >= source_->count())
        return;
    if (!QAccessible::isActive())
        return;
    setAccessibleDescription(speakerOf(current_) + QStringLiteral(": ") + textOf(current_));
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
    if (hasFocus()) {
        QAccessibleEvent focus(this, QAccessible::Focus);
        focus.setChild(current_);
        QAccessible::updateAccessibility(&focus);
    }
}

QString TranscriptView::speakerOf(int message) const {
    if (!source_ || message < 0 || message >= source_->count())
        return {};
    const Message& m = source_->message(message);
    const MessageLayout::Words words = MessageLayout::words();
    switch (m.role) {
    case Role::User:
        return words.you;
    case Role::System:
        return words.system;
    case Role::Tool:
        return words.tool;
    case Role::Assistant:
        break;
    }
    return QString::fromStdString(m.modelName);
}

QString TranscriptView::textOf(int message) const {
    if (message < 0 || message >= static_cast<int>(messages_.size()))
        return {};
    MessageLayout& layout = *messages_[static_cast<std::size_t>(message)];
    layout.parse();
    return layout.plainText({0, 0}, layout.end());
}

QRect TranscriptView::globalMessageRect(int message) const {
    if (message < 0 || message >= static_cast<int>(messages_.size()) || tops_.size() != messages_.size() + 1)
        return {};
    const auto i = static_cast<std::size_t>(message);
    const QRectF r(columnLeft(), tops_[i] - scrollY(), columnWidth(), messages_[i]->height());
    return {viewport()->mapToGlobal(r.topLeft().toPoint()), r.size().toSize()};
}

void TranscriptView::placeOverlays() {
    const int target = editor_ ? -1 : (hovered_ >= 0 ? hovered_ : (keyboardIn(*this, *toolBar_) ? current_ : -1));
    if (target < 0 || target >= static_cast<int>(messages_.size()) || !source_) {
        toolBar_->hide();
    } else {
        const auto t = static_cast<std::size_t>(target);
        const QRectF footer = messages_[t]->footerRect().translated(columnLeft(), tops_[t] - scrollY());
        toolBar_->showFor(target, source_->message(target), source_->siblingIndex(target),
                          source_->siblingCount(target), busy_);
        const int w = toolBar_->sizeHint().width();
        const bool right = source_->message(target).role == Role::User;
        toolBar_->setGeometry(static_cast<int>(right ? footer.right() - w : footer.left() - 5),
                              static_cast<int>(footer.top()) + 2, w, static_cast<int>(footer.height()) - 4);
        toolBar_->show();
    }
    if (editor_ && editorMessage_ >= 0 && editorMessage_ < static_cast<int>(messages_.size())) {
        const auto e = static_cast<std::size_t>(editorMessage_);
        const int h = std::max(140, std::min(editor_->sizeHint().height(), viewport()->height() - 2 * design::kSpace4));
        const int y = std::clamp(static_cast<int>(tops_[e] - scrollY()), design::kSpace4,
                                 std::max(design::kSpace4, viewport()->height() - h - design::kSpace4));
        editor_->setGeometry(static_cast<int>(columnLeft()), y, static_cast<int>(columnWidth()), h);
    }
}

void TranscriptView::editMessage(int index) {
    if (!source_ || index < 0 || index >= source_->count() || busy_)
        return;
    if (editor_)
        editor_->cancel();
    const Message& m = source_->message(index);
    editor_ = new MessageEditor(QString::fromStdString(m.text), m.role == Role::User, viewport());
    editorMessage_ = index;
    const MessageId id = m.id;
    connect(editor_, &MessageEditor::accepted, this,
            [this, id](const QString& text, bool thenAnswer) { emit editRequested(id, text, thenAnswer); });
    connect(editor_, &MessageEditor::typed, this, &TranscriptView::editTyped);
    connect(editor_, &MessageEditor::closed, this, [this] {
        editor_ = nullptr;
        editorMessage_ = -1;
        setFocus();
        placeOverlays();
    });
    setCurrentMessage(index);
    placeOverlays();
    editor_->show();
    editor_->focusText();
}

QString TranscriptView::unfinishedEdit() const {
    if (!editor_ || !source_ || editorMessage_ < 0 || editorMessage_ >= source_->count())
        return {};
    const QString text = editor_->text();
    return text == QString::fromStdString(source_->message(editorMessage_).text) ? QString() : text;
}

void TranscriptView::setOffersInside(bool on) {
    offersInside_ = on;
    toolBar_->setOffersInside(on);
}

} // namespace vitral
