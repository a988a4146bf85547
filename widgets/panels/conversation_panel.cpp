// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/conversation_panel.h"

#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/panels/conversation_delegate.h"
#include "widgets/panels/notice_bar.h"

#include <QAction>
#include <QEvent>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QShortcut>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QTimer>
#include <QTreeView>
#include <QVBoxLayout>

#include <map>
#include <utility>

namespace vitral {
namespace {
constexpr int kSearchDelayMs = 180;
constexpr int kFolderRole = Qt::UserRole + 64; ///< a folder's name before it is edited
} // namespace

ConversationPanel::ConversationPanel(ConversationLibrary& library, QWidget* parent)
    : QWidget(parent), library_(library) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace3, design::kSpace3, design::kSpace3, design::kSpace3);
    column->setSpacing(design::kSpace2);
    new_ = new QPushButton(this);
    new_->setIcon(design::icon(QStringLiteral("new-chat"), design::IconTone::OnAccent));
    new_->setProperty("kind", "primary");
    column->addWidget(new_);
    search_ = new QLineEdit(this);
    search_->setClearButtonEnabled(true);
    search_->addAction(design::icon(QStringLiteral("search"), design::IconTone::Muted), QLineEdit::LeadingPosition);
    column->addWidget(search_);
    column->addSpacing(design::kSpace1);

    stack_ = new QStackedWidget(this);
    tree_ = new QTreeView(stack_);
    items_ = new QStandardItemModel(this);
    tree_->setModel(items_);
    tree_->setHeaderHidden(true);
    tree_->setProperty("kind", "painted"); // the delegate draws hover and selection itself
    tree_->setIndentation(design::kSpace3);
    tree_->setUniformRowHeights(false);
    tree_->setEditTriggers(QAbstractItemView::EditKeyPressed);
    tree_->setContextMenuPolicy(Qt::CustomContextMenu);
    tree_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    tree_->setItemDelegate(new ConversationDelegate(tree_));
    tree_->setMouseTracking(true);
    empty_ = new QLabel(stack_);
    empty_->setProperty("role", "small");
    empty_->setWordWrap(true);
    empty_->setAlignment(Qt::AlignTop | Qt::AlignHCenter);
    empty_->setContentsMargins(design::kSpace3, design::kSpace6, design::kSpace3, 0);
    stack_->addWidget(tree_);
    stack_->addWidget(empty_);
    column->addWidget(stack_, 1);
    notice_ = new NoticeBar(this);
    column->addWidget(notice_);

    connect(new_, &QPushButton::clicked, this, &ConversationPanel::newAsked);
    auto* wait = new QTimer(this);
    wait->setSingleShot(true);
    wait->setInterval(kSearchDelayMs);
    connect(new QShortcut(Qt::Key_Down, search_, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this,
            [this] { tree_->setFocus(Qt::ShortcutFocusReason); });
    auto* leave = new QShortcut(Qt::Key_Escape, search_, nullptr, nullptr, Qt::WidgetShortcut);
    connect(leave, &QShortcut::activated, this, [this] { // once for the words, once more to leave
        if (search_->text().isEmpty())
            tree_->setFocus(Qt::ShortcutFocusReason);
        else
            search_->clear();
    });
    connect(search_, &QLineEdit::textChanged, wait, qOverload<>(&QTimer::start));
    connect(wait, &QTimer::timeout, this, [this] { library_.search(search_->text()); });
    connect(&library_, &ConversationLibrary::changed, this, &ConversationPanel::rebuild);
    connect(&library_, &ConversationLibrary::removed, this, [this](ConversationId id, const QString& title) {
        removed_ = id;
        notice_->tell(NoticeBar::Kind::Notice, tr("\u201C%1\u201D was deleted.").arg(title), tr("Undo"),
                      [this] { library_.undoRemove(); });
    });
    connect(&library_, &ConversationLibrary::folderRemoved, this, [this](const QString& name) {
        removed_ = 0;
        notice_->tell(NoticeBar::Kind::Notice,
                      tr("The folder \u201C%1\u201D was deleted; its conversations are still there.").arg(name));
    });
    connect(&library_, &ConversationLibrary::restored, this, [this](ConversationId id) {
        if (std::exchange(removed_, 0) == id)
            notice_->hide(); // whichever way it was undone
    });
    const auto problem = [this](const QString& sentence) {
        removed_ = 0;
        notice_->tell(NoticeBar::Kind::Problem, sentence);
    };
    connect(&library_, &ConversationLibrary::problem, this, problem);
    connect(&library_, &ConversationLibrary::openingNote, this, problem);
    connect(&library_, &ConversationLibrary::imported, this, [this] {
        if (removed_ == 0)
            notice_->hide(); // why an earlier file could not be imported
    });
    connect(tree_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& index) {
        const auto id = index.data(ConversationDelegate::IdRole).toLongLong();
        if (!rebuilding_ && id != 0 && id != current_) {
            current_ = id;
            emit opened(id);
        }
    });
    connect(items_, &QStandardItemModel::itemChanged, this, [this](QStandardItem* item) {
        const auto id = item->data(ConversationDelegate::IdRole).toLongLong();
        if (rebuilding_)
            return;
        if (id != 0)
            library_.rename(id, item->text());
        else
            library_.renameFolder(item->data(kFolderRole).toString(), item->text());
    });
    connect(tree_, &QWidget::customContextMenuRequested, this, &ConversationPanel::showMenu);
    auto* del = new QShortcut(QKeySequence(Qt::Key_Delete), tree_, this, &ConversationPanel::removeCurrent);
    del->setContext(Qt::WidgetShortcut);
    retranslate();
    rebuild();
}

void ConversationPanel::retranslate() {
    new_->setText(QLatin1Char(' ') + tr("New conversation"));
    search_->setPlaceholderText(tr("Search"));
    search_->setAccessibleName(tr("Search conversations"));
    tree_->setAccessibleName(tr("Conversations"));
    rebuild();
}

QStandardItem* ConversationPanel::makeItem(const ConversationInfo& info) const {
    QString title = QString::fromStdString(info.title);
    if (title.isEmpty())
        title = tr("Untitled");
    auto* item = new QStandardItem(title);
    item->setData(static_cast<qlonglong>(info.id), ConversationDelegate::IdRole);
    item->setData(library_.snippet(info.id), ConversationDelegate::SnippetRole);
    item->setData(static_cast<qlonglong>(info.updatedUnixMs), ConversationDelegate::TimeRole);
    item->setToolTip(title);
    return item;
}

void ConversationPanel::rebuild() {
    rebuilding_ = true;
    items_->clear();
    std::map<QString, QStandardItem*> folders;
    for (const QString& name : library_.folders()) {
        auto* folder = new QStandardItem(design::icon(QStringLiteral("folder"), design::IconTone::Muted), name);
        folder->setData(name, kFolderRole);
        folders[name] = folder;
        items_->appendRow(folder);
    }
    QModelIndex selected;
    for (const ConversationInfo& info : library_.conversations()) {
        QStandardItem* item = makeItem(info);
        const QString folder = QString::fromStdString(info.folder);
        if (folder.isEmpty())
            items_->appendRow(item);
        else
            folders[folder]->appendRow(item);
        if (info.id == current_)
            selected = item->index();
    }
    tree_->setRootIsDecorated(!folders.empty());
    tree_->expandAll();
    if (selected.isValid())
        tree_->setCurrentIndex(selected);
    const bool searching = !library_.searchWords().isEmpty();
    empty_->setText(searching ? tr("Nothing found for \u201C%1\u201D.").arg(library_.searchWords())
                              : tr("Your conversations will stand here. Write something to begin the first one."));
    stack_->setCurrentWidget(library_.conversations().empty() ? static_cast<QWidget*>(empty_) : tree_);
    rebuilding_ = false;
}

void ConversationPanel::setCurrent(ConversationId id) {
    current_ = id;
    rebuild();
    if (id == 0)
        tree_->clearSelection();
}

void ConversationPanel::focusSearch() {
    search_->setFocus();
    search_->selectAll();
}

ConversationId ConversationPanel::currentId() const {
    return tree_->currentIndex().data(ConversationDelegate::IdRole).toLongLong();
}

void ConversationPanel::renameCurrent() {
    if (tree_->currentIndex().isValid()) // a conversation or a folder
        tree_->edit(tree_->currentIndex());
}

void ConversationPanel::removeCurrent() {
    if (const ConversationId id = currentId(); id != 0)
        library_.remove(id);
    else
        library_.removeFolder(tree_->currentIndex().data(kFolderRole).toString());
}

void ConversationPanel::showMenu(const QPoint& point) {
    const QModelIndex index = tree_->indexAt(point);
    const ConversationId id = index.data(ConversationDelegate::IdRole).toLongLong();
    QMenu menu(this);
    if (id != 0) {
        menu.addAction(design::icon(QStringLiteral("rename")), tr("Rename"), this,
                       [this, index] { tree_->edit(index); });
        QMenu* move = menu.addMenu(design::icon(QStringLiteral("folder")), tr("Move to folder"));
        move->addAction(tr("No folder"), this, [this, id] { library_.moveTo(id, {}); });
        for (const QString& folder : library_.folders())
            move->addAction(folder, this, [this, id, folder] { library_.moveTo(id, folder); });
        move->addSeparator();
        move->addAction(design::icon(QStringLiteral("plus")), tr("New folder\u2026"), this, [this, id] {
            const QString name = QInputDialog::getText(this, tr("New folder"), tr("Name of the folder:"));
            if (!name.trimmed().isEmpty())
                library_.moveTo(id, name);
        });
        menu.addSeparator();
        menu.addAction(design::icon(QStringLiteral("export")), tr("Export as Markdown\u2026"), this,
                       [this, id] { emit exportAsked(id, false); });
        menu.addAction(tr("Export as JSON\u2026"), this, [this, id] { emit exportAsked(id, true); });
        menu.addSeparator();
        menu.addAction(design::icon(QStringLiteral("trash"), design::IconTone::Danger), tr("Delete"), this,
                       [this, id] { library_.remove(id); });
    } else {
        if (index.isValid()) {
            menu.addAction(design::icon(QStringLiteral("rename")), tr("Rename"), this,
                           [this, index] { tree_->edit(index); });
            menu.addAction(design::icon(QStringLiteral("trash"), design::IconTone::Danger),
                           tr("Delete the folder, keep its conversations"), this,
                           [this, name = index.data(kFolderRole).toString()] { library_.removeFolder(name); });
            menu.addSeparator();
        }
        menu.addAction(design::icon(QStringLiteral("new-chat")), tr("New conversation"), this,
                       &ConversationPanel::newAsked);
        menu.addAction(design::icon(QStringLiteral("import")), tr("Import\u2026"), this,
                       &ConversationPanel::importAsked);
    }
    menu.exec(tree_->viewport()->mapToGlobal(point));
}

void ConversationPanel::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

} // namespace vitral
