// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/activity_panel.h"

#include "widgets/design/elided_label.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QEvent>
#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSet>
#include <QTabWidget>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

namespace vitral {
namespace {
constexpr int kPermille = 1000, kBarWidth = 160, kShown = 5000;
} // namespace

ActivityPanel::ActivityPanel(LogList& log, QWidget* parent) : QWidget(parent), log_(log) {
    setProperty("kind", "window");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace2, design::kSpace1, design::kSpace2, design::kSpace2);
    tabs_ = new QTabWidget(this);
    tabs_->addTab(makeTasks(), QString());
    tabs_->addTab(makeLog(), QString());
    close_ = new QToolButton(this);
    close_->setIcon(design::icon(QStringLiteral("close"), design::IconTone::Muted));
    close_->setIconSize({design::kIconSmall, design::kIconSmall});
    tabs_->setCornerWidget(close_);
    column->addWidget(tabs_);
    connect(close_, &QToolButton::clicked, this, &ActivityPanel::closeAsked);
    TaskList& tasks = TaskList::shared();
    connect(&tasks, &TaskList::listChanged, this, &ActivityPanel::refresh);
    connect(&tasks, &TaskList::progressed, this, [this](quint64 id) {
        const auto at = rows_.find(id);
        if (at == rows_.end() || !isVisible())
            return;
        for (const TaskList::Item& item : TaskList::shared().items())
            if (item.id == id)
                refreshRow(at->second, item);
    });
    connect(&log_, &LogList::grew, this, &ActivityPanel::refreshLog);
    connect(tabs_, &QTabWidget::currentChanged, this, &ActivityPanel::refreshLog);
    connect(tabs_, &QTabWidget::currentChanged, this, &ActivityPanel::pageChanged);
    retranslate();
}

QWidget* ActivityPanel::makeTasks() {
    auto* scroll = new QScrollArea(tabs_);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setFocusPolicy(Qt::NoFocus);
    auto* page = new QWidget(scroll);
    page->setProperty("kind", "page");
    auto* outer = new QVBoxLayout(page);
    outer->setContentsMargins(design::kSpace2, design::kSpace2, design::kSpace2, design::kSpace2);
    column_ = new QVBoxLayout;
    column_->setSpacing(design::kSpace1);
    empty_ = new QLabel(page);
    empty_->setProperty("role", "small");
    empty_->setWordWrap(true);
    clear_ = new QPushButton(page);
    clear_->setProperty("kind", "link");
    outer->addWidget(empty_);
    outer->addLayout(column_);
    outer->addWidget(clear_, 0, Qt::AlignLeft);
    outer->addStretch(1);
    scroll->setWidget(page);
    connect(clear_, &QPushButton::clicked, this, [] { TaskList::shared().clearFinished(); });
    return scroll;
}

QWidget* ActivityPanel::makeLog() {
    auto* page = new QWidget(tabs_);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, design::kSpace2, 0, 0);
    text_ = new QPlainTextEdit(page);
    text_->setReadOnly(true);
    text_->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text_->setLineWrapMode(QPlainTextEdit::NoWrap);
    text_->setTabChangesFocus(true);
    text_->setMaximumBlockCount(kShown);
    copy_ = new QPushButton(page);
    copy_->setIcon(design::icon(QStringLiteral("copy")));
    folder_ = new QPushButton(page);
    folder_->setProperty("kind", "link");
    auto* row = new QHBoxLayout;
    row->addWidget(copy_);
    row->addWidget(folder_);
    row->addStretch(1);
    column->addWidget(text_, 1);
    column->addLayout(row);
    connect(copy_, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(logText()); });
    connect(folder_, &QPushButton::clicked, this,
            [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(log_.file()).absolutePath())); });
    return page;
}

QString ActivityPanel::logText() const {
    return before_ + log_.lines().join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void ActivityPanel::showLogBefore() {
    constexpr qint64 kMost = 1 << 20;
    QFile file(log_.file() + QStringLiteral(".before"));
    if (!log_.file().isEmpty() && file.open(QIODevice::ReadOnly)) {
        if (file.size() > kMost)
            file.seek(file.size() - kMost); // the end is what matters
        before_ = QString::fromUtf8(file.readAll()) + QStringLiteral("----\n");
    }
    showLog();
    refreshLog();
}

void ActivityPanel::showLog(bool focus) {
    tabs_->setCurrentIndex(1);
    if (focus)
        text_->setFocus();
}

void ActivityPanel::showTasks() {
    tabs_->setCurrentIndex(0);
}

bool ActivityPanel::showsLog() const {
    return tabs_->currentIndex() == 1;
}

void ActivityPanel::refresh() {
    if (!isVisible())
        return;
    const std::vector<TaskList::Item> items = TaskList::shared().items();
    QSet<quint64> living;
    for (const TaskList::Item& item : items)
        living.insert(item.id);
    for (auto it = rows_.begin(); it != rows_.end();)
        if (living.contains(it->first)) {
            ++it;
        } else {
            delete it->second.box;
            it = rows_.erase(it);
        }
    int at = 0;
    bool finished = false;
    for (const TaskList::Item& item : items) {
        Row& row = rows_[item.id];
        if (row.box == nullptr) {
            row.box = new QWidget(column_->parentWidget());
            auto* line = new QHBoxLayout(row.box);
            line->setContentsMargins(0, 0, 0, 0);
            row.title = new design::ElidedLabel(row.box);
            row.what = new design::ElidedLabel(row.box);
            row.what->setProperty("role", "small");
            row.bar = new QProgressBar(row.box);
            row.bar->setFixedWidth(kBarWidth);
            row.bar->setTextVisible(false);
            row.cancel = new QToolButton(row.box);
            row.cancel->setIcon(design::icon(QStringLiteral("stop")));
            row.cancel->setIconSize({design::kIconSmall, design::kIconSmall});
            line->addWidget(row.title, 3);
            line->addWidget(row.what, 2);
            line->addWidget(row.bar);
            line->addWidget(row.cancel);
            connect(row.cancel, &QToolButton::clicked, this, [id = item.id] { TaskList::shared().cancel(id); });
        }
        if (column_->indexOf(row.box) != at) {
            column_->removeWidget(row.box);
            column_->insertWidget(at, row.box);
        }
        ++at;
        finished = finished || !item.running;
        refreshRow(row, item);
    }
    empty_->setVisible(items.empty());
    clear_->setVisible(finished);
}

void ActivityPanel::refreshRow(Row& row, const TaskList::Item& item) {
    const QLocale locale;
    QString what = item.what;
    if (!item.running) {
        const QString took = tr("%1 s").arg(locale.toString(static_cast<double>(item.ms) / 1000.0, 'f', 1));
        what = item.failed ? item.what : item.cancelled ? tr("stopped after %1").arg(took) : tr("done in %1").arg(took);
    } else if (item.cancelled) {
        what = tr("is being stopped\u2026");
    } else if (what.isEmpty()) {
        what = item.fraction < 0 ? tr("running") : tr("%1 %").arg(qRound(item.fraction * 100));
    }
    const QString title = item.title();
    row.title->setText(title);
    row.title->setToolTip(title);
    row.what->setText(what);
    row.what->setToolTip(what);
    row.bar->setVisible(item.running && item.fraction >= 0); // one that runs to and fro says nothing
    row.bar->setRange(0, kPermille);
    row.bar->setValue(qRound(std::min(item.fraction, 1.0) * kPermille));
    row.bar->setAccessibleName(tr("Progress of %1").arg(title));
    row.cancel->setVisible(item.running && item.cancel);
    row.cancel->setEnabled(!item.cancelled);
    row.cancel->setToolTip(tr("Stop: %1").arg(title));
    row.cancel->setAccessibleName(row.cancel->toolTip());
}

void ActivityPanel::refreshLog() {
    if (!isVisible() || tabs_->currentIndex() != 1)
        return;
    const QScrollBar* bar = text_->verticalScrollBar();
    const bool atEnd = bar->value() >= bar->maximum();
    const int before = bar->value();
    text_->setPlainText(logText());
    text_->verticalScrollBar()->setValue(atEnd ? text_->verticalScrollBar()->maximum() : before);
    copy_->setEnabled(!log_.lines().isEmpty());
}

void ActivityPanel::retranslate() {
    setAccessibleName(tr("Activity"));
    tabs_->setTabText(0, tr("Tasks"));
    tabs_->setTabText(1, tr("Log"));
    tabs_->setAccessibleName(tr("Tasks and log"));
    empty_->setText(tr("Nothing is running. What takes time appears here, and can be stopped."));
    clear_->setText(tr("Forget what is over"));
    text_->setAccessibleName(tr("Log"));
    text_->setPlaceholderText(tr("Nothing has been logged yet."));
    copy_->setText(tr("Copy the log"));
    folder_->setText(tr("Open its folder"));
    close_->setToolTip(tr("Close"));
    close_->setAccessibleName(tr("Close"));
    refresh();
}

void ActivityPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

void ActivityPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
    refreshLog();
}

} // namespace vitral
