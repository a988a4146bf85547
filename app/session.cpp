// SPDX-License-Identifier: Apache-2.0
#include "app/session.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>

#include <algorithm>
#include <utility>

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
    QJsonObject newest;
    QJsonArray others;
    QStringList taken;
    // By the time of writing: a window that was opened earlier may have been used later.
    QFileInfoList files = QDir(folder_).entryInfoList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
    std::stable_sort(files.begin(), files.end(), [](const QFileInfo& a, const QFileInfo& b) {
        return std::pair(a.lastModified(), a.fileName()) > std::pair(b.lastModified(), b.fileName());
    });
    for (const QFileInfo& info : files) {
        const QString path = info.filePath();
        if (QFileInfo(path_) == info)
            continue;
        const auto lock = lockOf(path);
        if (!lock->tryLock(0) && lock->error() == QLockFile::LockFailedError)
            continue; // a window that is open; a full disk refuses a lock too, and what is there can be read all the
                      // same
        QFile file(path);
        QJsonObject state;
        if (file.open(QIODevice::ReadOnly) && file.size() <= kMaxBytes)
            state = QJsonDocument::fromJson(file.readAll()).object();
        file.close();
        if (!state.isEmpty() && newest.isEmpty()) {
            newest = state;
        } else if (!state.isEmpty()) { // of a second window: what was written in it
            QJsonObject words;
            for (const char* key : {"conversation", "text", "newText"})
                words[QLatin1String(key)] = state[QLatin1String(key)];
            others.append(words);
            for (const QJsonValue& before : state[QStringLiteral("others")].toArray())
                others.append(before);
        }
        taken << path;
    }
    if (!newest.isEmpty()) {
        for (const QJsonValue& before : newest[QStringLiteral("others")].toArray())
            others.append(before);
        nAttempt_ = newest[QStringLiteral("attempt")].toInt() + 1;
        newest[QStringLiteral("attempt")] = nAttempt_;
        newest[QStringLiteral("others")] = others;
        // From here on it is this program's: a crash while it is restored is counted.
        if (!lock_ || !writeWhole(path_, QJsonDocument(newest).toJson(QJsonDocument::Compact)))
            return newest;
    }
    for (const QString& path : taken)
        QFile::remove(path);
    return newest.isEmpty() ? std::nullopt : std::optional(newest);
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

void Session::flush() {
    if (ended_)
        return;
    writer_ = std::make_unique<Worker>(); // the one before writes what it has and is joined
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
