// SPDX-License-Identifier: Apache-2.0
#include "widgets/shell/task_list.h"

#include "widgets/shell/log_list.h"

#include <QCoreApplication>
#include <QPointer>

#include <algorithm>
#include <utility>

namespace vitral {
namespace {

constexpr std::size_t kKeptFinished = 20;

/// Null after the application is gone: what is destroyed later has nobody left to tell.
QPointer<TaskList>& instance() {
    static QPointer<TaskList> list;
    return list;
}

} // namespace

RunningTask::RunningTask(RunningTask&& other) noexcept : id_(std::exchange(other.id_, 0)) {}

RunningTask& RunningTask::operator=(RunningTask&& other) noexcept {
    if (this != &other) {
        finish();
        id_ = std::exchange(other.id_, 0);
    }
    return *this;
}

RunningTask::~RunningTask() {
    finish();
}

void RunningTask::setTitle(std::function<QString()> title) {
    if (id_ == 0 || instance().isNull())
        return;
    if (TaskList::Item* item = instance()->find(id_)) {
        const bool other = item->title() != title();
        item->title = std::move(title);
        if (other)
            emit instance()->progressed(id_);
    }
}

void RunningTask::setProgress(double fraction, const QString& what) {
    if (id_ == 0 || instance().isNull())
        return;
    if (TaskList::Item* item = instance()->find(id_);
        item != nullptr && (item->fraction != fraction || item->what != what)) {
        item->fraction = fraction;
        item->what = what;
        emit instance()->progressed(id_);
    }
}

void RunningTask::finish() {
    if (const quint64 id = std::exchange(id_, 0); id != 0 && !instance().isNull())
        instance()->end(id, false, {});
}

void RunningTask::stop() {
    if (id_ != 0 && !instance().isNull())
        if (TaskList::Item* item = instance()->find(id_))
            item->cancelled = true;
    finish();
}

void RunningTask::fail(const QString& sentence) {
    if (const quint64 id = std::exchange(id_, 0); id != 0 && !instance().isNull())
        instance()->end(id, true, sentence);
}

TaskList& TaskList::shared() {
    if (instance().isNull())
        instance() = new TaskList(QCoreApplication::instance());
    return *instance();
}

RunningTask TaskList::begin(std::function<QString()> title, std::function<void()> cancel) {
    Running running;
    running.item.id = nextId_++;
    running.item.logged = title();
    running.item.title = std::move(title);
    running.item.cancel = std::move(cancel);
    running.clock.start();
    const quint64 id = running.item.id;
    running_.push_back(std::move(running));
    emit listChanged();
    return RunningTask(id);
}

std::vector<TaskList::Item> TaskList::items() const {
    std::vector<Item> all;
    for (const Running& r : running_)
        all.push_back(r.item);
    all.insert(all.end(), finished_.begin(), finished_.end());
    return all;
}

TaskList::Item* TaskList::find(quint64 id) {
    for (Running& r : running_)
        if (r.item.id == id)
            return &r.item;
    return nullptr;
}

void TaskList::cancel(quint64 id) {
    Item* item = find(id);
    if (item == nullptr || !item->cancel || item->cancelled)
        return;
    item->cancelled = true; // it is over when its owner says so
    const auto cancel = item->cancel;
    emit progressed(id);
    cancel();
}

void TaskList::clearFinished() {
    finished_.clear();
    emit listChanged();
}

void TaskList::end(quint64 id, bool failed, const QString& sentence) {
    const auto at = std::find_if(running_.begin(), running_.end(), [id](const Running& r) { return r.item.id == id; });
    if (at == running_.end())
        return;
    Item item = std::move(at->item);
    item.running = false;
    item.failed = failed;
    if (failed)
        item.what = sentence;
    item.ms = at->clock.elapsed();
    LogList::shared().add(failed ? "error" : "info", "task",
                          QStringLiteral("%1: %2, %3 ms")
                              .arg(item.logged, failed           ? sentence
                                                : item.cancelled ? QStringLiteral("stopped")
                                                                 : QStringLiteral("done"))
                              .arg(item.ms)
                              .toStdString());
    item.cancel = {};
    running_.erase(at);
    finished_.insert(finished_.begin(), std::move(item));
    if (finished_.size() > kKeptFinished)
        finished_.resize(kKeptFinished);
    emit listChanged();
}

} // namespace vitral
