// SPDX-License-Identifier: Apache-2.0
#include "widgets/hub/library_room.h"

#include "widgets/hub/disk_page.h"
#include "widgets/hub/hub_page.h"

#include <QEvent>
#include <QLineEdit>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>

namespace vitral {

LibraryRoom::LibraryRoom(HubController& hub, Worker& scanner, const QStringList& folders, const QString& bundled,
                         QWidget* parent)
    : Room(parent), controller_(hub) {
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    tabs_ = new QTabWidget(this);
    tabs_->setDocumentMode(true);
    disk_ = new DiskPage(scanner, folders, bundled, hub.folder(), tabs_);
    hubPage_ = new HubPage(hub, tabs_);
    tabs_->addTab(disk_, QString());
    tabs_->addTab(hubPage_, QString());
    column->addWidget(tabs_);
    setFocusProxy(tabs_);
    connect(disk_, &DiskPage::modelAsked, this, &LibraryRoom::modelAsked);
    connect(hubPage_, &HubPage::modelAsked, this, &LibraryRoom::modelAsked);
    connect(disk_, &DiskPage::pictureAsked, this,
            [this](const QString& path) { emit roomAsked(QStringLiteral("denoise"), QStringLiteral("open:") + path); });
    connect(disk_, &DiskPage::repositoryAsked, this, [this](const QString& repo, const QString& path) {
        go(QStringLiteral("files=") + repo);
        hubPage_->choose(path);
    });
    // A click on the page means its field; whoever walks the tabs by arrows stays on them.
    connect(tabs_, &QTabWidget::tabBarClicked, this, [this](int index) {
        if (tabs_->widget(index) == hubPage_)
            QMetaObject::invokeMethod(hubPage_->field(), qOverload<>(&QWidget::setFocus), Qt::QueuedConnection);
    });
    connect(&hub, &HubController::transferFinished, this, [this] {
        if (scanned_)
            disk_->rescan();
    });
    connect(&hub, &HubController::folderChanged, this, [this](const QString& folder) {
        disk_->setDownloads(folder);
        if (scanned_)
            disk_->rescan();
    });
    connect(&hub, &HubController::discarded, this, [this] {
        if (scanned_)
            disk_->rescan();
    });
    retranslate();
}

QString LibraryRoom::title() const {
    return tr("Li&brary");
}

QString LibraryRoom::help() const {
    return tr("Models on this computer, and downloads when you ask for them.");
}

void LibraryRoom::go(const QString& argument) {
    if (argument == QLatin1String("disk")) {
        tabs_->setCurrentWidget(disk_);
        return;
    }
    tabs_->setCurrentWidget(hubPage_);
    if (argument.startsWith(QLatin1String("search=")))
        hubPage_->search(argument.mid(7));
    else if (argument.startsWith(QLatin1String("files=")))
        hubPage_->openRepository(argument.mid(6));
    else
        hubPage_->field()->setFocus();
}

// Never what was searched: that would go out to the hub.
QJsonObject LibraryRoom::saveState() const {
    return {
        {QStringLiteral("page"), tabs_->currentWidget() == hubPage_ ? QStringLiteral("hub") : QStringLiteral("disk")}};
}

void LibraryRoom::restoreState(const QJsonObject& state) {
    tabs_->setCurrentIndex(state[QStringLiteral("page")] == QLatin1String("hub") ? 1 : 0);
}

void LibraryRoom::activated() {
    if (!scanned_) {
        scanned_ = true;
        disk_->rescan();
    }
}

bool LibraryRoom::busy() const {
    return disk_->scanning() || controller_.searching() || controller_.listing();
}

void LibraryRoom::retranslate() {
    tabs_->setAccessibleName(tr("Pages of the library"));
    tabs_->setTabText(0, tr("On this computer"));
    tabs_->setTabText(1, tr("Search and download"));
    tabs_->tabBar()->setAccessibleName(tr("Library"));
}

void LibraryRoom::changeEvent(QEvent* event) {
    if (event->type() == QEvent::LanguageChange)
        retranslate();
    Room::changeEvent(event);
}

} // namespace vitral
