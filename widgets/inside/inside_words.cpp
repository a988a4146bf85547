// SPDX-License-Identifier: Apache-2.0
// What the room says: what is recorded, what is selected, what to do where there is nothing yet.
#include "widgets/chat/error_text.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/room_parts.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/inside_window.h"
#include "widgets/inside/page_rail.h"
#include "widgets/inside/value_text.h"
#include "widgets/shell/work_bar.h"

#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>

#include <algorithm>

namespace vitral {

namespace {
constexpr int kMostName = 120; ///< letters of a model's name: a file may bring any
}

QString InsideWindow::recordedText() const {
    const RecordingPtr& r = inside_.recording();
    if (!r)
        return {};
    const QLocale locale;
    const std::int64_t n = r->nPosition();
    QStringList parts;
    parts << QString::fromStdString(r->model.name).left(kMostName);
    if (!inside_.fileName().isEmpty())
        parts << inside_.fileName();
    parts << (r->nPrompt < n
                  ? tr("%1 tokens, %2 of them the prompt").arg(locale.toString(n), locale.toString(r->nPrompt))
                  : tr("%1 tokens").arg(locale.toString(n)));
    parts << tr("%1 layers \u00D7 %2 heads").arg(locale.toString(r->model.nLayer), locale.toString(r->model.nHead));
    parts << sizeText(static_cast<double>(r->bytes()));
    if (!r->interventions.empty())
        parts << tr("changes made: %1").arg(locale.toString(static_cast<qlonglong>(r->interventions.size())));
    if (inside_.other())
        parts << tr("minus %1").arg(inside_.otherName()) << inside_.alignmentText();
    return parts.join(QStringLiteral("  \u00B7  "));
}

QString InsideWindow::emptyText() const {
    return stack_->currentWidget() == empty_ ? empty_->said() : QString();
}

void InsideWindow::refreshRecorded() {
    const RecordingPtr& r = inside_.recording();
    const QString text = recordedText();
    recorded_->setText(text);
    QStringList lines = {text};
    if (r) {
        for (const std::string& note : r->notes)
            lines << noteText(note);
        for (const std::string& change : r->interventions)
            lines << QString::fromStdString(change);
    }
    recorded_->setToolTip(lines.join(QLatin1Char('\n')));
    notes_->setVisible(r && !r->notes.empty());
    notes_->setPixmap(
        design::icon(QStringLiteral("info"), design::IconTone::Muted).pixmap(design::kIconSmall, design::kIconSmall));
    notes_->setToolTip(lines.join(QLatin1Char('\n')));
    const bool busy = !inside_.busyText().isEmpty();
    busyText_->setVisible(busy);
    busyText_->setText(inside_.busyText());
    busy_->setVisible(busy);
    const double share = inside_.busyFraction();
    busy_->setShare(share >= 0 ? std::optional(share) : std::nullopt);
    const bool canLook = inside_.modelLoaded() && inside_.chat().count() > 0 && !inside_.chat().busy() && !busy;
    look_->setEnabled(canLook);
    emptyLook_->setEnabled(canLook);
    save_->setEnabled(r != nullptr);
    export_->setEnabled(stack_->currentWidget() != empty_);
    compare_->setEnabled(r != nullptr);
}

void InsideWindow::refresh() {
    InsideView* view = currentView();
    const RecordingPtr& r = inside_.recording();
    bool again = false;
    QString why;
    if (!r && view->needsRecording()) {
        QString text = tr("While this room is open, every answer in the chat is recorded as it is written: ask "
                          "something. Or look inside the conversation as it stands, or open a recorded run: that needs "
                          "no model.");
        if (const std::size_t bytes = inside_.expectedBytes(1000); bytes > 0)
            text += QLatin1Char(' ') +
                    tr("With this model a recording of 1,000 tokens takes %1; at most %2 are used.")
                        .arg(sizeText(static_cast<double>(bytes)), sizeText(static_cast<double>(inside_.byteBudget())));
        empty_->say(tr("Nothing is recorded yet"), text);
    } else {
        why = r || !view->needsRecording() ? view->missing(&again) : QString();
        empty_->say(why, again && inside_.model() ? tr("The run can be recorded again with what this view needs.")
                                                  : QString());
    }
    const bool empty = (!r && view->needsRecording()) || !why.isEmpty();
    emptyLook_->setVisible(!r);
    emptyOpen_->setVisible(!r);
    emptyAgain_->setVisible(r && again && inside_.model() != nullptr);
    stack_->setCurrentWidget(empty ? empty_ : static_cast<QWidget*>(view));
    title_->setText(view->title());
    title_->setToolTip(view->help());
    help_->setText(inside_.other() && !view->compares()
                       ? view->help() + QLatin1Char(' ') +
                             tr("Two runs are compared in the other views; here stands this run alone.")
                       : view->help());
    if (isVisible())
        inside_.want(view, view->wantedPoints());
    refreshRecorded();
    refreshSelection();
}

void InsideWindow::refreshSelection() {
    const RecordingPtr& r = inside_.recording();
    const Selection& s = inside_.selection().current();
    selectionRow_->setVisible(r != nullptr);
    if (!r)
        return;
    const QSignalBlocker blockLayer(layer_);
    const QSignalBlocker blockHead(head_);
    layer_->setMaximum(static_cast<int>(r->model.nLayer) - 1);
    head_->setMaximum(static_cast<int>(r->model.nHead) - 1);
    layer_->setValue(s.layer);
    head_->setValue(s.head);
    const QLocale locale;
    const auto name = [&](std::int64_t position) {
        return QStringLiteral("%1  %2").arg(locale.toString(position), inside_.pieceText(position));
    };
    const std::int64_t newest = inside_.newestQuery();
    QString text = s.position < 0 ? tr("%1  (the newest)").arg(name(newest)) : name(s.position);
    if (s.position >= 0 && s.key >= 0)
        text += QStringLiteral("   \u2192   ") + name(s.key);
    token_->setText(text);
    token_->setToolTip(text);
    const std::int64_t shown = s.position < 0 ? newest : s.position;
    previous_->setEnabled(shown > 0);
    next_->setEnabled(shown < r->nPosition() - 1);
}

void InsideWindow::fillCompareMenu() {
    compareMenu_->clear();
    const RecordingPtr& r = inside_.recording();
    compareMenu_->addAction(tr("Keep this run and compare the next ones with it"), this,
                            [this] { inside_.keepForComparison(); });
    if (r && !r->interventions.empty() && inside_.model())
        compareMenu_->addAction(tr("With the same run without changes"), this,
                                [this] { inside_.compareWithUnchanged(); });
    compareMenu_->addAction(tr("With a recorded run\u2026"), this, &InsideWindow::compareFile);
    if (inside_.other())
        compareMenu_->addAction(tr("End the comparison"), this, [this] { inside_.compareWith(nullptr, {}); });
}

void InsideWindow::fillMemoryMenu() {
    memoryMenu_->clear();
    const QLocale locale;
    const auto size = [&](std::size_t bytes) { return sizeText(static_cast<double>(bytes)); };
    if (const std::size_t bytes = inside_.expectedBytes(inside_.chat().nCtx()); bytes > 0)
        memoryMenu_
            ->addAction(tr("A recording of a full context (%1 tokens) takes %2 with this model")
                            .arg(locale.toString(inside_.chat().nCtx()), size(bytes)))
            ->setEnabled(false);
    memoryMenu_->addAction(tr("What does not fit is left out, highest layers first, and said"))->setEnabled(false);
    memoryMenu_->addSeparator();
    for (const std::size_t mb : {250, 1000, 4000, 16000}) {
        const std::size_t bytes = mb * 1'000'000;
        QAction* action = memoryMenu_->addAction(tr("At most %1 for a recording").arg(size(bytes)), this,
                                                 [this, bytes] { inside_.setByteBudget(bytes); });
        action->setCheckable(true);
        action->setChecked(inside_.byteBudget() == bytes);
    }
}

void InsideWindow::retranslate() {
    for (std::size_t i = 0; i < views_.size(); ++i)
        rail_->setPage(static_cast<int>(i), views_[i]->title());
    const auto name = [](QWidget* widget, const QString& text) {
        widget->setToolTip(text);
        widget->setAccessibleName(text);
    };
    name(look_, tr("Look inside this conversation: reads it again and records"));
    name(open_, tr("Open a recorded run"));
    name(save_, tr("Save the recorded run"));
    name(compare_, tr("Compare with another run"));
    name(export_, tr("Export the view"));
    name(memory_, tr("Memory for recordings"));
    name(alone_, tr("Hide the chat"));
    name(close_, tr("Close (Ctrl+Shift+I)"));
    name(previous_, tr("Previous token"));
    name(next_, tr("Next token"));
    layerLabel_->setText(tr("Layer"));
    headLabel_->setText(tr("Head"));
    tokenLabel_->setText(tr("Token"));
    layer_->setAccessibleName(tr("Layer"));
    head_->setAccessibleName(tr("Head"));
    emptyLook_->setText(tr("Look inside this conversation"));
    emptyOpen_->setText(tr("Open a recorded run\u2026"));
    emptyAgain_->setText(tr("Record again"));
    fitRail();
    refresh();
}

} // namespace vitral
