// SPDX-License-Identifier: Apache-2.0
#include "widgets/hub/hub_page.h"

#include "core/base/system_memory.h"
#include "core/hub/key_store.h"
#include "widgets/chat/model_scanner.h"
#include "widgets/design/amounts.h"
#include "widgets/design/icons.h"
#include "widgets/design/metrics.h"
#include "widgets/design/rich_text.h"
#include "widgets/hub/transfer_row.h"
#include "widgets/panels/notice_bar.h"

#include <QCheckBox>
#include <QDialog>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSplitter>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>

namespace vitral {
namespace {

constexpr int kNameRole = Qt::UserRole + 1;
constexpr quint64 kProgramBytes = quint64{200} << 20U;

QStandardItem* cell(const QString& text) {
    auto* item = new QStandardItem(text);
    item->setEditable(false);
    return item;
}

QTreeView* makeTable(QWidget* parent, QStandardItemModel* items) {
    auto* table = new QTreeView(parent);
    table->setModel(items);
    table->setRootIsDecorated(false);
    table->setAllColumnsShowFocus(true);
    table->setUniformRowHeights(true);
    table->header()->setStretchLastSection(false);
    table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    return table;
}

} // namespace

HubPage::HubPage(HubController& hub, QWidget* parent) : QWidget(parent), hub_(hub) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(design::kSpace4, design::kSpace4, design::kSpace4, design::kSpace4);
    column->setSpacing(design::kSpace3);
    auto* top = new QHBoxLayout;
    field_ = new QLineEdit(this);
    field_->setClearButtonEnabled(true);
    field_->addAction(design::icon(QStringLiteral("search"), design::IconTone::Muted), QLineEdit::LeadingPosition);
    ggufOnly_ = new QCheckBox(this);
    ggufOnly_->setChecked(true);
    search_ = new QPushButton(this);
    search_->setProperty("kind", "primary");
    token_ = new QPushButton(this);
    top->addWidget(field_, 1);
    top->addWidget(ggufOnly_);
    top->addWidget(search_);
    top->addWidget(token_);
    column->addLayout(top);
    promise_ = new QLabel(this);
    promise_->setProperty("role", "small");
    promise_->setWordWrap(true);
    column->addWidget(promise_);
    notice_ = new NoticeBar(this);
    notice_->hide();
    column->addWidget(notice_);

    auto* sides = new QSplitter(Qt::Horizontal, this);
    sides->setChildrenCollapsible(false);
    foundItems_ = new QStandardItemModel(0, 3, this);
    found_ = makeTable(sides, foundItems_);
    auto* right = new QWidget(sides);
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(design::kSpace3, 0, 0, 0);
    rightColumn->setSpacing(design::kSpace2);
    repo_ = new QLabel(right);
    repo_->setWordWrap(true);
    repo_->setTextFormat(Qt::RichText);
    repo_->setOpenExternalLinks(true); // the browser, when a person clicks
    repo_->setTextInteractionFlags(Qt::TextBrowserInteraction);
    rightColumn->addWidget(repo_);
    filesNotice_ = new NoticeBar(right); // beside what it speaks of: above the lists it would move their rows
    filesNotice_->hide();
    rightColumn->addWidget(filesNotice_, 0, Qt::AlignTop);
    fileItems_ = new QStandardItemModel(0, 3, this);
    files_ = makeTable(right, fileItems_);
    rightColumn->addWidget(files_, 1);
    none_ = new QLabel(right);
    none_->setProperty("role", "small");
    none_->setWordWrap(true);
    rightColumn->addWidget(none_);
    auto* bottom = new QHBoxLayout;
    place_ = new QLabel(right);
    place_->setProperty("role", "small");
    place_->setWordWrap(true);
    change_ = new QPushButton(right);
    download_ = new QPushButton(right);
    download_->setProperty("kind", "primary");
    bottom->addWidget(place_, 1);
    bottom->addWidget(change_);
    bottom->addWidget(download_);
    rightColumn->addLayout(bottom);
    sides->addWidget(found_);
    sides->addWidget(right);
    sides->setStretchFactor(0, 1);
    sides->setStretchFactor(1, 1);
    column->addWidget(sides, 1);
    transfers_ = new QWidget(this);
    transferRows_ = new QVBoxLayout(transfers_);
    transferRows_->setContentsMargins(0, 0, 0, 0);
    transferRows_->setSpacing(design::kSpace2);
    column->addWidget(transfers_);

    connect(field_, &QLineEdit::returnPressed, this, &HubPage::startSearch);
    connect(search_, &QPushButton::clicked, this, &HubPage::startSearch);
    connect(token_, &QPushButton::clicked, this, &HubPage::askToken);
    connect(change_, &QPushButton::clicked, this, &HubPage::askFolder);
    connect(&hub_, &HubController::folderChanged, this, &HubPage::retranslate);
    connect(download_, &QPushButton::clicked, this, &HubPage::downloadChosen);
    connect(files_, &QTreeView::activated, this, &HubPage::downloadChosen);
    connect(files_->selectionModel(), &QItemSelectionModel::currentChanged, this, &HubPage::updateState);
    connect(found_, &QTreeView::activated, this,
            [this](const QModelIndex& row) { openRepository(row.siblingAtColumn(0).data(kNameRole).toString()); });
    connect(found_, &QTreeView::clicked, this,
            [this](const QModelIndex& row) { openRepository(row.siblingAtColumn(0).data(kNameRole).toString()); });
    connect(&hub_, &HubController::searched, this, &HubPage::showFound);
    connect(&hub_, &HubController::listed, this, &HubPage::showFiles);
    const auto failed = [this](const QString& sentence) {
        notice_->tell(NoticeBar::Kind::Problem, sentence);
        updateState();
    };
    connect(&hub_, &HubController::searchFailed, this, failed);
    connect(&hub_, &HubController::listFailed, this, [this](const QString& sentence) {
        filesNotice_->tell(NoticeBar::Kind::Problem, sentence);
        updateState();
    });
    connect(&hub_, &HubController::tokenNote, this, failed);
    connect(&hub_, &HubController::tokenChanged, this, &HubPage::retranslate);
    connect(&hub_, &HubController::transfersChanged, this, &HubPage::showTransfers);
    retranslate();
    showTransfers();
}

int HubPage::nFound() const {
    return foundItems_->rowCount();
}

int HubPage::nFile() const {
    return fileItems_->rowCount();
}

QString HubPage::said() const {
    return !filesNotice_->isHidden() ? filesNotice_->sentence() : notice_->isHidden() ? QString() : notice_->sentence();
}

void HubPage::search(const QString& text) {
    field_->setText(text);
    startSearch();
}

void HubPage::startSearch() {
    const QString text = field_->text().trimmed();
    if (text.isEmpty())
        return;
    notice_->hide();
    hub_.search(text, ggufOnly_->isChecked());
    updateState();
}

void HubPage::showFound(const std::vector<hub::RepoEntry>& found) {
    foundItems_->removeRows(0, foundItems_->rowCount());
    const QLocale locale;
    for (const hub::RepoEntry& entry : found) {
        const QString id = QString::fromStdString(entry.id);
        QStandardItem* name = cell(id);
        name->setData(id, kNameRole);
        name->setToolTip(entry.task.empty() ? id : tr("%1: %2").arg(id, QString::fromStdString(entry.task)));
        QString licence = entry.licence.empty() ? tr("not said") : QString::fromStdString(entry.licence);
        if (entry.gated)
            licence += tr(", gated");
        foundItems_->appendRow(
            {name, cell(entry.nDownload < 0 ? QString() : locale.toString(qlonglong(entry.nDownload))), cell(licence)});
    }
    if (found.empty())
        notice_->tell(NoticeBar::Kind::Notice,
                      tr("Nothing on %1 is called \u201C%2\u201D.").arg(hub_.host(), field_->text()));
    updateState();
}

void HubPage::openRepository(const QString& repo) {
    if (repo.isEmpty() || (asked_ == repo && hub_.listing()))
        return;
    filesNotice_->hide();
    asked_ = repo;
    shown_ = {};
    fileItems_->removeRows(0, fileItems_->rowCount());
    hub_.list(repo);
    retranslate();
}

void HubPage::showFiles(const hub::RepoFiles& files) {
    shown_ = files;
    fileItems_->removeRows(0, fileItems_->rowCount());
    const quint64 memory = availableMemoryBytes();
    int chosen = 0;
    for (const hub::HubFile& file : files.files) {
        if (!hub::isModelFile(file.path))
            continue;
        const std::vector<hub::HubFile> parts = hub::partsOf(files, file);
        if (parts.front().path != file.path)
            continue; // one row for a model in several files
        quint64 size = 0;
        for (const hub::HubFile& part : parts)
            size += part.size;
        const QString path = QString::fromStdString(file.path);
        QStandardItem* name = cell(path);
        name->setData(path, kNameRole);
        name->setToolTip(path);
        if (parts.size() > 1)
            name->setText(tr("%1 and %2 more").arg(path).arg(parts.size() - 1));
        const bool fits = memory == 0 || size + kProgramBytes <= memory;
        QStandardItem* need = cell(fits ? tr("fits") : tr("too large"));
        need->setToolTip(tr("Weights alone need %1, the context comes on top; %2 is free now.")
                             .arg(design::sizeText(size), design::sizeText(memory)));
        fileItems_->appendRow({name, cell(design::sizeText(size)), need});
        for (const hub::HubFile& part : parts)
            if (part.path == wanted_.toStdString())
                chosen = fileItems_->rowCount() - 1;
    }
    const bool goesOn = !wanted_.isEmpty();
    wanted_.clear();
    if (fileItems_->rowCount() > 0)
        files_->setCurrentIndex(fileItems_->index(chosen, 0));
    if (files.gated)
        hub_.lookUpToken();
    retranslate();
    if (goesOn && download_->isEnabled())
        download_->setFocus(Qt::OtherFocusReason); // one key, and it goes on
}

bool HubPage::download(const QString& path) {
    for (int r = 0; r < fileItems_->rowCount(); ++r)
        if (fileItems_->item(r)->data(kNameRole).toString() == path) {
            files_->setCurrentIndex(fileItems_->index(r, 0));
            downloadChosen();
            return true;
        }
    return false;
}

void HubPage::downloadChosen() {
    const std::string path = files_->currentIndex().siblingAtColumn(0).data(kNameRole).toString().toStdString();
    for (const hub::HubFile& file : shown_.files)
        if (file.path == path)
            hub_.download(shown_, file);
}

void HubPage::askFolder() {
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder for downloaded models"), hub_.folder());
    if (!folder.isEmpty())
        chooseFolder(folder);
}

void HubPage::chooseFolder(const QString& folder) {
    if (QDir().mkpath(folder) && QFileInfo(folder).isWritable()) {
        notice_->hide();
        hub_.setFolder(QDir(folder).absolutePath());
    } else {
        notice_->tell(
            NoticeBar::Kind::Problem,
            tr("Nothing can be written into %1: choose another folder.").arg(QDir::toNativeSeparators(folder)));
    }
}

void HubPage::showTransfers() {
    const auto& transfers = hub_.transfers();
    while (transferRows_->count() > static_cast<int>(transfers.size()))
        delete transferRows_->itemAt(transferRows_->count() - 1)->widget(); // which takes its item along
    while (transferRows_->count() < static_cast<int>(transfers.size())) {
        auto* row = new TransferRow(hub_, transfers_);
        connect(row, &TransferRow::modelAsked, this, &HubPage::modelAsked);
        connect(row, &TransferRow::tokenAsked, this, &HubPage::askToken);
        transferRows_->addWidget(row);
    }
    for (int i = 0; i < transferRows_->count(); ++i)
        static_cast<TransferRow*>(transferRows_->itemAt(i)->widget())->show(transfers[static_cast<std::size_t>(i)]);
    transfers_->setVisible(!transfers.empty());
}

void HubPage::askToken() {
    QDialog dialog(this);
    dialog.setWindowTitle(tr("Access token of %1").arg(hub_.host()));
    auto* column = new QVBoxLayout(&dialog);
    column->setSpacing(design::kSpace3);
    auto* text =
        new QLabel(tr("Some models are given only to people who have accepted their terms. Make a token with the "
                      "right to read on your page of %1. It is sent to %1 only, with every question from now on.")
                       .arg(hub_.host()),
                   &dialog);
    text->setWordWrap(true);
    column->addWidget(text);
    auto* field = new QLineEdit(&dialog);
    field->setEchoMode(QLineEdit::Password);
    field->setPlaceholderText(QStringLiteral("hf_\u2026"));
    field->setAccessibleName(tr("Access token"));
    field->setMinimumWidth(design::kReadingWidth / 2);
    column->addWidget(field);
    auto* keep = new QCheckBox(tr("Keep it in the key store of this computer"), &dialog);
    keep->setEnabled(hub::keyStoreIsThere());
    column->addWidget(keep);
    auto* note =
        new QLabel(hub::keyStoreIsThere()
                       ? tr("Without it the token is forgotten when the program ends.")
                       : tr("This computer has no key store that can be used (libsecret): the token is forgotten when "
                            "the program ends. It is never written to a file."),
                   &dialog);
    note->setProperty("role", "small");
    note->setWordWrap(true);
    column->addWidget(note);
    auto* buttons = new QDialogButtonBox(&dialog);
    QPushButton* use = buttons->addButton(tr("Use it"), QDialogButtonBox::AcceptRole);
    QPushButton* forget = buttons->addButton(tr("Forget the token"), QDialogButtonBox::DestructiveRole);
    buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    use->setProperty("kind", "primary");
    use->setEnabled(false);
    forget->setEnabled(hub_.hasToken());
    column->addWidget(buttons);
    connect(field, &QLineEdit::textChanged, use,
            [use](const QString& typed) { use->setEnabled(hub::isToken(typed.trimmed().toStdString())); });
    connect(buttons, &QDialogButtonBox::accepted, &dialog, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, &dialog, &QDialog::reject);
    connect(forget, &QPushButton::clicked, &dialog, [this, &dialog] {
        hub_.setToken({}, false);
        dialog.reject();
    });
    if (dialog.exec() == QDialog::Accepted)
        hub_.setToken(field->text(), keep->isChecked());
}

void HubPage::updateState() {
    search_->setText(hub_.searching() ? tr("Searching\u2026") : tr("Search"));
    const QModelIndex file = files_->currentIndex();
    download_->setEnabled(file.isValid() && !shown_.id.empty());
    files_->setVisible(fileItems_->rowCount() > 0);
    none_->setVisible(fileItems_->rowCount() == 0 && filesNotice_->isHidden());
    if (hub_.listing())
        none_->setText(tr("Asking for the files\u2026"));
    else if (!shown_.id.empty())
        none_->setText(tr("No GGUF or safetensors file with a checksum is in this repository."));
    else
        none_->setText(tr("Choose a model at the left: its files, sizes and licence come here."));
    place_->setVisible(!shown_.id.empty());
    change_->setVisible(!shown_.id.empty());
    download_->setVisible(!shown_.id.empty());
}

void HubPage::retranslate() {
    const QString host = hub_.host();
    field_->setPlaceholderText(tr("Name of a model, such as smollm2"));
    field_->setAccessibleName(tr("What to search for on %1").arg(host));
    ggufOnly_->setText(tr("Only GGUF"));
    ggufOnly_->setToolTip(tr("Only repositories with files that the chat can open"));
    token_->setText(hub_.hasToken() ? tr("Token: given\u2026") : tr("Token\u2026"));
    token_->setToolTip(tr("An access token, for models whose terms must be accepted"));
    promise_->setText(
        tr("Nothing is sent until you press Search: then these words go to %1, and the files you choose come "
           "from there.")
            .arg(host));
    foundItems_->setHorizontalHeaderLabels({tr("Model"), tr("Downloads"), tr("Licence")});
    fileItems_->setHorizontalHeaderLabels({tr("File"), tr("Size"), tr("In memory")});
    found_->setAccessibleName(tr("Models found"));
    files_->setAccessibleName(tr("Files of the model"));
    change_->setText(tr("Folder\u2026"));
    change_->setToolTip(tr("Downloads go to %1").arg(QDir::toNativeSeparators(hub_.folder())));
    download_->setText(tr("Download"));
    place_->setText(
        tr("Into %1; every byte is checked.")
            .arg(QDir::toNativeSeparators(hub_.folder() + QLatin1Char('/') + QString::fromStdString(shown_.id))));
    QString text;
    if (!shown_.id.empty()) {
        const QString id = QString::fromStdString(shown_.id).toHtmlEscaped();
        QString licence =
            QString::fromStdString(shown_.licenceName.empty() ? shown_.licence
                                                              : shown_.licence + " (" + shown_.licenceName + ")")
                .toHtmlEscaped();
        if (licence.isEmpty())
            licence = tr("not said: read the page before you use it");
        text = QStringLiteral("%1<br>%2<br><a href=\"%3\">%4</a>")
                   .arg(design::strong(id), tr("Licence: %1").arg(licence),
                        hub_.page(QString::fromStdString(shown_.id)).toHtmlEscaped(), tr("Its page on %1").arg(host));
        if (shown_.gated)
            text += QStringLiteral("<br>") + (hub_.hasToken()
                                                  ? tr("Gated: its terms must be accepted on its page.")
                                                  : tr("Gated: accept its terms on its page, then give your token."));
        if (shown_.nLeftOut > 0)
            text += QStringLiteral("<br>") +
                    tr("%Ln files without a size or checksum are left out", nullptr, shown_.nLeftOut);
    }
    repo_->setText(text);
    repo_->setVisible(!text.isEmpty());
    updateState();
}

void HubPage::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange) {
        retranslate();
        showTransfers();
    } else if (event->type() == QEvent::PaletteChange) {
        const QString text = repo_->text(); // its link has the colour of the time when it was set
        repo_->clear();
        repo_->setText(text);
    }
    QWidget::changeEvent(event);
}

} // namespace vitral
