// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a page keeps of its own, in a small file beside the room's text: written soon after every change, so that a
// killed program loses nothing. Thread: GUI.

#include <QJsonObject>
#include <QString>
#include <QTimer>

#include <functional>

namespace vitral {

class KeptState {
public:
    /// `folder` empty: nothing is kept. `name` without ending. `state` is asked when it is time to write.
    KeptState(const QString& folder, const QString& name, std::function<QJsonObject()> state);
    ~KeptState(); ///< writes what waits
    KeptState(const KeptState&) = delete;
    KeptState& operator=(const KeptState&) = delete;

    /// What was kept; empty where there is nothing that can be read.
    [[nodiscard]] QJsonObject read() const;
    void changed();
    void writeNow();

private:
    QString path_;
    std::function<QJsonObject()> state_;
    QTimer timer_;
};

} // namespace vitral
