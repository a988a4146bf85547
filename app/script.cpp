// SPDX-License-Identifier: Apache-2.0
#include "app/script.h"

#include "app/classroom.h"
#include "app/main_window.h"
#include "app/shell.h"
#include "app/view_picture.h"
#include "widgets/room.h"
#include "widgets/shell/exporter.h"

#include <QApplication>
#include <QPainter>

#include <chrono>
#include <cstdio>

namespace vitral::app {
namespace {
constexpr int kLookMs = 100;
constexpr int kSettleMs = 700;       // fonts, first layout, notices
constexpr int kDeadlineMs = 180'000; // a picture is taken anyway
} // namespace

Script::Script(MainWindow& window, const Options& options) : window_(window), options_(options) {
    if (options.countTokens) {
        const ChatController* answering = window_.services().chat.get();
        connect(answering, &TranscriptSource::grew, this, [answering](int index) {
            const Message& m = answering->message(index);
            const auto now = std::chrono::steady_clock::now().time_since_epoch();
            std::fprintf(stdout, "%lld %lld %zu\n",
                         static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()),
                         static_cast<long long>(m.id), m.tokens.size());
            std::fflush(stdout);
        });
    }
    if (options.prompts.isEmpty() && options.screenshot.isEmpty() && !options.quitAfterPrompts &&
        options.show.isEmpty() && options.state.isEmpty())
        return;
    if (options.show.contains(QLatin1String("samplers")))
        window_.showView(QStringLiteral("samplers")); // it shows what happens while it is open
    deadline_.setSingleShot(true);
    connect(&deadline_, &QTimer::timeout, this, &Script::finish);
    deadline_.start(kDeadlineMs);
    ModelSession* model = window_.services().model.get();
    ChatController* chat = window_.services().chat.get();
    const auto ready = [this, model] {
        if (sent_ == 0 && model->state() != ModelSession::State::Loading)
            QTimer::singleShot(0, this, &Script::next);
    };
    connect(model, &ModelSession::changed, this, ready);
    connect(chat, &ChatController::busyChanged, this, [this, chat] {
        if (!chat->busy() && sent_ > 0)
            QTimer::singleShot(100, this, &Script::next);
    });
    ready();
}

void Script::next() {
    if (done_)
        return;
    ModelSession* model = window_.services().model.get();
    ChatController* chat = window_.services().chat.get();
    if (chat->busy() || model->state() == ModelSession::State::Loading)
        return;
    if (sent_ < options_.prompts.size() && model->model()) {
        chat->send(options_.prompts[sent_++]);
        return;
    }
    finish();
}

void Script::finish() {
    if (done_)
        return;
    done_ = true;
    if (!options_.state.isEmpty())
        window_.classroom().openStateFile(options_.state);
    views_ = options_.show.split(QLatin1Char(','), Qt::SkipEmptyParts);
    showNext();
}

bool Script::busy() const {
    return deadline_.isActive() &&
           (window_.classroom().busy() || window_.classroom().roomsBusy() || window_.shell().exporter().busy());
}

// Each when what the one before began is done.
void Script::showNext() {
    if (busy()) {
        QTimer::singleShot(kLookMs, this, &Script::showNext);
        return;
    }
    if (views_.isEmpty()) {
        QTimer::singleShot(kSettleMs, this, &Script::takePicture);
        return;
    }
    const QString view = views_.takeFirst();
    if (!window_.showView(view))
        std::fprintf(stderr, "--show: there is no \"%s\"; vitral-cli lesson words lists what there is.\n",
                     qPrintable(view));
    QTimer::singleShot(0, this, &Script::showNext);
}

void Script::takePicture() {
    if (busy()) {
        QTimer::singleShot(kSettleMs, this, &Script::takePicture); // a conversation is read again, a map computed
        return;
    }
    if (!options_.screenshot.isEmpty()) {
        QImage picture = viewPicture(&window_);
        QPainter painter(&picture);
        // Pop-ups are windows of their own.
        for (QWidget* top : QApplication::topLevelWidgets())
            if (top != &window_ && top->isVisible() && !top->isModal())
                painter.drawPixmap(window_.mapFromGlobal(top->pos()), top->grab());
        painter.end();
        if (!picture.save(options_.screenshot)) {
            std::fprintf(stderr, "The picture could not be written to %s.\n", qPrintable(options_.screenshot));
            QApplication::exit(1);
            return;
        }
    }
    if (!options_.screenshot.isEmpty() || options_.quitAfterPrompts) {
        window_.close();
        QApplication::exit(0);
    }
}

} // namespace vitral::app
