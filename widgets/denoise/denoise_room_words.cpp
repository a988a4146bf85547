// SPDX-License-Identifier: Apache-2.0
// What the room says, its menus, and what it writes to files.
#include "core/io/animation_file.h"
#include "widgets/chat/error_text.h"
#include "widgets/denoise/denoise_page.h"
#include "widgets/denoise/denoise_room.h"
#include "widgets/denoise/denoise_settings_panel.h"
#include "widgets/denoise/denoise_timeline.h"
#include "widgets/denoise/gif_file.h"
#include "widgets/denoise/picture_board.h"
#include "widgets/denoise/run_tree.h"
#include "widgets/design/elided_label.h"
#include "widgets/design/metrics.h"
#include "widgets/design/palette.h"

#include "widgets/design/room_parts.h"
#include "widgets/inside/page_rail.h"
#include "widgets/panels/notice_bar.h"
#include "widgets/shell/work_bar.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QStackedWidget>
#include <QToolButton>

#include <cmath>

namespace vitral {

using namespace diffusion;

namespace {
constexpr double kExportScale = 2, kEnlarged = 2;
constexpr int kSheetWidth = 1200;
constexpr int kRoomForHelp = 800; ///< height of the room
} // namespace

QString DenoiseRoom::help() const {
    return tr("Watch a picture come out of noise, step by step; change it in the middle.");
}

QString DenoiseRoom::emptyText() const {
    return stack_->currentWidget() == empty_ ? empty_->said() : QString();
}

void DenoiseRoom::retranslate() {
    const auto name = [](QWidget* widget, const QString& text) {
        widget->setToolTip(text);
        widget->setAccessibleName(text);
    };
    name(cancel_, tr("Cancel the run and what waits"));
    name(open_, tr("Open a recorded run, or a picture"));
    name(export_, tr("Export"));
    name(side_, tr("Settings and runs"));
    name(run_, tr("Run with these settings (Ctrl+Enter)"));
    name(model_, tr("The diffusion model; click to choose another"));
    busy_->setAccessibleName(tr("Progress"));
    run_->setText(tr("Run"));
    emptyRun_->setText(tr("Run"));
    emptyModel_->setText(tr("Choose a model"));
    emptyOpen_->setText(tr("Open a recorded run\u2026"));
    runsTitle_->setText(tr("Runs"));
    for (std::size_t i = 0; i < pages_.size(); ++i)
        rail_->setPage(int(i), pages_[i]->title(), pages_[i]->help());
    refresh();
    emit stateChanged();
}

void DenoiseRoom::refresh() {
    DenoisePage* page = pages_[std::size_t(current_)];
    const DenoiseRun* run = denoise_.currentRun();
    const DiffusionModelPtr& model = denoise_.model();
    QString why;
    if (page->needsRun() && run == nullptr) {
        empty_->say(
            model ? tr("Nothing has been run yet") : tr("No diffusion model is loaded"),
            model
                ? tr("Say at the side what the picture shall show, and run. Every step is recorded: it can be played, "
                     "read to the last number, and branched.")
                : tr("Choose one that came with the program, or open a file or folder: a diffusers folder, a "
                     "safetensors checkpoint or a GGUF file. A recorded run can be opened without a model."));
    } else if (page->needsRun()) {
        const bool going = run->state == RunState::Running || run->state == RunState::Waiting;
        why = going && (run->recording == nullptr || run->recording->steps.empty())
                  ? tr("The run has no finished step yet.")
                  : page->missing();
        if (run->state == RunState::Failed)
            why = run->problem;
        empty_->say(why, {});
    }
    const bool empty = page->needsRun() && (run == nullptr || !why.isEmpty());
    emptyRun_->setVisible(model != nullptr && !denoise_.busy());
    emptyModel_->setVisible(model == nullptr);
    emptyOpen_->setVisible(run == nullptr);
    stack_->setCurrentWidget(empty ? empty_ : static_cast<QWidget*>(page));
    timeline_->setTime(page->time());
    timeline_->setVisible(page->time() != nullptr || (page->showsTimeline() && run != nullptr));
    help_->setText(page->help());
    // Where the pictures need the room, the words are at the title and at the rail.
    help_->setVisible(height() >= kRoomForHelp);
    QString title = page->title();
    if (run != nullptr && page->showsTimeline() && page->time() == nullptr)
        title += QStringLiteral("  \u00B7  ") + DenoiseController::runTitle(*run);
    // A run that another model made says so, and the button which one the next run would use.
    const bool ofOther = page->needsRun() && run != nullptr && !run->model.isEmpty() &&
                         (!model || run->model != QString::fromStdString(model->info.name));
    if (ofOther)
        title += QStringLiteral("  \u00B7  ") + tr("made by %1").arg(run->model);
    title_->setText(title);
    title_->setToolTip(title + QLatin1Char('\n') + page->help()); // it may be cut
    model_->setText(denoise_.modelState() == DenoiseController::ModelState::Loading ? tr("Loading\u2026")
                    : !model                                                        ? tr("Choose a model")
                    : ofOther ? tr("Next: %1").arg(QString::fromStdString(model->info.name))
                              : QString::fromStdString(model->info.name));
    run_->setEnabled(model != nullptr);
    refreshBusy();
}

void DenoiseRoom::refreshBusy() {
    const bool loading = denoise_.modelState() == DenoiseController::ModelState::Loading;
    const bool busy = denoise_.busy() || loading;
    for (QWidget* widget : std::initializer_list<QWidget*>{busy_, busyText_, cancel_})
        widget->setVisible(busy);
    cancel_->setVisible(denoise_.busy());
    busy_->setShare(denoise_.progress() >= 0 ? std::optional(denoise_.progress()) : std::nullopt);
    QString text = loading ? tr("loading") : tr("running");
    const QLocale locale;
    if (const DenoiseRun* run = denoise_.find(denoise_.runningId()); run != nullptr && run->recording)
        text = tr("step %1 of %2")
                   .arg(locale.toString(qsizetype(run->recording->steps.size())),
                        locale.toString(DenoiseController::momentCount(*run->recording) - 1));
    if (denoise_.nWaiting() > 0)
        text += QStringLiteral("  \u00B7  ") + tr("%1 waiting").arg(locale.toString(denoise_.nWaiting()));
    busyText_->setText(busy ? text : QString());
    emptyRun_->setVisible(denoise_.model() != nullptr && !denoise_.busy());
}

void DenoiseRoom::fillModelMenu() {
    modelMenu_->clear();
    for (const FoundDiffusionModel& found : denoise_.foundModels()) {
        QAction* action =
            modelMenu_->addAction(found.bundled ? tr("%1 (came with the program)").arg(found.name) : found.name, this,
                                  [this, path = found.path] { denoise_.loadModel(path); });
        action->setToolTip(found.path);
        action->setCheckable(true);
        action->setChecked(found.path == denoise_.modelPath() && denoise_.model());
    }
    if (denoise_.foundModels().empty())
        modelMenu_->addAction(tr("No diffusion models were found"))->setEnabled(false);
    modelMenu_->addSeparator();
    modelMenu_->addAction(tr("Open a file\u2026"), this, &DenoiseRoom::chooseModelFile);
    modelMenu_->addAction(tr("Open a folder\u2026"), this, &DenoiseRoom::chooseModelFolder);
    modelMenu_->addAction(tr("Look for models again"), this, [this] { denoise_.findModels(places_); });
}

void DenoiseRoom::chooseModelFile() {
    const QString path = QFileDialog::getOpenFileName(this, tr("Open a diffusion model"), {},
                                                      tr("Models (*.safetensors *.gguf);;All files (*)"));
    if (!path.isEmpty())
        denoise_.loadModel(path);
}

void DenoiseRoom::chooseModelFolder() {
    const QString path = QFileDialog::getExistingDirectory(this, tr("Open the folder of a diffusion model"));
    if (!path.isEmpty())
        denoise_.loadModel(path);
}

QString DenoiseRoom::choosePicture(const QString& title) {
    return QFileDialog::getOpenFileName(
        this, title, {}, tr("Pictures and recorded runs (*.png *.jpg *.jpeg *.bmp *.safetensors);;All files (*)"));
}

void DenoiseRoom::fillExportMenu() {
    exportMenu_->clear();
    const qint64 id = denoise_.currentId();
    const DenoiseRecordingPtr r = denoise_.recording();
    exportMenu_->addAction(tr("The picture, with its recipe\u2026"), this, [this, id] { exportPng(id); })
        ->setEnabled(r && r->result);
    exportMenu_
        ->addAction(tr("The picture, twice as large, drawn anew in tiles\u2026"), this, [this, id] { enlarge(id); })
        ->setEnabled(r && r->result && denoise_.model() && !denoise_.busy());
    exportMenu_->addAction(tr("A sheet of all steps\u2026"), this, &DenoiseRoom::exportSheet)->setEnabled(r != nullptr);
    exportMenu_->addAction(tr("An animation of the steps\u2026"), this, &DenoiseRoom::exportAnimation)
        ->setEnabled(r != nullptr);
    exportMenu_->addAction(tr("The recorded run\u2026"), this, [this, id] { saveRun(id); })->setEnabled(r != nullptr);
    exportMenu_->addSeparator();
    for (const QString& format : pages_[std::size_t(current_)]->exportFormats())
        exportMenu_->addAction(tr("This page as %1\u2026").arg(format.toUpper()), this,
                               [this, format] { exportPage(format); });
}

void DenoiseRoom::exportPng(qint64 id) {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export the picture"), QStringLiteral("vitral-%1.png").arg(id), QStringLiteral("PNG (*.png)"));
    if (!path.isEmpty())
        denoise_.exportPng(id, path);
}

void DenoiseRoom::enlarge(qint64 id) {
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save the enlarged picture"), QStringLiteral("vitral-%1-x2.png").arg(id),
                                     QStringLiteral("PNG (*.png)"));
    if (!path.isEmpty())
        denoise_.enlarge(id, kEnlarged, path);
}

void DenoiseRoom::saveRun(qint64 id) {
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save the recorded run"), QStringLiteral("vitral-%1.safetensors").arg(id),
                                     tr("Recorded runs (*.safetensors);;All files (*)"));
    if (!path.isEmpty())
        denoise_.saveRunFile(id, path);
}

void DenoiseRoom::exportAnimation() {
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Export an animation"), QStringLiteral("vitral-%1.gif").arg(denoise_.currentId()),
        canWriteAnimation() ? QStringLiteral("GIF (*.gif);;WebP (*.webp)") : QStringLiteral("GIF (*.gif)"));
    if (path.isEmpty())
        return;
    denoise_.pool().ask(
        this, "gif",
        [path, run = denoise_.recording(), clean = timeline_->showsClean()](const std::stop_token&) {
            return writeFilm(path, run ? DenoiseTimeline::frames(*run, clean) : std::vector<QImage>());
        },
        [this, path](const Result<void>& done) {
            if (done)
                notice_->tell(NoticeBar::Kind::Notice, tr("Saved as %1.").arg(path));
            else
                notice_->tell(NoticeBar::Kind::Problem, knownText(done.error()));
        });
}

void DenoiseRoom::exportSheet() {
    const QString path = QFileDialog::getSaveFileName(this, tr("Export a sheet of all steps"),
                                                      QStringLiteral("vitral-%1-steps.png").arg(denoise_.currentId()),
                                                      QStringLiteral("PNG (*.png)"));
    if (path.isEmpty())
        return;
    const DenoiseRecordingPtr run = denoise_.recording();
    if (!run)
        return;
    denoise_.pool().ask(
        this, "sheet-frames",
        [run, clean = timeline_->showsClean()](const std::stop_token&) { return DenoiseTimeline::frames(*run, clean); },
        [this, path, marks = DenoiseTimeline::marks(*run)](const std::vector<QImage>& frames) {
            writeSheet(path, frames, marks);
        });
}

void DenoiseRoom::writeSheet(const QString& path, const std::vector<QImage>& frames, const QStringList& marks) {
    PictureBoard sheet;
    BoardContent content;
    content.captionLines = 1;
    for (const QImage& frame : frames) {
        BoardPicture p;
        p.title = QString::number(content.pictures.size());
        p.caption = marks.value(qsizetype(content.pictures.size()));
        p.shown.image = frame;
        content.pictures.push_back(std::move(p));
    }
    sheet.setContent(std::move(content));
    sheet.resize(kSheetWidth, sheet.heightForWidth(kSheetWidth));
    QImage image(sheet.size(), QImage::Format_RGB32);
    if (image.isNull())
        return notice_->tell(NoticeBar::Kind::Problem, tr("The picture could not be written to %1.").arg(path));
    image.fill(design::paletteFor(nullptr).surface);
    QPainter painter(&image);
    sheet.paintPicture(painter);
    painter.end();
    denoise_.pool().ask( // PNG of a long run takes a while
        this, "sheet", [path, image](const std::stop_token&) { return image.save(path, "PNG"); },
        [this, path](bool done) {
            if (done)
                notice_->tell(NoticeBar::Kind::Notice, tr("Saved as %1.").arg(path));
            else
                notice_->tell(NoticeBar::Kind::Problem, tr("The picture could not be written to %1.").arg(path));
        });
}

void DenoiseRoom::exportPage(const QString& format) {
    DenoisePage* page = pages_[std::size_t(current_)];
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export the page"), page->name() + QLatin1Char('.') + format,
                                     QStringLiteral("%1 (*.%2)").arg(format.toUpper(), format));
    if (path.isEmpty())
        return;
    const Result<void> done = page->exportAs(path, format, kExportScale);
    if (done)
        notice_->tell(NoticeBar::Kind::Notice, tr("Saved as %1.").arg(path));
    else
        notice_->tell(NoticeBar::Kind::Problem, knownText(done.error()));
}

} // namespace vitral
