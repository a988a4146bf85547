// SPDX-License-Identifier: Apache-2.0
#include "app/session.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QSaveFile>

namespace vitral::app {
namespace {

constexpr qint64 kMaxBytes = 4 << 20; ///< of a file that is read

std::unique_ptr<QLockFile> lockOf(const QString& path) {
    auto lock = std::make_unique<QLockFile>(path + QStringLiteral(".lock"));
    lock->setStaleLockTime(0); // only a process that is gone lets go
    return lock;
}

bool writeWhole(const QString& path, const QByteArray& bytes) {
    QSaveFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
}

} // namespace

Session::Session(const QString& folder) : folder_(folder), writer_(std::make_unique<Worker>()) {
    QDir().mkpath(folder_);
    path_ = QStringLiteral("%1/%2-%3.json")
                .arg(folder_)
                .arg(QDateTime::currentMSecsSinceEpoch())
                .arg(QCoreApplication::applicationPid());
    lock_ = lockOf(path_);
    if (!lock_->tryLock(0))
        lock_.reset();
}

Session::~Session() {
    end();
}

std::optional<QJsonObject> Session::takeCrashed() {
    QStringList files = QDir(folder_).entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
    while (!files.isEmpty()) { // names begin with the time: the newest one last
        const QString path = folder_ + QLatin1Char('/') + files.takeLast();
        if (path == path_)
            continue;
        const auto lock = lockOf(path);
        if (!lock->tryLock(0))
            continue; // a window that is open
        QFile file(path);
        QJsonObject state;
        if (file.open(QIODevice::ReadOnly) && file.size() <= kMaxBytes)
            state = QJsonDocument::fromJson(file.readAll()).object();
        file.close();
        if (state.isEmpty()) { // not ours, or nothing to restore
            QFile::remove(path);
            continue;
        }
        nAttempt_ = state[QStringLiteral("attempt")].toInt() + 1;
        state[QStringLiteral("attempt")] = nAttempt_;
        // From here on it is this program's: a crash while it is restored is counted.
        if (lock_ && writeWhole(path_, QJsonDocument(state).toJson(QJsonDocument::Compact)))
            QFile::remove(path);
        return state;
    }
    return std::nullopt;
}

void Session::save(const QJsonObject& state) {
    if (!lock_ || ended_)
        return;
    const QByteArray bytes = QJsonDocument(state).toJson(QJsonDocument::Compact);
    if (bytes == last_)
        return;
    last_ = bytes;
    writer_->postLatest("session", [path = path_, bytes] { writeWhole(path, bytes); });
}

void Session::end() {
    if (ended_)
        return;
    ended_ = true;
    writer_.reset(); // what was on its way is written first
    if (lock_) {
        QFile::remove(path_);
        lock_->unlock();
    }
}

} // namespace vitral::app
