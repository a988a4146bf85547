// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/exporter.h"

#include "widgets/design/rich_text.h"
#include "widgets/shell/page_cuts.h"
#include "widgets/shell/task_list.h"

#include <QAbstractTextDocumentLayout>
#include <QApplication>
#include <QBuffer>
#include <QPainter>
#include <QPdfWriter>
#include <QPointer>
#include <QSaveFile>
#include <QTextBlock>
#include <QTextDocument>
#include <QThread>
#include <QUrl>

#include <atomic>
#include <list>
#include <vector>

namespace vitral {
namespace {

constexpr int kPdfDpi = 150, kPdfMarginMm = 18;
constexpr double kFoot = 60; ///< of a page, in dots: its number
constexpr QRgb kInk = 0xFF22202B;

/// Pictures get the width of the paper at most, and its height.
void fitPictures(QTextDocument& document, const QSizeF& paper) {
    struct Found {
        int position = 0, length = 0;
        QTextImageFormat format;
    };
    std::vector<Found> all;
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next())
        for (auto it = block.begin(); !it.atEnd(); ++it)
            if (const QTextFragment part = it.fragment(); part.charFormat().isImageFormat())
                all.push_back({part.position(), part.length(), part.charFormat().toImageFormat()});
    for (Found& found : all) {
        QSizeF size(found.format.width(), found.format.height());
        if (size.width() <= 0 || size.height() <= 0)
            size = document.resource(QTextDocument::ImageResource, QUrl(found.format.name())).value<QImage>().size();
        if (size.isEmpty() || (size.width() <= paper.width() && size.height() <= paper.height()))
            continue;
        size.scale(paper, Qt::KeepAspectRatio);
        found.format.setWidth(size.width());
        found.format.setHeight(size.height());
        QTextCursor cursor(&document);
        cursor.setPosition(found.position);
        cursor.setPosition(found.position + found.length, QTextCursor::KeepAnchor);
        cursor.setCharFormat(found.format);
    }
}

} // namespace

struct Exporter::Job {
    QString title, path, format, problem;
    std::function<QString(bool)> html;
    std::function<void(const QString&)> done;
    std::atomic<bool> cancelled = false;
    RunningTask task; ///< GUI thread

    /// Thread: the job's own. `progress` may be called from it.
    void run(const QFont& font, const std::function<void(int page, int nPage)>& progress) {
        const QString page = html(format == QLatin1String("pdf"));
        if (cancelled)
            return;
        QSaveFile file(path); // whole or not at all
        if (!file.open(QIODevice::WriteOnly)) {
            problem = file.errorString();
            return;
        }
        const bool written =
            format == QLatin1String("pdf") ? print(page, file, font, progress) : file.write(page.toUtf8()) > 0;
        if (cancelled)
            file.cancelWriting();
        else if (!written || !file.commit())
            problem = file.errorString();
    }

    bool print(const QString& page, QIODevice& file, const QFont& font,
               const std::function<void(int, int)>& progress) const {
        QPdfWriter writer(&file);
        writer.setTitle(title);
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setResolution(kPdfDpi);
        writer.setPageMargins(QMarginsF(kPdfMarginMm, kPdfMarginMm, kPdfMarginMm, kPdfMarginMm),
                              QPageLayout::Millimeter);
        QTextDocument document;
        document.documentLayout()->setPaintDevice(&writer);
        document.setDefaultFont(font);
        document.setDefaultStyleSheet(design::strongStyle());
        document.setHtml(page);
        const QSizeF paper = writer.pageLayout().paintRectPixels(kPdfDpi).size();
        // Pictures are measured in points of 1/96 inch, the paper in dots.
        fitPictures(document, QSizeF(paper.width(), paper.height() - 2 * kFoot) * (96.0 / kPdfDpi));
        document.setTextWidth(paper.width());
        const std::vector<double> cuts = pageCuts(document, paper.height() - kFoot);
        const int nPage = static_cast<int>(cuts.size()) - 1;
        QPainter painter(&writer);
        for (int i = 0; i < nPage && !cancelled; ++i) {
            if (i > 0)
                writer.newPage();
            painter.save();
            const double top = cuts[static_cast<std::size_t>(i)], bottom = cuts[static_cast<std::size_t>(i) + 1];
            painter.translate(0, -top);
            QAbstractTextDocumentLayout::PaintContext ink; // paper is white, whatever the theme of the window
            ink.palette.setColor(QPalette::Text, kInk);
            ink.palette.setColor(QPalette::Base, Qt::white);
            ink.clip = QRectF(0, top, paper.width(), bottom - top);
            painter.setClipRect(ink.clip);
            document.documentLayout()->draw(&painter, ink);
            painter.restore();
            painter.setFont(font);
            painter.drawText(QRectF(0, paper.height() - kFoot, paper.width(), kFoot), Qt::AlignRight | Qt::AlignBottom,
                             QStringLiteral("%1 / %2").arg(i + 1).arg(nPage));
            progress(i + 1, nPage);
        }
        return painter.end();
    }
};

struct Exporter::Thread {
    struct Running {
        std::shared_ptr<Job> job;
        std::unique_ptr<QThread> thread; ///< QThread: the layout of a document has timers
    };
    std::list<Running> running;
};

Exporter::Exporter(QObject* parent) : QObject(parent), thread_(std::make_unique<Thread>()) {}

Exporter::~Exporter() {
    for (Thread::Running& running : thread_->running) {
        running.job->cancelled = true;
        running.thread->wait();
    }
}

bool Exporter::busy() const {
    return !thread_->running.empty();
}

void Exporter::write(const QString& title, const QString& path, const QString& format,
                     std::function<QString(bool)> html, std::function<void(const QString&)> done) {
    auto job = std::make_shared<Job>();
    job->title = title;
    job->path = path;
    job->format = format;
    job->html = std::move(html);
    job->done = std::move(done);
    job->task = TaskList::shared().begin([title] { return tr("Exporting %1").arg(title); },
                                         [weak = std::weak_ptr(job)] {
                                             if (const auto still = weak.lock())
                                                 still->cancelled = true;
                                         });
    launch(job);
}

void Exporter::launch(const std::shared_ptr<Job>& job) {
    const QPointer<Exporter> self(this);
    const auto later = [self](std::function<void()> call) {
        QMetaObject::invokeMethod(
            qApp,
            [self, call = std::move(call)] {
                if (self)
                    call();
            },
            Qt::QueuedConnection);
    };
    QFont font = QApplication::font();
    font.setPointSizeF(10); // of paper, whatever the screen's size is
    std::unique_ptr<QThread> thread(QThread::create([this, job, later, font] {
        job->run(font, [&](int page, int nPage) {
            later([job, page, nPage] {
                job->task.setProgress(double(page) / nPage, tr("%1 of %2").arg(page).arg(nPage));
            });
        });
        later([this, job] { finish(job); });
    }));
    thread->start();
    thread_->running.push_back({job, std::move(thread)});
}

void Exporter::finish(const std::shared_ptr<Job>& job) {
    for (auto it = thread_->running.begin(); it != thread_->running.end(); ++it)
        if (it->job == job) {
            it->thread->wait();
            thread_->running.erase(it);
            break;
        }
    const QString sentence =
        job->problem.isEmpty()
            ? QString()
            : tr("%1 could not be written (%2); choose another folder.").arg(job->path, job->problem);
    if (sentence.isEmpty())
        job->task.finish();
    else
        job->task.fail(sentence);
    if (!job->cancelled && job->done)
        job->done(sentence);
}

} // namespace vitral
