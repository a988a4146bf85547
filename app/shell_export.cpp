// SPDX-License-Identifier: Apache-2.0
// Whatever room is on the screen as a page: its picture, what made it, and its numbers in words.
#include "app/classroom.h"
#include "app/main_actions.h"
#include "app/shell.h"
#include "app/view_picture.h"
#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/denoise_room.h"
#include "widgets/inside/inside_view.h"
#include "widgets/inside/inside_window.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/room.h"
#include "widgets/shell/exporter.h"
#include "widgets/shell/view_document.h"

#include <QDateTime>
#include <QFileDialog>
#include <QFileInfo>
#include <QScrollArea>
#include <QStatusBar>

namespace vitral::app {
namespace {

constexpr double kPictureScale = 2;
constexpr int kHighestPicture = 12'000, kToldMs = 6000;

QString withoutMark(QString text) {
    return text.remove(QLatin1Char('&'));
}

} // namespace

void Shell::makeExport() {
    MainWindow::Actions& a = *window_.actions_;
    exporter_ = new Exporter(this);
    add("file.exportView", QT_TR_NOOP("Export this &view as a page\u2026"), a.file, a.quit, "export",
        Qt::CTRL | Qt::ALT | Qt::Key_E, [this] { askExportView(); });
    a.file->insertSeparator(a.quit);
}

ViewDocument Shell::viewDocument() const {
    MainWindow& w = window_;
    const Classroom& classroom = *w.classroom_;
    Room* room = w.currentRoom();
    const Services& services = w.services_;
    ViewDocument document;
    document.title = withoutMark(room->title());
    document.language =
        w.language_.current().startsWith(QLatin1String("pt")) ? QStringLiteral("pt-BR") : QStringLiteral("en");
    document.numbers = tr("What the picture shows, in words and numbers");
    const auto fact = [&document](const QString& name, const QString& value) {
        if (!value.isEmpty())
            document.caption << name.arg(value);
    };
    const auto state = [&classroom](const char* name) { return classroom.state(QLatin1String(name)); };
    const QString name = room->name();
    QWidget* view = room;
    if (name == QLatin1String("chat")) {
        if (!services.chat->info().title.empty())
            document.title = QString::fromStdString(services.chat->info().title);
        fact(tr("Model: %1"), services.model->model() ? services.model->displayName() : QString());
        if (services.chat->count() > 0)
            fact(tr("Seed: %1"), state("seed"));
        if (!w.inside_->isHidden()) {
            document.title += QStringLiteral(" \u00B7 ") + withoutMark(w.inside_->currentView()->title());
            fact(tr("Recorded run: %1"), state("run"));
            const Selection& s = services.inside->selection().current();
            if (s.layer >= 0 && s.head >= 0)
                document.caption << tr("Layer %1, head %2").arg(s.layer).arg(s.head);
            if (s.position >= 0)
                fact(tr("Position: %1"), state("position"));
            document.caption << w.inside_->currentView()->help();
        }
    } else if (name == QLatin1String("denoise")) {
        // What made the run that is shown, which need not be what the next one is set to.
        const DenoisePage* page = static_cast<DenoiseRoom*>(room)->currentPage();
        document.title += QStringLiteral(" \u00B7 ") + page->title();
        if (const DenoiseRun* run = services.denoise->currentRun(); run != nullptr && page->needsRun()) {
            fact(tr("Model: %1"), run->model);
            fact(tr("Prompt: %1"), QString::fromStdString(run->settings.prompt));
            fact(tr("Seed: %1"), QString::number(run->settings.seed));
            fact(tr("Steps: %1"), QString::number(run->settings.steps));
            fact(tr("Guidance: %1"), QLocale().toString(run->settings.guidance));
        } else if (const auto& model = services.denoise->model()) {
            fact(tr("Model: %1"), QString::fromStdString(model->info.name));
        }
    } else if (name == QLatin1String("tokens")) {
        fact(tr("Text: %1"), state("text").left(2000));
    }
    document.caption << tr("Vitral %1, %2")
                            .arg(QStringLiteral(VITRAL_VERSION),
                                 QLocale().toString(QDateTime::currentDateTime(), QLocale::ShortFormat));
    document.pictures.push_back({tr("As on the screen"), viewPicture(view, kPictureScale)});
    // A page that scrolls is shown whole as well.
    QWidget* longest = nullptr;
    for (const QScrollArea* area : view->findChildren<QScrollArea*>())
        if (QWidget* page = area->widget(); page != nullptr && area->isVisible() && area->width() > view->width() / 3 &&
                                            page->height() > area->viewport()->height() + 8 &&
                                            (longest == nullptr || page->height() > longest->height()))
            longest = page;
    if (longest != nullptr) {
        const bool fits = longest->height() * kPictureScale <= kHighestPicture;
        if (fits || longest->height() <= kHighestPicture)
            document.pictures.push_back({tr("The whole page"), viewPicture(longest, fits ? kPictureScale : 1)});
    }
    qint64 leftOut = 0;
    document.blocks = viewBlocks(view, &leftOut);
    if (leftOut > 0)
        document.blocks.push_back(
            {ViewBlock::Kind::Text, tr("%1 more lines are not in this page.").arg(QLocale().toString(leftOut)), {}, 0});
    return document;
}

void Shell::exportView(const QString& path, const QString& format, std::function<void(const QString&)> done) {
    ViewDocument document = viewDocument();
    const QString title = document.title;
    exporter_->write(
        title, path, format, [document = std::move(document)](bool forPrint) { return viewHtml(document, forPrint); },
        [this, path, done = std::move(done)](const QString& problem) {
            if (!problem.isEmpty())
                window_.notice_->tell(NoticeBar::Kind::Problem, problem);
            else
                window_.statusBar()->showMessage(tr("Saved as %1.").arg(path), kToldMs);
            if (done)
                done(problem);
        });
}

void Shell::askExportView() {
    const QString html = tr("Web page with its pictures (*.html)"), pdf = tr("PDF (*.pdf)");
    QString chosen = html;
    QString path = QFileDialog::getSaveFileName(&window_, tr("Export this view"),
                                                window_.currentRoom()->name() + QStringLiteral(".html"),
                                                html + QStringLiteral(";;") + pdf, &chosen);
    if (path.isEmpty())
        return;
    const QString ending = QFileInfo(path).suffix().toLower();
    QString format = chosen == pdf ? QStringLiteral("pdf") : QStringLiteral("html");
    if (ending == QLatin1String("pdf") && chosen == html)
        format = ending;
    if (ending.isEmpty())
        path += QLatin1Char('.') + format;
    exportView(path, format);
}

} // namespace vitral::app
