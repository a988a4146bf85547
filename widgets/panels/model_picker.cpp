// SPDX-License-Identifier: Apache-2.0
#include "widgets/panels/model_picker.h"

#include "core/base/system_memory.h"
#include "widgets/design/fit_screen.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/inside/value_text.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QMimeData>
#include <QPushButton>
#include <QShortcut>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QStyledItemDelegate>
#include <QTimer>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>

namespace vitral {
namespace {

enum Column {
    NameColumn,
    SourceColumn,
    ArchitectureColumn,
    SizeColumn,
    QuantColumn,
    FileColumn,
    FitsColumn,
    ColumnCount
};
constexpr int kPathRole = Qt::UserRole + 1;
constexpr int kSortRole = Qt::UserRole + 2;
constexpr int kAboutRole = Qt::UserRole + 3;  ///< the sentence about a model
constexpr int kUsableRole = Qt::UserRole + 4; ///< false: read, but not to be opened
constexpr int kNameRole = Qt::UserRole + 5;
constexpr QSize kUsualSize(1040, 540);
constexpr int kNameWidth = 220; ///< what a name needs beside the other columns

QString sourceName(ModelSource source) {
    switch (source) {
    case ModelSource::Bundled:
        return ModelPicker::tr("came with the program");
    case ModelSource::Recent:
        return ModelPicker::tr("used lately");
    case ModelSource::Folder:
        return ModelPicker::tr("models folder");
    case ModelSource::HuggingFace:
        return QStringLiteral("Hugging Face");
    case ModelSource::LmStudio:
        return QStringLiteral("LM Studio");
    case ModelSource::Ollama:
        return QStringLiteral("Ollama");
    }
    return {};
}

/// What cannot be opened looks so, and can still be chosen to read why.
class ModelRow : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
        QStyledItemDelegate::initStyleOption(option, index);
        if (!index.siblingAtColumn(NameColumn).data(kUsableRole).toBool())
            option->state &= ~QStyle::State_Enabled;
    }
};

} // namespace

QString parameterCount(qint64 n) {
    const QLocale locale;
    if (n <= 0)
        return {};
    if (n >= 1'000'000'000)
        return ModelPicker::tr("%1 B", "billions of parameters")
            .arg(locale.toString(static_cast<double>(n) / 1e9, 'f', n >= 10'000'000'000 ? 0 : 1));
    if (n >= 1'000'000)
        return ModelPicker::tr("%1 M", "millions of parameters")
            .arg(locale.toString(static_cast<double>(n) / 1e6, 'f', n >= 10'000'000 ? 0 : 1));
    return locale.toString(n);
}

ModelPicker::ModelPicker(Worker& worker, Known known, QWidget* parent)
    : QDialog(parent), scanner_(worker), known_(std::move(known)), memory_(availableMemoryBytes()) {
    setWindowTitle(tr("Choose a model"));
    setAcceptDrops(true);
    resize(design::fitScreen(*this, kUsualSize));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace4, design::kSpace4, design::kSpace4, design::kSpace4);
    column->setSpacing(design::kSpace3);
    auto* top = new QHBoxLayout;
    search_ = new QLineEdit(this);
    search_->setPlaceholderText(tr("Search"));
    search_->setAccessibleName(tr("Search models"));
    search_->setClearButtonEnabled(true);
    search_->addAction(design::icon(QStringLiteral("search"), design::IconTone::Muted), QLineEdit::LeadingPosition);
    top->addWidget(search_, 1);
    auto* file = new QPushButton(tr("Open a file\u2026"), this);
    auto* folder = new QPushButton(design::icon(QStringLiteral("folder")), tr("Add a folder\u2026"), this);
    top->addWidget(folder);
    top->addWidget(file);
    column->addLayout(top);

    stack_ = new QStackedWidget(this);
    table_ = new QTreeView(stack_);
    items_ = new QStandardItemModel(0, ColumnCount, this);
    items_->setHorizontalHeaderLabels({tr("Model"), tr("Where from"), tr("Architecture"), tr("Parameters"),
                                       tr("Quantisation"), tr("File"), tr("In memory")});
    filter_ = new QSortFilterProxyModel(this);
    filter_->setSourceModel(items_);
    filter_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    filter_->setFilterKeyColumn(-1);
    filter_->setSortRole(kSortRole);
    table_->setModel(filter_);
    table_->setItemDelegate(new ModelRow(table_));
    table_->setRootIsDecorated(false);
    table_->setSortingEnabled(true);
    table_->sortByColumn(-1, Qt::AscendingOrder);
    table_->setAllColumnsShowFocus(true);
    table_->setUniformRowHeights(true);
    table_->setAccessibleName(tr("Models found"));
    table_->header()->setSectionResizeMode(NameColumn, QHeaderView::Stretch);
    for (int c = SourceColumn; c < ColumnCount; ++c)
        table_->header()->setSectionResizeMode(c, QHeaderView::ResizeToContents);
    table_->header()->setStretchLastSection(false);
    empty_ = new QLabel(stack_);
    empty_->setWordWrap(true);
    empty_->setAlignment(Qt::AlignCenter);
    empty_->setProperty("role", "small");
    stack_->addWidget(table_);
    stack_->addWidget(empty_);
    column->addWidget(stack_, 1);

    about_ = new QLabel(this);
    about_->setProperty("role", "small");
    about_->setWordWrap(true);
    column->addWidget(about_);
    auto* bottom = new QHBoxLayout;
    status_ = new QLabel(this);
    status_->setProperty("role", "small");
    status_->setWordWrap(true);
    bottom->addWidget(status_, 1);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    open_ = new QPushButton(tr("Use this model"), this);
    open_->setProperty("kind", "primary");
    open_->setDefault(true);
    bottom->addWidget(cancel);
    bottom->addWidget(open_);
    column->addLayout(bottom);

    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(open_, &QPushButton::clicked, this, &ModelPicker::accept);
    connect(file, &QPushButton::clicked, this, &ModelPicker::chooseFile);
    connect(folder, &QPushButton::clicked, this, &ModelPicker::addFolder);
    connect(search_, &QLineEdit::textChanged, this, [this](const QString& text) {
        filter_->setFilterFixedString(text);
        selectUsable();
        updateState();
    });
    connect(new QShortcut(Qt::Key_Down, search_, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this,
            [this] { table_->setFocus(Qt::ShortcutFocusReason); });
    connect(table_, &QTreeView::activated, this, [this] { accept(); });
    connect(table_->selectionModel(), &QItemSelectionModel::currentChanged, this, &ModelPicker::updateState);
    connect(&scanner_, &ModelScanner::found, this, &ModelPicker::addEntry);
    connect(&scanner_, &ModelScanner::finished, this, [this] {
        selectUsable();
        updateState();
    });
    rescan();
}

void ModelPicker::rescan() {
    items_->removeRows(0, items_->rowCount());
    QStringList files = known_.recent;
    if (!known_.bundled.isEmpty())
        files.prepend(known_.bundled);
    scanner_.scan(usualModelPlaces(known_.folders), files);
    updateState();
}

int ModelPicker::nFound() const {
    return items_->rowCount();
}

void ModelPicker::addEntry(const ModelEntry& entry) {
    const QLocale locale;
    const ModelSource source = entry.path == known_.bundled ? ModelSource::Bundled : entry.source;
    QList<QStandardItem*> row;
    const auto cell = [&row](const QString& text, const QVariant& sort) {
        auto* item = new QStandardItem(text);
        item->setEditable(false);
        item->setData(sort, kSortRole);
        row << item;
        return item;
    };
    const QString parameters = parameterCount(entry.nParameter);
    const bool usable = entry.problem.isEmpty() && entry.known;
    QStandardItem* name = cell(entry.name, entry.name.toLower());
    name->setData(entry.path, kPathRole);
    name->setData(entry.name, kNameRole);
    name->setData(usable, kUsableRole);
    if (entry.path == known_.current) {
        QFont f = font();
        f.setWeight(QFont::DemiBold);
        name->setFont(f);
    }
    cell(sourceName(source), sourceName(source));
    QString about;
    if (!entry.problem.isEmpty()) {
        about = entry.problem;
        cell(tr("cannot be read"), {});
    } else if (!entry.known) {
        about = tr("This version cannot run this architecture.");
        cell(tr("%1 (not known)").arg(entry.architecture), entry.architecture);
    } else {
        about = tr("Needs about %1 with a context of 4,096 tokens; %2 is free.")
                    .arg(sizeText(static_cast<double>(entry.neededBytes)), sizeText(static_cast<double>(memory_)));
        cell(entry.architecture, entry.architecture);
    }
    cell(parameters, entry.nParameter);
    cell(entry.quantisation, entry.quantisation);
    cell(sizeText(static_cast<double>(entry.fileBytes)), entry.fileBytes);
    QString fits;
    if (entry.known && entry.neededBytes > 0 && memory_ > 0)
        fits = entry.neededBytes <= memory_ ? tr("fits") : tr("too large");
    cell(fits, QVariant::fromValue(entry.neededBytes));
    name->setData(about, kAboutRole);
    for (QStandardItem* item : row)
        item->setToolTip(entry.path + QLatin1Char('\n') + about);
    items_->appendRow(row);
    if (usable && (entry.path == known_.current || !table_->currentIndex().isValid()))
        table_->setCurrentIndex(filter_->mapFromSource(items_->indexFromItem(name)));
    if (!fitting_) { // once for all that come in one go
        fitting_ = true;
        QTimer::singleShot(0, this, &ModelPicker::fitColumns);
    }
    updateState();
}

/// A narrow window keeps the columns that one chooses by and puts the rest below the names.
void ModelPicker::fitColumns() {
    fitting_ = false;
    const QList<int> others{SourceColumn, ArchitectureColumn, SizeColumn, QuantColumn};
    const QAbstractItemView* view = table_;
    int wanted = kNameWidth;
    for (int c = SourceColumn; c < ColumnCount; ++c)
        wanted += std::max(table_->header()->sectionSizeHint(c), view->sizeHintForColumn(c));
    narrow_ = wanted > stack_->width();
    for (const int c : others)
        table_->setColumnHidden(c, narrow_);
    for (int r = 0; r < items_->rowCount(); ++r) {
        QStandardItem* name = items_->item(r, NameColumn);
        QStringList below;
        for (const int c : {ArchitectureColumn, SizeColumn, QuantColumn, SourceColumn})
            if (const QString text = items_->item(r, c)->text(); !text.isEmpty())
                below << text;
        const QString own = name->data(kNameRole).toString();
        const QString text = narrow_ ? own + QLatin1Char('\n') + below.join(QStringLiteral(" \u00B7 ")) : own;
        if (name->text() != text)
            name->setText(text);
    }
}

void ModelPicker::resizeEvent(QResizeEvent* event) {
    QDialog::resizeEvent(event);
    fitColumns();
}

/// Where nothing is chosen: the first model that can be used.
void ModelPicker::selectUsable() {
    if (table_->currentIndex().isValid())
        return;
    for (int r = 0; r < filter_->rowCount(); ++r) {
        const QModelIndex index = filter_->index(r, NameColumn);
        if (index.data(kUsableRole).toBool()) {
            table_->setCurrentIndex(index);
            return;
        }
    }
}

void ModelPicker::updateState() {
    const bool any = filter_->rowCount() > 0;
    stack_->setCurrentWidget(any || scanner_.scanning() ? static_cast<QWidget*>(table_) : empty_);
    if (!search_->text().isEmpty())
        empty_->setText(tr("No model is called \u201C%1\u201D.").arg(search_->text()));
    else
        empty_->setText(
            tr("No model was found in the usual places.\n\nDownload a file that ends in .gguf, for example from "
               "huggingface.co "
               "(a model of 1 to 8 billion parameters, quantisation Q4_K_M), and drop it here or add its folder."));
    status_->setText(scanner_.scanning() ? tr("Looking for models\u2026")
                                         : tr("%Ln models found", nullptr, items_->rowCount()));
    const QModelIndex current = table_->currentIndex().siblingAtColumn(NameColumn);
    about_->setText(any ? current.data(kAboutRole).toString() : QString());
    open_->setEnabled(any && current.data(kUsableRole).toBool());
}

void ModelPicker::accept() {
    const QModelIndex current = table_->currentIndex().siblingAtColumn(NameColumn);
    if (!current.data(kUsableRole).toBool())
        return;
    chosen_ = current.data(kPathRole).toString();
    QDialog::accept();
}

void ModelPicker::chooseFile() {
    const QString file = QFileDialog::getOpenFileName(this, tr("Open a model"), QFileInfo(known_.current).path(),
                                                      tr("Models (*.gguf);;All files (*)"));
    if (file.isEmpty())
        return;
    chosen_ = file;
    QDialog::accept();
}

void ModelPicker::addFolder() {
    if (const QString folder = QFileDialog::getExistingDirectory(this, tr("A folder with models")); !folder.isEmpty())
        useFolder(folder);
}

void ModelPicker::useFolder(const QString& folder) {
    if (known_.folders.contains(folder))
        return;
    known_.folders << folder;
    emit folderAdded(folder);
    rescan();
}

void ModelPicker::dragEnterEvent(QDragEnterEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (std::any_of(urls.begin(), urls.end(), [](const QUrl& url) { return url.isLocalFile(); }))
        event->acceptProposedAction();
}

/// The first model, else the first folder; of anything else it says why not.
void ModelPicker::dropEvent(QDropEvent* event) {
    QString folder, name, gone;
    for (const QUrl& url : event->mimeData()->urls()) {
        if (!url.isLocalFile())
            continue;
        const QFileInfo info(url.toLocalFile());
        if (info.isDir()) {
            folder = folder.isEmpty() ? info.absoluteFilePath() : folder;
        } else if (!info.exists()) {
            gone = info.fileName();
        } else if (info.suffix().compare(QLatin1String("gguf"), Qt::CaseInsensitive) == 0) {
            chosen_ = info.absoluteFilePath();
            QDialog::accept();
            return;
        } else if (name.isEmpty()) {
            name = info.fileName();
        }
    }
    if (!folder.isEmpty())
        useFolder(folder);
    else if (!name.isEmpty())
        about_->setText(tr("%1 is neither a folder nor a model: its name does not end in .gguf.").arg(name));
    else
        about_->setText(tr("%1 is no longer there.").arg(gone));
}

} // namespace vitral
