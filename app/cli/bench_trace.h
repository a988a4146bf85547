// SPDX-License-Identifier: Apache-2.0
#pragma once
// What recording a run costs: the same passes with nothing recorded, once more with nothing recorded (how much the
// machine wavers), and recorded, in turns, pass by pass, so that a machine's drift meets all three alike.
// Thread: main.

#include "core/model/model.h"
#include "core/trace/request.h"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <vector>

namespace vitral::cli {

struct TraceBenchOptions {
    std::int64_t nPrompt = 4096, nGenerate = 64, nBatch = 512;
    int nRun = 3;
    DType kvType = DType::F16;
    TraceRequest request;
};

/// Seconds of one kind of pass; one sample a pass.
struct PassTimes {
    std::vector<double> wall;      ///< on the clock
    std::vector<double> processor; ///< of all threads: what a busy machine leaves alone
};

struct TraceCost {
    std::size_t plannedBytes = 0, recordedBytes = 0;
    bool halfQueries = false;
    /// Nothing recorded, the same again, recorded.
    PassTimes prefill[3], decode[3];
    /// Processor time inside the recorder (and its snapshots) over that of the rest of the recorded passes: what the
    /// differences above show too, without a busy machine's noise.
    double prefillOwnShare = 0, decodeOwnShare = 0;
    /// Median over passes of seconds(which) / seconds(nothing recorded), less 1.
    [[nodiscard]] static double share(const PassTimes (&times)[3], int which, bool processor);
};

/// Errors: those of planTrace and Model::forward, Cancelled.
Result<TraceCost> benchTrace(const std::shared_ptr<const Model>& model, Backend& backend,
                             const TraceBenchOptions& options, const std::stop_token& stop);

} // namespace vitral::cli
