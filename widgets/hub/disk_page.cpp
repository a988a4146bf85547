// SPDX-License-Identifier: Apache-2.0
#include "widgets/hub/disk_page.h"

#include "core/base/split_name.h"
#include "core/base/system_memory.h"
#include "core/hub/download.h"
#include "core/io/gguf.h"
#include "widgets/design/amounts.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/undo_list.h"

#include <QDesktopServices>
#include <QFile>
#include <QFileInfo>
#include <QHeaderView>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStandardItemModel>
#include <QTreeView>
#include <QUrl>
#include <QVBoxLayout>

namespace vitral {
namespace {

enum Column {
    NameColumn,
    ArchitectureColumn,
    QuantColumn,
    SizeColumn,
    MemoryColumn,
    LicenceColumn,
    PlaceColumn,
    nColumn
};
constexpr int kPathRole = Qt::UserRole + 1, kSortRole = Qt::UserRole + 2, kKindRole = Qt::UserRole + 3,
              kRepoRole = Qt::UserRole + 4, kFileRole = Qt::UserRole + 7, kKnownRole = Qt::UserRole + 5,
              kPictureRole = Qt::UserRole + 6;
enum Kind { Model, Foreign, Bundled, Unfinished }; ///< Foreign: kept by another program, and its to delete
constexpr int kMostLicence = 28;                   ///< letters in the table; the tip has all

} // namespace

DiskPage::DiskPage(Worker& worker, QStringList folders, QString bundled, QString downloads, QWidget* parent)
    : QWidget(parent), worker_(worker), scanner_(worker),
      folders_(std::move(folders)), downloads_{std::move(downloads)}, bundled_(std::move(bundled)) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace4, design::kSpace4, design::kSpace4, design::kSpace4);
    column->setSpacing(design::kSpace3);
    notice_ = new NoticeBar(this);
    notice_->hide();
    column->addWidget(notice_);
    table_ = new QTreeView(this);
    items_ = new QStandardItemModel(0, nColumn, this);
    filter_ = new QSortFilterProxyModel(this);
    filter_->setSourceModel(items_);
    filter_->setSortRole(kSortRole);
    table_->setModel(filter_);
    table_->setRootIsDecorated(false);
    table_->setSortingEnabled(true);
    table_->sortByColumn(NameColumn, Qt::AscendingOrder);
    table_->setAllColumnsShowFocus(true);
    table_->setUniformRowHeights(true);
    table_->header()->setStretchLastSection(false);
    table_->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table_->header()->setSectionResizeMode(PlaceColumn, QHeaderView::Stretch);
    table_->header()->setMinimumSectionSize(design::kSpace7);
    column->addWidget(table_, 1);
    status_ = new QLabel(this);
    status_->setProperty("role", "small");
    column->addWidget(status_);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    again_ = new QPushButton(this);
    show_ = new QPushButton(this);
    trash_ = new QPushButton(this);
    trash_->setProperty("kind", "danger");
    use_ = new QPushButton(this);
    use_->setProperty("kind", "primary");
    for (QPushButton* button : {again_, show_, trash_, use_})
        row->addWidget(button);
    column->addLayout(row);

    const auto use = [this] {
        if (!use_->isEnabled())
            return;
        const QModelIndex chosen = current();
        if (chosen.data(kKindRole).toInt() == Unfinished)
            emit repositoryAsked(chosen.data(kRepoRole).toString(), chosen.data(kFileRole).toString());
        else if (chosen.data(kPictureRole).toBool())
            emit pictureAsked(chosen.data(kPathRole).toString());
        else
            emit modelAsked(chosen.data(kPathRole).toString());
    };
    connect(use_, &QPushButton::clicked, this, use);
    connect(table_, &QTreeView::activated, this, use);
    connect(show_, &QPushButton::clicked, this, [this] {
        QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(current().data(kPathRole).toString()).path()));
    });
    connect(trash_, &QPushButton::clicked, this, &DiskPage::trashChosen);
    connect(again_, &QPushButton::clicked, this, &DiskPage::rescan);
    connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this, &DiskPage::updateState);
    connect(&scanner_, &ModelScanner::found, this, [this](const ModelEntry& entry) { addEntry(entry, false); });
    connect(&scanner_, &ModelScanner::finished, this, [this] {
        addUnfinished();
        updateState();
    });
    retranslate();
}

QModelIndex DiskPage::current() const {
    return table_->currentIndex().siblingAtColumn(NameColumn);
}

int DiskPage::nModel() const {
    return items_->rowCount();
}

QString DiskPage::said() const {
    return notice_->isHidden() ? QString() : notice_->sentence();
}

void DiskPage::rescan() {
    items_->removeRows(0, items_->rowCount());
    memory_ = availableMemoryBytes();
    scanner_.scan(usualModelPlaces(folders_ + downloads_), bundled_.isEmpty() ? QStringList() : QStringList{bundled_});
    reading_ = pictures_ != nullptr;
    if (pictures_)
        worker_.ask(
            this, [read = pictures_] { return read(); },
            [this, n = ++nScan_](const std::vector<ModelEntry>& entries) {
                if (n != nScan_) // the table has been begun again
                    return;
                for (const ModelEntry& entry : entries)
                    addEntry(entry, true);
                reading_ = false;
                updateState();
            });
    updateState();
}

void DiskPage::setDownloads(const QString& folder) {
    downloads_.removeAll(folder);
    downloads_.prepend(folder);
}

void DiskPage::addEntry(const ModelEntry& entry, bool picture) {
    if (entry.source == ModelSource::Ollama && entry.name.isEmpty())
        return;
    QList<QStandardItem*> row;
    const auto cell = [&row](const QString& text, const QVariant& sort) {
        auto* item = new QStandardItem(text);
        item->setEditable(false);
        item->setData(sort, kSortRole);
        row << item;
        return item;
    };
    const bool bundled = entry.path == bundled_ || entry.source == ModelSource::Bundled;
    const bool foreign = entry.source == ModelSource::HuggingFace || entry.source == ModelSource::Ollama;
    QStandardItem* name = cell(entry.name, entry.name.toLower());
    name->setData(entry.path, kPathRole);
    name->setData(bundled ? Bundled : foreign ? Foreign : Model, kKindRole);
    name->setToolTip(entry.path);
    name->setData(entry.known && entry.problem.isEmpty(), kKnownRole);
    name->setData(picture, kPictureRole);
    QStandardItem* architecture = cell(!entry.problem.isEmpty() ? tr("cannot be read")
                                       : entry.known            ? entry.architecture
                                                                : tr("%1 (not known)").arg(entry.architecture),
                                       entry.architecture);
    architecture->setToolTip(!entry.problem.isEmpty() ? entry.problem
                             : entry.known            ? QString()
                                                      : tr("This version cannot run this architecture."));
    cell(entry.quantisation, entry.quantisation);
    cell(design::sizeText(static_cast<quint64>(entry.fileBytes)), entry.fileBytes);
    const bool told = entry.problem.isEmpty() && entry.neededBytes > 0;
    const bool fits = memory_ == 0 || entry.neededBytes <= memory_;
    cell(told ? (fits ? tr("%1: fits") : tr("%1: too large")).arg(design::sizeText(entry.neededBytes)) : QString(),
         QVariant::fromValue(entry.neededBytes))
        ->setToolTip((picture ? tr("While it draws in its own size; %1 is free now.")
                              : tr("With a context of 4,096 tokens; %1 is free now."))
                         .arg(design::sizeText(memory_)));
    const QString licence =
        entry.licence.size() > kMostLicence ? entry.licence.left(kMostLicence) + QChar(0x2026) : entry.licence;
    cell(licence.isEmpty() ? tr("not said") : licence, entry.licence)->setToolTip(entry.licence);
    cell(bundled                                    ? tr("came with the program")
         : entry.source == ModelSource::HuggingFace ? tr("kept by Hugging Face's tools")
         : entry.source == ModelSource::Ollama      ? tr("kept by Ollama")
                                                    : QFileInfo(entry.path).path(),
         entry.path);
    items_->appendRow(row);
    if (!table_->currentIndex().isValid())
        table_->setCurrentIndex(filter_->mapFromSource(items_->indexFromItem(name)));
    updateState();
}

void DiskPage::addUnfinished() {
    std::vector<std::filesystem::path> parts;
    for (const QString& folder : std::as_const(downloads_)) {
        const auto found = hub::unfinishedDownloads(std::filesystem::path(folder.toStdU16String()));
        parts.insert(parts.end(), found.begin(), found.end());
    }
    for (const std::filesystem::path& part : parts) {
        const QString path = QString::fromStdU16String(part.u16string());
        QFile journal(path + QStringLiteral(".json"));
        if (!journal.open(QIODevice::ReadOnly) || journal.size() > (64 << 10))
            continue;
        const QJsonObject what = QJsonDocument::fromJson(journal.readAll()).object();
        const double whole = what[QStringLiteral("size")].toDouble();
        const qint64 there = QFileInfo(path).size();
        QList<QStandardItem*> row;
        for (int c = 0; c < nColumn; ++c) {
            row << new QStandardItem;
            row.last()->setEditable(false);
        }
        row[NameColumn]->setText(QFileInfo(what[QStringLiteral("path")].toString()).fileName());
        row[NameColumn]->setData(row[NameColumn]->text().toLower(), kSortRole);
        row[NameColumn]->setData(path, kPathRole);
        row[NameColumn]->setData(Unfinished, kKindRole);
        row[NameColumn]->setData(what[QStringLiteral("repository")].toString(), kRepoRole);
        row[NameColumn]->setData(what[QStringLiteral("path")].toString(), kFileRole);
        row[NameColumn]->setToolTip(path);
        row[ArchitectureColumn]->setText(
            whole > 0
                ? tr("unfinished, %1 %").arg(QLocale().toString(100.0 * static_cast<double>(there) / whole, 'f', 0))
                : tr("unfinished"));
        row[SizeColumn]->setText(design::sizeText(static_cast<quint64>(there)));
        row[SizeColumn]->setData(there, kSortRole);
        row[PlaceColumn]->setText(QFileInfo(path).path());
        items_->appendRow(row);
    }
}

bool DiskPage::choose(const QString& path) {
    for (int r = 0; r < filter_->rowCount(); ++r)
        if (const QModelIndex index = filter_->index(r, NameColumn); index.data(kPathRole).toString() == path) {
            table_->setCurrentIndex(index);
            return true;
        }
    return false;
}

void DiskPage::trashChosen() {
    const QModelIndex row = current();
    const int kind = row.data(kKindRole).toInt();
    if (!row.isValid() || kind == Bundled || kind == Foreign)
        return;
    const QString path = row.data(kPathRole).toString(), name = row.data(Qt::DisplayRole).toString();
    QStringList files{path};
    if (const auto split = splitNameOf(path.toStdString()); split && kind == Model) {
        files.clear(); // a model in several files goes as a whole
        for (int no = 0; no < split->count; ++no)
            if (const QString part = QString::fromStdString(splitFileName(*split, no)); QFile::exists(part))
                files << part;
    }
    int nMoved = 0;
    std::vector<std::pair<QString, QString>> moved; // where it was, where it is
    QString there;
    const auto trash = [&moved, &there](const QString& file) {
        if (!QFile::moveToTrash(file, &there))
            return false;
        moved.emplace_back(file, there);
        return true;
    };
    while (nMoved < files.size() && trash(files[nMoved]))
        ++nMoved;
    if (nMoved < files.size()) {
        notice_->tell(
            NoticeBar::Kind::Problem,
            nMoved == 0
                ? tr("%1 could not be put into the trash; nothing was deleted. Delete it in its folder.").arg(name)
                : tr("%1 of the %2 files of %3 are in the trash; delete the others in their folder.")
                      .arg(nMoved)
                      .arg(files.size())
                      .arg(name),
            tr("Show the folder"), [this] { show_->click(); });
        return;
    }
    if (kind == Unfinished)
        trash(path + QStringLiteral(".json"));
    UndoList::shared().push(
        tr("Putting %1 into the trash").arg(name),
        [this, moved, name] {
            bool all = true;
            for (const auto& [was, is] : moved)
                all = !is.isEmpty() && QFile::rename(is, was) && all;
            if (all)
                notice_->hide();
            else
                notice_->tell(NoticeBar::Kind::Problem,
                              tr("%1 could not be taken out of the trash; look for it there.").arg(name));
            rescan();
        },
        {}, {}, this);
    items_->removeRow(filter_->mapToSource(row).row());
    notice_->tell(NoticeBar::Kind::Notice, tr("%1 is in the trash of this computer.").arg(name));
    updateState();
}

void DiskPage::updateState() {
    const QModelIndex row = current();
    const int kind = row.isValid() ? row.data(kKindRole).toInt() : Bundled;
    use_->setEnabled(row.isValid() && (kind == Unfinished || row.data(kKnownRole).toBool()));
    use_->setText(kind == Unfinished && row.isValid() ? tr("Go on downloading\u2026")
                  : row.data(kPictureRole).toBool()   ? tr("Draw with it")
                                                      : tr("Chat with it"));
    show_->setEnabled(row.isValid());
    trash_->setEnabled(row.isValid() && (kind == Model || kind == Unfinished));
    trash_->setToolTip(kind == Foreign                    ? tr("Another program keeps this model: delete it there.")
                       : row.isValid() && kind == Bundled ? tr("This model belongs to the program.")
                                                          : QString());
    status_->setText(scanning() ? tr("Looking for models\u2026") : tr("%Ln models found", nullptr, items_->rowCount()));
}

void DiskPage::retranslate() {
    items_->setHorizontalHeaderLabels(
        {tr("Model"), tr("Architecture"), tr("Quantisation"), tr("File"), tr("In memory"), tr("Licence"), tr("Where")});
    table_->setAccessibleName(tr("Models on this computer"));
    show_->setText(tr("Show the folder"));
    trash_->setText(tr("Move to the trash"));
    again_->setText(tr("Look again"));
    updateState();
}

void DiskPage::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        if (nModel() > 0)
            rescan(); // the cells have words, too
    }
    QWidget::changeEvent(event);
}

} // namespace vitral
