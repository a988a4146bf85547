// SPDX-License-Identifier: Apache-2.0
#include "widgets/engine/engine_bridge.h"

#include <QCoreApplication>
#include <QEvent>

namespace vitral {
namespace {
const QEvent::Type kWake = static_cast<QEvent::Type>(QEvent::registerEventType());
}

EngineBridge::EngineBridge(QObject* parent) : QObject(parent) {
    frame_.setSingleShot(true);
    frame_.setTimerType(Qt::PreciseTimer);
    connect(&frame_, &QTimer::timeout, this, &EngineBridge::drain);
}

void EngineBridge::onEvent(RunEvent event) {
    QEvent* wake = nullptr;
    {
        // The wake-up is made under the mutex that event() takes before it looks at it: Qt's own queue is ordered too,
        // but the thread sanitizer cannot see into a library that was not built with it.
        const std::lock_guard lock(mutex_);
        inbox_.push_back(std::move(event));
        if (!wakePosted_)
            wake = new QEvent(kWake);
        wakePosted_ = true;
    }
    if (wake != nullptr)
        QCoreApplication::postEvent(this, wake); // thread-safe by Qt's contract; Qt deletes it
}

bool EngineBridge::event(QEvent* event) {
    {
        const std::lock_guard lock(mutex_); // see onEvent
    }
    if (event->type() != kWake)
        return QObject::event(event);
    const qint64 ago = sinceDrain_.isValid() ? sinceDrain_.elapsed() : frameMs_;
    if (ago >= frameMs_)
        drain();
    else if (!frame_.isActive())
        frame_.start(static_cast<int>(frameMs_ - ago));
    return true;
}

void EngineBridge::drain() {
    batch_.clear();
    {
        const std::lock_guard lock(mutex_);
        batch_.swap(inbox_);
        wakePosted_ = false;
    }
    sinceDrain_.start();
    ++nDrain_;
    if (!batch_.empty())
        emit eventsArrived(batch_);
}

} // namespace vitral
