// SPDX-License-Identifier: Apache-2.0
#include "widgets/chat/model_session.h"

#include "core/base/log.h"
#include "widgets/chat/error_text.h"
#include "widgets/design/amounts.h"

#include <QFileInfo>

#include <QLocale>

namespace vitral {
namespace {

/// What is missing, and what can be done about it.
QString tooLargeText(const QString& name, const MemoryNeed& need) {
    const QString fact =
        ModelSession::tr(
            "%1 was not loaded: it needs about %2 of memory (weights %3, a context of %4 tokens %5, the rest for "
            "computing), and %6 is free.")
            .arg(name, design::sizeText(need.needBytes), design::sizeText(need.weightBytes),
                 QLocale().toString(qlonglong(need.nCtx)), design::sizeText(need.kvBytes),
                 design::sizeText(need.freeBytes));
    const QString help =
        need.nCtxFits > 0
            ? ModelSession::tr("A shorter context is enough; a smaller quantisation or closing other programs helps, "
                               "too.")
            : ModelSession::tr("Choose a smaller quantisation or a smaller model, or close other programs.");
    return fact + QLatin1Char(' ') + help;
}

} // namespace

ModelSession::ModelSession(EnginePort& engine, EngineBridge& bridge, Worker& helper, QObject* parent)
    : QObject(parent), engine_(engine), helper_(helper) {
    connect(&bridge, &EngineBridge::eventsArrived, this, &ModelSession::onEvents);
}

void ModelSession::load(const QString& path, bool evenIfTooLarge) {
    if (state_ == State::Loading)
        engine_.cancel(run_);
    loadingPath_ = path;
    error_.clear();
    tooLarge_.reset();
    progress_ = 0;
    progressText_.clear();
    state_ = State::Loading;
    run_ = engine_.load(std::filesystem::path(path.toStdU16String()), evenIfTooLarge);
    emit changed();
}

void ModelSession::cancelLoad() {
    if (state_ == State::Loading)
        engine_.cancel(run_); // RunFinished(Cancelled) brings the state back
}

QString ModelSession::displayName() const {
    if (!model_)
        return {};
    const std::string& name = model_->config().name;
    return name.empty() ? QFileInfo(path_).completeBaseName() : QString::fromStdString(name);
}

void ModelSession::onEvents(const std::vector<RunEvent>& events) {
    bool progressed = false;
    for (const RunEvent& event : events) {
        if (const auto* e = std::get_if<LoadProgress>(&event); e != nullptr && e->run == run_) {
            progress_ = e->fraction;
            progressText_ = QString::fromStdString(e->what);
            progressed = true;
        } else if (const auto* large = std::get_if<ModelTooLarge>(&event); large != nullptr && large->run == run_) {
            tooLarge_ = large->need;
        } else if (const auto* other = std::get_if<ModelLoaded>(&event);
                   other != nullptr && other->replaces != nullptr) {
            if (other->replaces != model_)
                continue;
            model_ = other->model; // its card failed: the same file on the processor
            placement_ = other->placement;
            emit changed();
        } else if (const auto* m = std::get_if<ModelLoaded>(&event); m != nullptr && m->run == run_) {
            loadedPlacement_ = m->placement;
            adopt(m->model, m->seconds);
        } else if (const auto* f = std::get_if<RunFinished>(&event);
                   f != nullptr && f->run == run_ && state_ == State::Loading) {
            const bool cancelled = f->reason == FinishReason::Cancelled;
            if (f->status && !cancelled)
                continue; // loaded; the template is still being read
            error_ = f->status || cancelled ? QString()
                     : tooLarge_            ? tooLargeText(QFileInfo(loadingPath_).fileName(), *tooLarge_)
                                            : errorText(f->status.error(), Doing::LoadModel);
            state_ = model_ ? State::Ready : (cancelled ? State::None : State::Failed);
            emit changed();
        }
    }
    if (progressed && state_ == State::Loading)
        emit progressChanged();
}

void ModelSession::adopt(std::shared_ptr<const Model> model, double seconds) {
    if (model->config().chatTemplate.empty()) {
        become(std::move(model), seconds, nullptr, {});
        return;
    }
    // The template is tried out before the model is called ready, so that the first prompt is laid out with it.
    struct Parsed {
        Result<std::shared_ptr<const ChatTemplate>> result;
        ChatTemplate::Capabilities capabilities;
    };
    const std::string source = model->config().chatTemplate;
    helper_.ask(
        this,
        [source] {
            Parsed p{ChatTemplate::parse(source), {}};
            if (p.result)
                p.capabilities = (*p.result)->capabilities();
            return p;
        },
        [this, run = run_, model = std::move(model), seconds](Parsed parsed) {
            if (run != run_ || state_ != State::Loading)
                return; // another model was asked for meanwhile, or the load was cancelled
            if (parsed.result) {
                become(model, seconds, *parsed.result, parsed.capabilities);
                return;
            }
            logMessage(LogLevel::Warning, "chat",
                       "the model's chat template cannot be used: " + parsed.result.error().message);
            become(model, seconds, nullptr, {});
        });
}

void ModelSession::become(std::shared_ptr<const Model> model, double seconds,
                          std::shared_ptr<const ChatTemplate> chatTemplate, ChatTemplate::Capabilities capabilities) {
    model_ = std::move(model);
    template_ = std::move(chatTemplate);
    capabilities_ = capabilities;
    placement_ = loadedPlacement_;
    path_ = loadingPath_;
    loadSeconds_ = seconds;
    state_ = State::Ready;
    emit changed();
    emit loaded(path_);
}

} // namespace vitral
