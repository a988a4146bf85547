// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes pages (HTML, PDF) on a thread of its own: each is a task with its progress and its cancel; a file is there
// whole or not at all. Thread: GUI.

#include <QObject>
#include <QString>

#include <functional>
#include <memory>

namespace vitral {

class Exporter : public QObject {
    Q_OBJECT
public:
    explicit Exporter(QObject* parent = nullptr);
    ~Exporter() override; ///< cancels what is being written

    /// `format`: "html" or "pdf". `html` makes the page (`forPrint`: for paper) and is called on the worker: it may
    /// hold values only. `done` gets a sentence; empty: written. It is not called when the task was cancelled.
    void write(const QString& title, const QString& path, const QString& format,
               std::function<QString(bool forPrint)> html, std::function<void(const QString& problem)> done);
    [[nodiscard]] bool busy() const;

private:
    struct Job;
    struct Thread;
    void launch(const std::shared_ptr<Job>& job);
    void finish(const std::shared_ptr<Job>& job);
    std::unique_ptr<Thread> thread_;
};

} // namespace vitral
