// SPDX-License-Identifier: Apache-2.0
// The room "Inside" beside the chat: opening, room on the screen, and the selection both share.
#include "app/main_actions.h"
#include "core/diffusion/recording_file.h"
#include "widgets/inside/inside_window.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/room.h"
#include "widgets/transcript/transcript_view.h"

#include <QDockWidget>
#include <QJsonDocument>
#include <QSplitter>

#include <utility>

namespace vitral::app {
namespace {
constexpr int kRoomForPanels = 1700; ///< window width at which the side panels stay beside the room
constexpr int kChatWidth = 400;      ///< the chat's share when the room opens
} // namespace

void MainWindow::makeInside() {
    centre_ = new QSplitter(Qt::Horizontal, this);
    centre_->setChildrenCollapsible(false);
    centre_->setHandleWidth(1);
    centre_->addWidget(chatPanel_);
    inside_ = new InsideWindow(*services_.inside, centre_);
    inside_->hide();
    centre_->addWidget(inside_);
    centre_->setStretchFactor(1, 1);
    makeRooms(centre_);
    connect(inside_, &InsideWindow::closeAsked, this, [this] { showInside(false); });
    connect(inside_, &InsideWindow::aloneAsked, this, &MainWindow::setInsideAlone);
    inside_->restoreState(QJsonDocument::fromJson(services_.settings.bytes(QStringLiteral("inside"))).object());

    TranscriptView* transcript = chatPanel_->transcript();
    ChatController& chat = *services_.chat;
    connect(transcript, &TranscriptView::tokenClicked, this, [this, &chat](int message, int token) {
        if (inside_->isHidden() || message < 0 || message >= chat.count())
            return;
        const std::int64_t position = services_.inside->positionOf(chat.message(message).id, token);
        if (position >= 0)
            services_.inside->selection().setPosition(position, this);
    });
    transcript->setOffersInside(true);
    connect(transcript, &TranscriptView::insideRequested, this, [this](MessageId id) {
        showInside(true);
        services_.inside->lookInside(id);
    });
    connect(transcript, &TranscriptView::tokensRequested, this, &MainWindow::showInTokens);
    const auto mark = [this, transcript, &chat] {
        const auto place = services_.inside->placeOf(services_.inside->selection().current().position);
        int index = -1;
        for (int i = 0; i < chat.count() && place.message != kNoMessage; ++i)
            if (chat.message(i).id == place.message)
                index = i;
        transcript->setMarkedToken(inside_->isHidden() ? -1 : index, place.token);
    };
    connect(&services_.inside->selection(), &SelectionModel::changed, this, mark);
    connect(services_.inside.get(), &InsideController::recordingChanged, this, mark);
}

void MainWindow::showInside(bool on) {
    actions_->inside->setChecked(on);
    if (on == !inside_->isHidden())
        return;
    if (on) {
        // On a small screen the side panels make room, and come back afterwards.
        const bool tight = width() < kRoomForPanels;
        insideTookLeft_ = tight && !leftDock_->isHidden();
        insideTookRight_ = tight && !rightDock_->isHidden();
        if (insideTookLeft_)
            leftDock_->hide();
        if (insideTookRight_)
            rightDock_->hide();
        inside_->show();
        centre_->setSizes({kChatWidth, std::max(kChatWidth, width() - kChatWidth)});
    } else {
        services_.settings.setBytes(QStringLiteral("inside"),
                                    QJsonDocument(inside_->saveState()).toJson(QJsonDocument::Compact));
        setInsideAlone(false);
        inside_->hide();
        if (std::exchange(insideTookLeft_, false))
            leftDock_->show();
        if (std::exchange(insideTookRight_, false))
            rightDock_->show();
    }
}

void MainWindow::openRun(const QString& path) {
    const auto file = SafetensorsFile::open(std::filesystem::path(path.toStdU16String()));
    if (file && diffusion::isDenoiseRecording(**file) && showRoom(QStringLiteral("denoise"))) {
        currentRoom()->openFile(path);
        return;
    }
    showRoom(QStringLiteral("chat"));
    showInside(true);
    services_.inside->openRunFile(path);
}

void MainWindow::setInsideAlone(bool alone) {
    inside_->setAlone(alone);
    chatPanel_->setVisible(!alone);
}

} // namespace vitral::app
