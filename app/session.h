// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the window looks like, written to the disk while the program runs, so that a crash loses nothing: the next start
// finds the file of a program that is no longer there. A program that ends as it should removes its own.
// Thread: GUI; files are written on a thread of its own, each atomically (a whole one or the one before).

#include "widgets/engine/worker.h"

#include <QJsonObject>
#include <QLockFile>
#include <QString>

#include <memory>
#include <optional>

namespace vitral::app {

class Session {
public:
    /// `folder` is made. Where it cannot be written to, nothing is kept and nothing is said: the store says it already.
    explicit Session(const QString& folder);
    ~Session(); ///< as after end()

    /// The file written last whose program is gone, taken over; nothing: there was no crash. At most once. Its
    /// "others": what was written and not sent in further windows ({conversation, text, newText}).
    [[nodiscard]] std::optional<QJsonObject> takeCrashed();
    /// How many starts in a row did not come to their end with it.
    [[nodiscard]] int nAttempt() const { return nAttempt_; }
    /// Written soon; the newest one wins. The same as before is not written again.
    void save(const QJsonObject& state);
    void flush(); ///< what waits is on the disk afterwards
    void end();   ///< the program ends as it should

private:
    QString folder_, path_, crashedPath_;
    std::unique_ptr<QLockFile> lock_;
    QByteArray last_;
    int nAttempt_ = 0;
    bool ended_ = false;
    std::unique_ptr<Worker> writer_;
};

} // namespace vitral::app
