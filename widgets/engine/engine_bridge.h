// SPDX-License-Identifier: Apache-2.0
#pragma once
// The only way from the engine thread to the GUI. Events go into an inbox under a mutex and at most one wake-up is
// posted; the GUI drains the inbox once a frame, the first event after a pause at once. Nothing is ever dropped and
// nothing is repeated: events are deltas.
// Thread: onEvent on the engine thread, the rest on the GUI thread. Must outlive the engine.

#include "core/runtime/engine.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <mutex>
#include <vector>

namespace vitral {

class EngineBridge : public QObject, public EngineSink {
    Q_OBJECT
public:
    explicit EngineBridge(QObject* parent = nullptr);

    void onEvent(RunEvent event) override;

    /// How often the GUI was woken, for tests and the log.
    [[nodiscard]] int nDrain() const { return nDrain_; }
    void setFrameMs(int ms) { frameMs_ = ms; }

signals:
    /// Everything since the last frame, in order. Direct connections only: the vector lives for the call.
    void eventsArrived(const std::vector<vitral::RunEvent>& events);

protected:
    bool event(QEvent* event) override;

private:
    void drain();

    std::mutex mutex_;
    std::vector<RunEvent> inbox_; ///< guarded by mutex_
    bool wakePosted_ = false;     ///< guarded by mutex_; true until the inbox is taken
    std::vector<RunEvent> batch_; ///< GUI side; kept for its capacity
    QElapsedTimer sinceDrain_;
    QTimer frame_;
    int frameMs_ = 16;
    int nDrain_ = 0;
};

} // namespace vitral
