// SPDX-License-Identifier: Apache-2.0
// What a step of a lesson finds, and what the person finds again when the lesson is closed.
#include "app/classroom.h"

#include "app/main_actions.h"
#include "widgets/compare/compare_window.h"
#include "widgets/denoise/denoise_controller.h"
#include "widgets/inside/inside_controller.h"
#include "widgets/inside/inside_window.h"
#include "widgets/panels/chat_panel.h"
#include "widgets/panels/section.h"
#include "widgets/panels/settings_panel.h"
#include "widgets/room.h"
#include "widgets/tokens/alternatives_popup.h"
#include "widgets/tokens/token_legend.h"
#include "widgets/transcript/transcript_view.h"

#include <QDockWidget>
#include <QJsonObject>

#include <algorithm>

namespace vitral::app {

namespace {
bool anyBegins(const QStringList& commands, std::initializer_list<const char*> words) {
    return std::any_of(commands.begin(), commands.end(), [&](const QString& command) {
        return std::any_of(words.begin(), words.end(),
                           [&](const char* word) { return command.startsWith(QLatin1String(word)); });
    });
}
} // namespace

// Whether a step is walked to or opened at once, it finds the same program: no changes of the model, no windows and
// panels but those it asks for. What the person had comes back with the end of the lesson.
void Classroom::beginStep(const QStringList& commands) {
    MainWindow& w = window_;
    TranscriptView* transcript = w.chatPanel_->transcript();
    Room* pictures = w.room(QStringLiteral("denoise"));
    const auto sideOf = [](Room* room) { return room->saveState()[QStringLiteral("side")].toBool(true); };
    setting_ = true;
    if (!own_)
        own_ = Own{
            services_.inside->interventions(), services_.denoise->settings(), !w.rightDock_->isHidden(),
            transcript->tokenMode(),           !w.inside_->isHidden(),        pictures == nullptr || sideOf(pictures),
            !w.treeDock_->isHidden(),          w.legend_->measure()};
    w.legend_->setMeasure(TokenMeasure::Probability); // of which texts and tables speak
    services_.tokens->borrow();
    if (services_.inside->interventions())
        services_.inside->setInterventions(nullptr);
    w.alternatives_->hide();
    if (w.compare_ != nullptr)
        w.compare_->close();
    if (!anyBegins(commands, {"settings", "samplers", "devices"}))
        w.rightDock_->hide();
    if (!anyBegins(commands, {"tree"}) && !w.treeDock_->isHidden())
        w.treeDock_->toggleViewAction()->trigger();
    foldSections();
    const bool chats = anyBegins(commands, {"chat"});
    const bool looks = anyBegins(
        commands, {"inside", "overview", "matrix", "cell", "text", "residual", "positions", "model", "interventions"});
    if (chats && transcript->tokenMode() && !anyBegins(commands, {"token-colours", "fork"}))
        w.actions_->tokens->trigger();
    if (chats && !looks)
        w.showInside(false);
    recordedAlone_ = anyBegins(commands, {"inside:open="}) && !chats;
    if (anyBegins(commands,
                  {"denoise:set", "denoise:run"})) { // what a step does not set is as a program begins with it
        const diffusion::DenoiseSettings& now = services_.denoise->settings();
        diffusion::DenoiseSettings fresh;
        fresh.prompt = now.prompt;
        fresh.classId = now.classId;
        fresh.seed = now.seed;
        fresh.steps = now.steps;
        fresh.guidance = now.guidance;
        services_.denoise->setSettings(std::move(fresh));
    }
    // A step that points at the room's settings shows them, others have the page to themselves.
    const LessonStep* step = player_->step(player_->current());
    if (pictures != nullptr && anyBegins(commands, {"denoise"})) {
        const bool shown = anyBegins(commands, {"denoise:side"}) ||
                           (step != nullptr && (step->point == "denoise.side" || step->point == "denoise.prompt"));
        pictures->go(shown ? QStringLiteral("side") : QStringLiteral("noside"));
    }
    setting_ = false;
}

/// Of the settings' panel: as they are at a start.
void Classroom::foldSections() {
    window_.settingsPanel_->samplingSection()->setOpen(true);
    window_.samplerSection_->setOpen(false);
    window_.deviceSection_->setOpen(false);
}

void Classroom::endLesson() {
    MainWindow& w = window_;
    if (before_) {
        w.settingsPanel_->setSettings(*before_);
        services_.chat->setSettings(*before_);
        before_.reset();
    }
    services_.tokens->giveBack();
    if (!own_)
        return;
    const Own own = *std::exchange(own_, {});
    setting_ = true;
    w.alternatives_->hide();
    if (w.compare_ != nullptr)
        w.compare_->close();
    foldSections();
    if (w.treeDock_->isHidden() == own.tree)
        w.treeDock_->toggleViewAction()->trigger();
    w.legend_->setMeasure(own.measure);
    services_.denoise->setSettings(own.drawing);
    if (services_.inside->interventions() != own.changes)
        services_.inside->setInterventions(own.changes);
    if (w.chatPanel_->transcript()->tokenMode() != own.colours)
        w.actions_->tokens->trigger();
    if (!own.inside)
        w.showInside(false);
    if (own.settings && w.inChat())
        w.rightDock_->show();
    if (Room* pictures = w.room(QStringLiteral("denoise")))
        pictures->go(own.pictures ? QStringLiteral("side") : QStringLiteral("noside"));
    recordedAlone_ = false;
    setting_ = false;
}

} // namespace vitral::app
