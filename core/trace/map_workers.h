// SPDX-License-Identifier: Apache-2.0
#pragma once
// Threads that compute pictures of recordings for views, beside the engine: a map must appear while the engine thread
// generates, so this work cannot queue behind it. They read immutable snapshots only. Thread: any.

#include "core/trace/attention_tiles.h"

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

namespace vitral {

class MapWorkers;

/// Work in pieces of some milliseconds, shared by the threads of a MapWorkers. Created by make_shared and attached;
/// what was asked for last goes first. Dropping the last shared_ptr ends it: pieces under way stop soon and are not
/// reported.
class MapTask {
public:
    MapTask();
    virtual ~MapTask();
    MapTask(const MapTask&) = delete;
    MapTask& operator=(const MapTask&) = delete;
    /// Afterwards no callback runs and none is running; call it before what the callback uses goes away. Must not be
    /// called from the callback.
    void close();

protected:
    /// One piece; false when there is nothing to start now. Thread: a worker, several at once.
    virtual bool work(std::stop_token stop) = 0;
    /// There is something to do; and this task is now the newest. Any thread.
    void wake();
    /// Runs a callback unless closed.
    void report(const std::function<void()>& callback);
    [[nodiscard]] std::stop_token stopToken() const { return stop_.get_token(); }

private:
    friend class MapWorkers;
    struct Link; ///< to the workers' queue, which may go first
    std::shared_ptr<Link> link_;
    std::stop_source stop_;
    std::mutex reporting_;
    bool closed_ = false;
};

class MapWorkers {
public:
    explicit MapWorkers(int nThread = 0); ///< 0: one per available core
    ~MapWorkers();                        ///< stops and joins
    MapWorkers(const MapWorkers&) = delete;
    MapWorkers& operator=(const MapWorkers&) = delete;
    void attach(const std::shared_ptr<MapTask>& task);

private:
    friend class MapTask;
    struct State;
    std::shared_ptr<State> state_;
};

/// The tiles a view of one head waits for. A request that would take long is first answered by a stand-in (exact
/// false), then by the exact tile. Requests are served newest first; beyond kMaxRequests the oldest are dropped, so a
/// view asks again for what it still shows whenever it paints.
class TileRequests final : public MapTask {
public:
    static constexpr std::size_t kMaxRequests = 256;
    using Ready = std::function<void(std::shared_ptr<const MapTile>)>;
    /// ready: on a worker thread; must be quick (post to the view's thread).
    TileRequests(std::shared_ptr<AttentionTiles> tiles, Ready ready);
    ~TileRequests() override;
    /// Any thread, never waits. Asking again moves the request to the front.
    void request(const MapTileKey& key);
    void clear(); ///< forget what is not being computed yet
    [[nodiscard]] bool idle() const;

private:
    bool work(std::stop_token stop) override;

    const std::shared_ptr<AttentionTiles> tiles_;
    const Ready ready_;
    mutable std::mutex mutex_;
    std::vector<MapTileKey> wanted_; ///< newest last
    std::vector<MapTileKey> taken_;  ///< pieces and stand-ins under way
};

} // namespace vitral
