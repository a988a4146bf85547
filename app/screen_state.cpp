// SPDX-License-Identifier: Apache-2.0
#include "app/screen_state.h"

#include "app/classroom.h"
#include "app/main_actions.h"
#include "core/trace/intervention.h"
#include "widgets/compare/compare_window.h"
#include "widgets/inside/inside_window.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/conversation_panel.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/tokens/token_legend.h"
#include "widgets/transcript/transcript_view.h"
#include "widgets/tree/conversation_tree_view.h"

#include <QDockWidget>
#include <QJsonArray>
#include <QLayout>
#include <QLineEdit>
#include <QScrollBar>
#include <QSplitter>

#include <algorithm>
#include <cmath>

namespace vitral::app {
namespace {

constexpr int kMostPixels = 20'000, kMostMarks = 200;
constexpr std::size_t kMostChanges = 100;
constexpr int kLeastCentre = 460; ///< rail and room: in a narrower window side panels give way to them

/// A splitter or a scroll area is found again by its kind and its place among those that are seen.
template <class T>
QList<T*> seen(const QWidget* window) {
    QList<T*> out;
    for (T* one : window->findChildren<T*>())
        if (one->isVisible())
            out << one;
    return out;
}

int pixels(const QJsonValue& value) {
    return std::clamp(value.toInt(), 0, kMostPixels);
}

QJsonArray sizesOf(const QSplitter* splitter) {
    QJsonArray out;
    for (const int size : splitter->sizes())
        out.append(size);
    return out;
}

QJsonValue toJson(const Intervention& change) {
    if (change.edit != EditKind::Zero && change.edit != EditKind::Scale)
        return QJsonValue::Undefined; // vectors and other runs do not fit in a small file
    QJsonArray columns;
    for (const std::int32_t column : change.columns)
        columns.append(column);
    return QJsonObject{{QStringLiteral("point"), static_cast<int>(change.point)},
                       {QStringLiteral("layer"), change.iLayer},
                       {QStringLiteral("head"), change.iHead},
                       {QStringLiteral("columns"), columns},
                       {QStringLiteral("first"), static_cast<qint64>(change.firstPosition)},
                       {QStringLiteral("end"), static_cast<qint64>(change.endPosition)},
                       {QStringLiteral("scale"),
                        change.edit == EditKind::Zero ? QJsonValue() : QJsonValue(static_cast<double>(change.factor))},
                       {QStringLiteral("on"), change.enabled}};
}

/// What does not fit the model is refused where it is used (checkInterventions).
Intervention changeFrom(const QJsonObject& in) {
    Intervention out;
    out.point = static_cast<Point>(std::clamp(in[QStringLiteral("point")].toInt(), 0, kPointCount - 1));
    out.iLayer = std::clamp(in[QStringLiteral("layer")].toInt(), 0, 4096);
    out.iHead = std::clamp(in[QStringLiteral("head")].toInt(-1), -1, 4096);
    for (const QJsonValue& column : in[QStringLiteral("columns")].toArray())
        if (out.columns.size() < 4096)
            out.columns.push_back(std::max(0, column.toInt()));
    out.firstPosition = std::max<qint64>(0, in[QStringLiteral("first")].toInteger());
    out.endPosition = std::max<qint64>(-1, in[QStringLiteral("end")].toInteger(-1));
    if (const QJsonValue scale = in[QStringLiteral("scale")]; scale.isDouble()) {
        out.edit = EditKind::Scale;
        out.factor = static_cast<float>(std::clamp(scale.toDouble(), -1e6, 1e6));
    }
    out.enabled = in[QStringLiteral("on")].toBool(true);
    return out;
}

} // namespace

bool ScreenState::changesWhole() const {
    const auto& set = window_.services_.inside->interventions();
    return !set || std::none_of(set->items.begin(), set->items.end(),
                                [](const Intervention& change) { return toJson(change).isUndefined(); });
}

int ScreenState::insideMessage() const {
    const InsideController& inside = *window_.services_.inside;
    const ChatController& chat = *window_.services_.chat;
    if (!inside.recording() || inside.origin() == RecordingOrigin::File)
        return -1;
    for (int i = chat.count() - 1; i >= 0; --i)
        if (inside.positionOf(chat.message(i).id, 0) >= 0)
            return i;
    return -1;
}

QJsonObject ScreenState::docks() const {
    QJsonObject out;
    for (const QDockWidget* dock : window_.findChildren<QDockWidget*>()) {
        const bool bottom = window_.dockWidgetArea(const_cast<QDockWidget*>(dock)) == Qt::BottomDockWidgetArea;
        const bool waits = window_.chatDocks_.contains(const_cast<QDockWidget*>(dock));
        out[dock->objectName()] = QJsonObject{{QStringLiteral("open"), !dock->isHidden() || waits},
                                              {QStringLiteral("size"), bottom ? dock->height() : dock->width()}};
    }
    return out;
}

QJsonObject ScreenState::inside() const {
    const InsideWindow& view = *window_.inside_;
    const Selection& s = window_.services_.inside->selection().current();
    return {{QStringLiteral("open"), !view.isHidden()},
            {QStringLiteral("alone"), window_.chatPanel_->isHidden()},
            {QStringLiteral("views"), view.saveState()},
            {QStringLiteral("message"), insideMessage()},
            {QStringLiteral("at"),
             QJsonArray{static_cast<qint64>(s.position), static_cast<qint64>(s.key), s.layer, s.head, s.expert}},
            {QStringLiteral("took"), (window_.insideTookLeft_ ? 1 : 0) + (window_.insideTookRight_ ? 2 : 0)}};
}

QJsonObject ScreenState::capture() const {
    const MainWindow& w = window_;
    const TranscriptView& transcript = *w.chatPanel_->transcript();
    QJsonArray sections, splitters, scrolls, changes;
    for (const Section* section : w.settingsPanel_->findChildren<Section*>())
        sections.append(section->isOpen());
    for (const QSplitter* splitter : seen<QSplitter>(&w))
        splitters.append(sizesOf(splitter));
    for (const QAbstractScrollArea* area : seen<QAbstractScrollArea>(&w))
        scrolls.append(QJsonArray{QLatin1String(area->metaObject()->className()), area->horizontalScrollBar()->value(),
                                  area->verticalScrollBar()->value()});
    if (const auto& set = w.services_.inside->interventions())
        for (const Intervention& change : set->items)
            if (const QJsonValue one = toJson(change); !one.isUndefined())
                changes.append(one);
    const TranscriptView::Anchor top = transcript.anchor();
    QJsonObject out{
        {QStringLiteral("size"), QJsonArray{w.width(), w.height()}},
        {QStringLiteral("room"), w.currentRoom()->name()},
        {QStringLiteral("docks"), docks()},
        {QStringLiteral("inside"), inside()},
        {QStringLiteral("tokens"), transcript.tokenMode()},
        {QStringLiteral("measure"), static_cast<int>(w.legend_->measure())},
        {QStringLiteral("current"), transcript.currentMessage()},
        {QStringLiteral("search"), w.conversations_->searchField()->text()},
        {QStringLiteral("settingsSearch"), w.settingsPanel_->searchField()->text()},
        {QStringLiteral("sections"), sections},
        {QStringLiteral("treeZoom"), w.tree_->zoom()},
        {QStringLiteral("compare"), w.compare_ != nullptr && w.compare_->isVisible()},
        {QStringLiteral("splitters"), splitters},
        {QStringLiteral("scrolls"), scrolls},
    };
    if (!transcript.atEnd())
        out[QStringLiteral("top")] = QJsonArray{top.message, top.block, top.offset};
    if (!changes.isEmpty())
        out[QStringLiteral("changes")] = changes;
    return out;
}

void ScreenState::clear() {
    MainWindow& w = window_;
    w.notice_->hide();
    w.chatPanel_->notice()->hide();
    if (w.compare_ != nullptr)
        w.compare_->hide();
    if (w.services_.inside->interventions())
        w.services_.inside->setInterventions(nullptr);
    w.showRoom(QStringLiteral("chat"));
    w.showInside(false);
    w.services_.inside->show(nullptr, RecordingOrigin::None); // of another conversation, perhaps
    w.actions_->tokens->setChecked(false);
    w.setTokenMode(false);
    w.treeDock_->hide();
    w.conversations_->searchField()->clear();
    w.settingsPanel_->searchField()->clear();
}

void ScreenState::applyDocks(const QJsonObject& docks, double scale, bool lesson) {
    MainWindow& w = window_;
    struct Wanted {
        QDockWidget* dock;
        int size;
    };
    QList<Wanted> sides, bottoms;
    int total = 0;
    for (QDockWidget* dock : w.findChildren<QDockWidget*>()) {
        const bool isLesson = dock == w.classroom_->dock();
        const QJsonObject one = docks[dock->objectName()].toObject();
        const bool keeps = isLesson && !lesson;
        // The lesson's panel is open where a lesson is, whatever a file says.
        const bool open = keeps      ? !dock->isHidden()
                          : isLesson ? w.classroom_->player().lesson() != nullptr
                                     : one[QStringLiteral("open")].toBool();
        dock->setVisible(open);
        if (!open)
            continue;
        int size = pixels(one[QStringLiteral("size")]);
        if (size == 0 || keeps)
            size = dock->width();
        if (w.dockWidgetArea(dock) == Qt::BottomDockWidgetArea) {
            bottoms << Wanted{dock, size};
            continue;
        }
        size = std::max(dock->minimumSizeHint().width(), static_cast<int>(std::lround(size * scale)));
        total += size;
        sides << Wanted{dock, size};
    }
    for (QDockWidget* dock : {w.rightDock_, w.leftDock_, w.treeDock_}) // a narrower window than it was saved in
        if (scale < 1 && total > w.width() - kLeastCentre)
            for (qsizetype i = 0; i < sides.size(); ++i)
                if (sides[i].dock == dock) {
                    dock->hide();
                    total -= sides.takeAt(i).size;
                    break;
                }
    const auto resize = [&w](const QList<Wanted>& wanted, Qt::Orientation direction) {
        QList<QDockWidget*> all;
        QList<int> sizes;
        for (const Wanted& one : wanted) {
            all << one.dock;
            sizes << std::max(1, one.size);
        }
        if (!all.isEmpty())
            w.resizeDocks(all, sizes, direction);
    };
    resize(sides, Qt::Horizontal);
    resize(bottoms, Qt::Vertical);
    w.layout()->activate();
}

void ScreenState::applyInside(const QJsonObject& inside) {
    MainWindow& w = window_;
    const bool open = inside[QStringLiteral("open")].toBool();
    w.inside_->restoreState(inside[QStringLiteral("views")].toObject());
    w.showInside(open);
    if (!open)
        return;
    const int took = inside[QStringLiteral("took")].toInt();
    w.insideTookLeft_ = (took & 1) != 0;
    w.insideTookRight_ = (took & 2) != 0;
    w.setInsideAlone(inside[QStringLiteral("alone")].toBool());
    const QJsonArray at = inside[QStringLiteral("at")].toArray();
    const RecordingPtr& recording = w.services_.inside->recording();
    if (!recording || at.size() != 5)
        return;
    const auto within = [&at](qsizetype i, std::int64_t count) {
        const std::int64_t value = at[i].toInteger(-1);
        return value >= 0 && value < count ? value : -1;
    };
    Selection s = w.services_.inside->selection().current();
    const auto nToken = static_cast<std::int64_t>(recording->tokens.size());
    s.position = within(0, nToken);
    s.key = within(1, nToken);
    s.layer = static_cast<std::int32_t>(within(2, recording->model.nLayer));
    s.head = static_cast<std::int32_t>(within(3, recording->model.nHead));
    s.expert = static_cast<std::int32_t>(within(4, 4096));
    w.services_.inside->selection().set(s);
    w.services_.inside->keepHead();
}

void ScreenState::apply(const QJsonObject& screen, bool lesson) {
    MainWindow& w = window_;
    const QJsonArray size = screen[QStringLiteral("size")].toArray();
    const int width = pixels(size.at(0));
    const double scale = width > 0 ? static_cast<double>(w.width()) / width : 1.0;
    w.showRoom(QStringLiteral("chat"));
    const bool tokens = screen[QStringLiteral("tokens")].toBool();
    w.actions_->tokens->setChecked(tokens);
    w.setTokenMode(tokens);
    w.legend_->setMeasure(static_cast<TokenMeasure>(
        std::clamp(screen[QStringLiteral("measure")].toInt(), 0, static_cast<int>(TokenMeasure::Entropy))));
    const QJsonArray sections = screen[QStringLiteral("sections")].toArray();
    const QList<Section*> own = w.settingsPanel_->findChildren<Section*>();
    for (qsizetype i = 0; sections.size() == own.size() && i < own.size(); ++i)
        own[i]->setOpen(sections[i].toBool());
    w.conversations_->searchField()->setText(screen[QStringLiteral("search")].toString().left(1000));
    w.settingsPanel_->searchField()->setText(screen[QStringLiteral("settingsSearch")].toString().left(1000));
    QJsonArray changes = screen[QStringLiteral("changes")].toArray();
    if (!changes.isEmpty() && !w.services_.inside->interventions()) {
        auto set = std::make_shared<InterventionSet>();
        for (const QJsonValue& change : changes)
            if (set->items.size() < kMostChanges)
                set->items.push_back(changeFrom(change.toObject()));
        w.services_.inside->setInterventions(std::move(set));
    }
    applyInside(screen[QStringLiteral("inside")].toObject());
    applyDocks(screen[QStringLiteral("docks")].toObject(), scale, lesson);
    w.updateTree();
    w.tree_->setZoom(std::clamp(screen[QStringLiteral("treeZoom")].toDouble(1), 0.1, 10.0));
    const QString room = screen[QStringLiteral("room")].toString();
    if (w.room(room) != nullptr)
        w.showRoom(room);
    w.layout()->activate();
    const QJsonArray splitters = screen[QStringLiteral("splitters")].toArray();
    const QList<QSplitter*> there = seen<QSplitter>(&w);
    for (qsizetype i = 0; splitters.size() == there.size() && i < there.size(); ++i) {
        QList<int> sizes;
        for (const QJsonValue& part : splitters[i].toArray())
            sizes << pixels(part);
        if (sizes.size() == there[i]->count())
            there[i]->setSizes(sizes);
    }
    if (screen[QStringLiteral("compare")].toBool() && w.services_.chat->count() > 0) {
        w.showCompare();
        w.activateWindow();
    }
}

void ScreenState::applyScroll(const QJsonObject& screen) {
    MainWindow& w = window_;
    // That a text took another's place is what opening a state means, and one step of undo.
    for (NoticeBar* notice : w.room(QStringLiteral("tokens"))->findChildren<NoticeBar*>())
        notice->hide();
    TranscriptView& transcript = *w.chatPanel_->transcript();
    const int current = screen[QStringLiteral("current")].toInt(-1);
    transcript.setCurrentMessage(std::clamp(current, -1, w.services_.chat->count() - 1), false);
    const QJsonArray scrolls = screen[QStringLiteral("scrolls")].toArray();
    const QList<QAbstractScrollArea*> there = seen<QAbstractScrollArea>(&w);
    const auto same = [](const QAbstractScrollArea* area, const QJsonValue& mark) {
        return mark.toArray().at(0).toString() == QLatin1String(area->metaObject()->className());
    };
    if (scrolls.size() <= kMostMarks && std::equal(there.begin(), there.end(), scrolls.begin(), scrolls.end(), same))
        for (qsizetype i = 0; i < there.size(); ++i)
            if (there[i] != &transcript) {
                there[i]->horizontalScrollBar()->setValue(scrolls[i].toArray().at(1).toInt());
                there[i]->verticalScrollBar()->setValue(scrolls[i].toArray().at(2).toInt());
            }
    const QJsonArray top = screen[QStringLiteral("top")].toArray();
    if (top.size() == 3 && transcript.isVisible())
        transcript.restore({std::clamp(top[0].toInt(), 0, std::max(0, w.services_.chat->count() - 1)),
                            std::max(0, top[1].toInt()), std::clamp(top[2].toDouble(), -1e6, 1e6)});
    else
        transcript.scrollToEnd();
}

} // namespace vitral::app
