// SPDX-License-Identifier: Apache-2.0
#pragma once
// The log: what the engine, the program and Qt have said, kept in memory for the panel and on the disk for after a
// crash. Thread: add() any, and it never waits for the GUI; the rest GUI.

#include <QFile>
#include <QObject>
#include <QStringList>

#include <atomic>
#include <mutex>
#include <string_view>

namespace vitral {

class LogList : public QObject {
    Q_OBJECT
public:
    explicit LogList(QObject* parent = nullptr) : QObject(parent) {}
    /// The program's one, made by main before other threads start. It is never taken down: anybody may log at any time.
    static LogList& shared();

    /// Lines go there too, each at once. What lies there is kept as "<path>.before", the file of the run before.
    /// Cannot be written: only memory is used.
    void keepIn(const QString& path);
    /// `level`: "warning". A line is at most 2,000 characters; the newest 5,000 lines stay.
    void add(const char* level, std::string_view module, std::string_view message);
    [[nodiscard]] QStringList lines() const;
    [[nodiscard]] QString file() const { return path_; }

signals:
    void grew(); ///< at most one waits to be delivered

private:
    mutable std::mutex mutex_;
    QStringList lines_; ///< guarded by mutex_
    QFile out_;         ///< guarded by mutex_
    QString path_;
    std::atomic<bool> told_ = false;
};

} // namespace vitral
