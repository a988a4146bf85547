// SPDX-License-Identifier: Apache-2.0
#pragma once
// The model in use: loading with progress and cancel, and its chat template once parsed. Thread: GUI.

#include "core/chat/template.h"
#include "widgets/engine/engine_bridge.h"
#include "widgets/engine/engine_port.h"
#include "widgets/engine/worker.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace vitral {

class ModelSession : public QObject {
    Q_OBJECT
public:
    enum class State : std::uint8_t { None, Loading, Ready, Failed };

    ModelSession(EnginePort& engine, EngineBridge& bridge, Worker& helper, QObject* parent = nullptr);

    /// `evenIfTooLarge`: the person was told that its memory is not there (tooLarge()), and wants it.
    void load(const QString& path, bool evenIfTooLarge = false);
    void cancelLoad();

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] const std::shared_ptr<const Model>& model() const { return model_; }
    /// Null for models without one, and where it cannot be used.
    [[nodiscard]] const std::shared_ptr<const ChatTemplate>& chatTemplate() const { return template_; }
    [[nodiscard]] ChatTemplate::Capabilities capabilities() const { return capabilities_; }
    [[nodiscard]] QString path() const { return path_; }
    [[nodiscard]] QString loadingPath() const { return loadingPath_; }
    [[nodiscard]] QString displayName() const;
    [[nodiscard]] double progress() const { return progress_; }
    [[nodiscard]] QString progressText() const { return progressText_; }
    [[nodiscard]] QString error() const { return error_; }
    /// What the model at loadingPath() needs, where the last load was refused for it.
    [[nodiscard]] const std::optional<MemoryNeed>& tooLarge() const { return tooLarge_; }
    [[nodiscard]] double loadSeconds() const { return loadSeconds_; }
    /// Which layers of the model are computed where.
    [[nodiscard]] const Placement& placement() const { return placement_; }

signals:
    void changed();         ///< state, model or template
    void progressChanged(); ///< while loading
    void loaded(const QString& path);

private:
    void onEvents(const std::vector<RunEvent>& events);
    void adopt(std::shared_ptr<const Model> model, double seconds);
    void become(std::shared_ptr<const Model> model, double seconds, std::shared_ptr<const ChatTemplate> chatTemplate,
                ChatTemplate::Capabilities capabilities);

    EnginePort& engine_;
    Worker& helper_;
    State state_ = State::None;
    RunId run_ = 0;
    std::shared_ptr<const Model> model_;
    std::shared_ptr<const ChatTemplate> template_;
    ChatTemplate::Capabilities capabilities_;
    QString path_, loadingPath_, error_, progressText_;
    double progress_ = 0, loadSeconds_ = 0;
    Placement placement_, loadedPlacement_;
    std::optional<MemoryNeed> tooLarge_;
};

} // namespace vitral
