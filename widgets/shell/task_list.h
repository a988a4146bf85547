// SPDX-License-Identifier: Apache-2.0
#pragma once
// Everything that is running, for the panel of tasks: loading, answers, traces, trainings, pictures, downloads,
// exports. Whoever works holds a RunningTask; when that is gone the task is over. It shows and asks to cancel, and runs
// nothing. Thread: GUI.

#include <QElapsedTimer>
#include <QObject>
#include <QString>

#include <functional>
#include <vector>

namespace vitral {

class TaskList;

/// One task, while its owner works on it.
class RunningTask {
public:
    RunningTask() = default;
    RunningTask(RunningTask&& other) noexcept;
    RunningTask& operator=(RunningTask&& other) noexcept;
    RunningTask(const RunningTask&) = delete;
    RunningTask& operator=(const RunningTask&) = delete;
    ~RunningTask(); ///< finishes

    [[nodiscard]] bool running() const { return id_ != 0; }
    void setTitle(std::function<QString()> title); ///< asked again when the language changes
    /// fraction 0..1; negative: unknown.
    void setProgress(double fraction, const QString& what = {});
    void finish();
    void stop(); ///< over because somebody stopped it, from the panel or elsewhere
    void fail(const QString& sentence);

private:
    friend class TaskList;
    explicit RunningTask(quint64 id) : id_(id) {}
    quint64 id_ = 0;
};

class TaskList : public QObject {
    Q_OBJECT
public:
    struct Item {
        quint64 id = 0;
        std::function<QString()> title;
        QString logged; ///< the title it began with: what the log says, without what people named themselves
        QString what;   ///< "3 of 9", or why it failed
        double fraction = -1;
        bool running = true, failed = false, cancelled = false;
        qint64 ms = 0; ///< how long it took; of a running one 0
        std::function<void()> cancel;
    };

    /// The program's one list; it is gone when the application object is.
    static TaskList& shared();

    /// Without `cancel` it cannot be stopped from the panel.
    [[nodiscard]] RunningTask begin(std::function<QString()> title, std::function<void()> cancel = {});
    /// Running ones first, oldest first; then what is over, newest first, some 20.
    [[nodiscard]] std::vector<Item> items() const;
    [[nodiscard]] int nRunning() const { return static_cast<int>(running_.size()); }
    void cancel(quint64 id);
    void clearFinished();

signals:
    void listChanged();          ///< one came or went
    void progressed(quint64 id); ///< its words or its fraction are others

private:
    friend class RunningTask;
    struct Running {
        Item item;
        QElapsedTimer clock;
    };
    explicit TaskList(QObject* parent) : QObject(parent) {}
    void end(quint64 id, bool failed, const QString& sentence);
    [[nodiscard]] Item* find(quint64 id);

    std::vector<Running> running_;
    std::vector<Item> finished_; ///< newest first
    quint64 nextId_ = 1;
};

} // namespace vitral
