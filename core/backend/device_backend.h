// SPDX-License-Identifier: Apache-2.0
#pragma once
// What backends on devices offer beside Backend: results that are made where the logits are, and the end of what was
// asked for. A host's backend has none of it: its operations are done when they return, its logits are at hand.
// Thread: engine.

#include "core/backend/backend.h"
#include "core/backend/logit_summary.h"
#include "core/backend/shared_rows.h"

#include <cstdint>
#include <span>
#include <string>

namespace vitral {

class DeviceBackend {
public:
    static constexpr std::int32_t kMostBest = 256;

    virtual ~DeviceBackend() = default;
    /// The backend's own, or null where it is the host's.
    static DeviceBackend* of(Backend& backend) { return dynamic_cast<DeviceBackend*>(&backend); }

    /// Summaries of rows of logits [n, V], one a row, with the nBest greatest each (1 .. kMostBest, fewer where V is
    /// smaller). False where none were made; a row with a logit that is not finite stays unknown.
    [[nodiscard]] virtual bool summarise(Tensor logits, std::int32_t nBest, std::span<LogitSummary> rows) = 0;
    /// Comes back when everything asked for so far is done: for whoever takes the time.
    virtual void finish() = 0;
    /// What is read comes to the host through pinned memory.
    [[nodiscard]] virtual bool pinned() const = 0;
    /// The device's, as Vulkan's deviceUUID: 32 hexadecimal digits; empty where there are several.
    [[nodiscard]] virtual std::string uuid() const { return {}; }
    /// Room for rows that stay on the device. Whoever asks decides whether anybody reads them there (shareWay): a
    /// plug-in has statics of its own and does not know what draws.
    [[nodiscard]] virtual RowKeeper* rowKeeper() { return nullptr; }

private:
    friend class SummaryRequest;
    class SummaryRequest* request_ = nullptr;
};

/// While it lives, a forward pass on this backend gives summaries in the place of the logits it was asked for: logits
/// of rows whose summary is known are left as they are. Does nothing on a host's backend.
class SummaryRequest {
public:
    /// rows: one for each wanted row of the pass; empty: nothing is asked for.
    SummaryRequest(Backend& backend, std::int32_t nBest, std::span<LogitSummary> rows)
        : device_(rows.empty() ? nullptr : DeviceBackend::of(backend)), nBest_(nBest), rows_(rows) {
        if (device_)
            device_->request_ = this;
    }
    ~SummaryRequest() {
        if (device_)
            device_->request_ = nullptr;
    }
    SummaryRequest(const SummaryRequest&) = delete;
    SummaryRequest& operator=(const SummaryRequest&) = delete;

    /// For the pass: tries rows [first, first + n) of what was wanted. True: all of them are known.
    static bool answer(Backend& backend, Tensor logits, std::int64_t first) {
        DeviceBackend* device = DeviceBackend::of(backend);
        const SummaryRequest* request = device ? device->request_ : nullptr;
        const auto begin = static_cast<std::size_t>(first), n = static_cast<std::size_t>(logits.nRow());
        if (!request || begin + n > request->rows_.size())
            return false;
        const auto own = request->rows_.subspan(begin, n);
        if (!device->summarise(logits, request->nBest_, own))
            return false;
        for (const LogitSummary& row : own)
            if (!row.known)
                return false;
        return true;
    }

private:
    DeviceBackend* device_;
    std::int32_t nBest_;
    std::span<LogitSummary> rows_;
};

} // namespace vitral
