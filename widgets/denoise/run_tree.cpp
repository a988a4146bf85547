// SPDX-License-Identifier: Apache-2.0
#include "widgets/denoise/run_tree.h"

#include "widgets/denoise/denoise_words.h"
#include "widgets/inside/value_text.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
#include <QMessageBox>

#include <map>

namespace vitral {

namespace {
constexpr int kIdRole = Qt::UserRole + 1;
constexpr int kThumb = 32;
} // namespace

RunTree::RunTree(DenoiseController& denoise, QWidget* parent) : QTreeWidget(parent), denoise_(denoise) {
    setHeaderHidden(true);
    setColumnCount(1);
    setIconSize({kThumb, kThumb});
    setUniformRowHeights(true);
    setIndentation(18);
    setFrameShape(QFrame::NoFrame);
    setTextElideMode(Qt::ElideRight);
    setAccessibleName(tr("Runs"));
    ask_ = [this](const QString& question) {
        return QMessageBox::question(this, tr("Delete the run"), question) == QMessageBox::Yes;
    };
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (!filling_ && item != nullptr)
            denoise_.setCurrent(idOf(item));
    });
    connect(&denoise_, &DenoiseController::runsChanged, this, &RunTree::fill);
    connect(&denoise_, &DenoiseController::currentChanged, this, &RunTree::mark);
    connect(&denoise_, &DenoiseController::otherChanged, this, &RunTree::fill);
    fill();
}

qint64 RunTree::idOf(const QTreeWidgetItem* item) const {
    return item != nullptr ? item->data(0, kIdRole).toLongLong() : 0;
}

void RunTree::fill() {
    filling_ = true;
    clear();
    std::map<qint64, QTreeWidgetItem*> items;
    const QLocale locale;
    for (const DenoiseRun& run : denoise_.runs()) {
        const auto parent = items.find(run.parent);
        auto* item = parent != items.end() ? new QTreeWidgetItem(parent->second) : new QTreeWidgetItem(this);
        items[run.id] = item;
        item->setData(0, kIdRole, run.id);
        QString text = QStringLiteral("%1  ").arg(run.id);
        for (const QString& mark : runMarks(run.settings)) // before the title: its end may be elided
            text += mark + QStringLiteral("  \u00B7  ");
        text += DenoiseController::runTitle(run);
        if (run.state != RunState::Done)
            text += QStringLiteral("  \u00B7  ") + runStateText(run.state);
        if (run.id == denoise_.otherId())
            text += QStringLiteral("  \u00B7  ") + tr("compared");
        item->setText(0, text);
        if (!run.thumb.isNull())
            item->setIcon(0, QIcon(QPixmap::fromImage(run.thumb)));
        static const std::vector<std::string> none;
        QStringList lines = {run.model};
        lines += settingsLines(run.settings, run.recording ? run.recording->model.classNames : none);
        if (run.parent != 0)
            lines << tr("left run %1 before step %2").arg(run.parent).arg(run.branchStep + 1);
        if (run.seconds > 0)
            lines << durationText(run.seconds);
        if (!run.problem.isEmpty())
            lines << run.problem;
        if (run.recording)
            lines += runNotes(*run.recording);
        item->setToolTip(0, lines.join(QLatin1Char('\n')));
        item->setData(0, Qt::AccessibleDescriptionRole, lines.join(QStringLiteral(", ")));
    }
    expandAll();
    filling_ = false;
    mark();
}

void RunTree::mark() {
    filling_ = true;
    for (QTreeWidgetItemIterator it(this); *it != nullptr; ++it)
        if (idOf(*it) == denoise_.currentId()) {
            setCurrentItem(*it);
            scrollToItem(*it);
        }
    filling_ = false;
}

void RunTree::deleteRun(qint64 id) {
    const DenoiseRun* run = denoise_.find(id);
    if (run != nullptr &&
        ask_(tr("Delete run %1 (%2) and its files? Its branches stay.").arg(id).arg(DenoiseController::runTitle(*run))))
        denoise_.removeRun(id);
}

void RunTree::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Delete && currentItem() != nullptr)
        deleteRun(idOf(currentItem()));
    else
        QTreeWidget::keyPressEvent(event);
}

void RunTree::contextMenuEvent(QContextMenuEvent* event) {
    const QTreeWidgetItem* item = event->reason() == QContextMenuEvent::Keyboard ? currentItem() : itemAt(event->pos());
    const DenoiseRun* run = denoise_.find(idOf(item));
    if (run == nullptr)
        return;
    const qint64 id = run->id;
    QMenu menu(this);
    menu.addAction(tr("Take its settings"), this, [this, id] {
        if (const DenoiseRun* r = denoise_.find(id))
            denoise_.adoptSettings(r->settings);
    });
    QAction* compare = menu.addAction(tr("Compare with it"), this, [this, id] {
        denoise_.setOther(id);
        emit compareAsked(id);
    });
    compare->setEnabled(id != denoise_.currentId());
    menu.addSeparator();
    QAction* png = menu.addAction(tr("Export the picture\u2026"), this, [this, id] { emit exportAsked(id); });
    png->setEnabled(run->recording && run->recording->result);
    QAction* enlarge =
        menu.addAction(tr("Enlarge twice, tile by tile\u2026"), this, [this, id] { emit enlargeAsked(id); });
    enlarge->setEnabled(png->isEnabled() && denoise_.model() != nullptr && !denoise_.busy());
    QAction* save = menu.addAction(tr("Save the recorded run\u2026"), this, [this, id] { emit saveAsked(id); });
    save->setEnabled(run->recording != nullptr);
    menu.addSeparator();
    menu.addAction(tr("Delete\u2026"), this, [this, id] { deleteRun(id); });
    menu.exec(event->globalPos());
}

void RunTree::changeEvent(QEvent* event) {
    QTreeWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) {
        setAccessibleName(tr("Runs"));
        fill();
    }
}

} // namespace vitral
