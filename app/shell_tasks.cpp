// SPDX-License-Identifier: Apache-2.0
// What runs behind the rooms, told to the list of tasks by its view models' signals.
#include "app/shell.h"
#include "widgets/chat/error_text.h"
#include "widgets/shell/task_list.h"

#include <QFileInfo>
#include <QLocale>

namespace vitral::app {

void Shell::watchTasks() {
    Services& s = window_.services_;
    TaskList* tasks = &TaskList::shared();
    ModelSession* model = s.model.get();
    const auto loading = [this, model, tasks] {
        if (model->state() != ModelSession::State::Loading) {
            if (!model->error().isEmpty()) // also where another model stays
                loading_.fail(model->error());
            loading_.finish();
            return;
        }
        const std::function<QString()> title = [name = QFileInfo(model->loadingPath()).fileName()] {
            return tr("Loading %1").arg(name);
        };
        if (!loading_.running())
            loading_ = tasks->begin(title, [model] { model->cancelLoad(); });
        loading_.setTitle(title);
        loading_.setProgress(model->progress(), model->progressText());
    };
    connect(model, &ModelSession::changed, this, loading);
    connect(model, &ModelSession::progressChanged, this, loading);

    ChatController* chat = s.chat.get();
    const auto answering = [this, chat, tasks] {
        if (!chat->busy()) {
            const Message* last = chat->count() > 0 ? &chat->message(chat->count() - 1) : nullptr;
            if (last != nullptr && last->state == MessageState::Stopped)
                answering_.stop();
            else if (last != nullptr && last->state == MessageState::Failed)
                answering_.fail(noteText(last->note));
            else
                answering_.finish();
            return;
        }
        if (!answering_.running())
            answering_ = tasks->begin([] { return tr("Answering"); }, [chat] { chat->stop(); });
        const QString title = QString::fromStdString(chat->info().title);
        if (!title.isEmpty())
            answering_.setTitle([title] { return tr("Answering in \u201C%1\u201D").arg(title); });
        const RunNumbers& n = chat->numbers();
        const QLocale locale;
        if (chat->prefilling())
            answering_.setProgress(
                n.prefillTotal > 0 ? static_cast<double>(n.prefillDone) / n.prefillTotal : -1,
                n.prefillTotal > 0
                    ? tr("reading %1 of %2 tokens").arg(locale.toString(n.prefillDone), locale.toString(n.prefillTotal))
                    : tr("reading"));
        else
            answering_.setProgress(chat->settings().maxTokens > 0
                                       ? static_cast<double>(n.nGenerated) / chat->settings().maxTokens
                                       : -1, // nobody knows when it will be over
                                   tr("%Ln token(s) written", nullptr, n.nGenerated));
    };
    connect(chat, &ChatController::busyChanged, this, answering);
    connect(chat, &ChatController::numbersChanged, this, answering);

    InsideController* inside = s.inside.get();
    connect(inside, &InsideController::busyChanged, this, [this, inside, tasks] {
        if (inside->busyText().isEmpty()) {
            inside_.finish();
            return;
        }
        if (!inside_.running())
            inside_ = tasks->begin([] { return tr("Looking inside"); }, [inside] { inside->cancelShown(); });
        inside_.setProgress(inside->busyFraction(), inside->busyText());
    });

    DenoiseController* denoise = s.denoise.get();
    const auto drawing = [this, denoise, tasks] {
        if (const qint64 id = denoise->runningId(); id != drawn_) { // the one before is over
            const DenoiseRun* before = denoise->find(std::exchange(drawn_, id));
            if (before != nullptr && before->state == RunState::Failed)
                drawing_.fail(before->problem);
            else if (before != nullptr && before->state == RunState::Cancelled)
                drawing_.stop();
            else if (before != nullptr)
                drawing_.finish();
        }
        if (!denoise->busy()) {
            drawing_.finish();
            return;
        }
        if (!drawing_.running())
            drawing_ = tasks->begin([] { return tr("Denoising"); }, [denoise] { denoise->cancel(); });
        QString what;
        if (const DenoiseRun* run = denoise->find(drawn_); run != nullptr && run->recording) {
            const QLocale locale;
            what = tr("step %1 of %2")
                       .arg(locale.toString(qsizetype(run->recording->steps.size())),
                            locale.toString(DenoiseController::momentCount(*run->recording) - 1));
        }
        if (denoise->nWaiting() > 0)
            what = what.isEmpty() ? tr("%Ln waiting", nullptr, denoise->nWaiting())
                                  : tr("%1, %Ln more waiting", nullptr, denoise->nWaiting()).arg(what);
        drawing_.setProgress(denoise->progress(), what);
    };
    connect(denoise, &DenoiseController::busyChanged, this, drawing);
    connect(denoise, &DenoiseController::modelChanged, this, [this, denoise, tasks] {
        if (denoise->modelState() != DenoiseController::ModelState::Loading) {
            if (denoise->modelState() == DenoiseController::ModelState::Failed)
                drawingModel_.fail(denoise->modelError());
            drawingModel_.finish();
        } else if (!drawingModel_.running()) {
            drawingModel_ = tasks->begin([] { return tr("Loading a model that draws"); });
        }
    });
    loading();
}

} // namespace vitral::app
