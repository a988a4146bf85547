// SPDX-License-Identifier: Apache-2.0
#pragma once
// What sampling and showing a token need of a row of logits, made where the logits are: on a device a few hundred bytes
// cross to the host instead of the whole vocabulary. Thread: any (a value).

#include <cstdint>
#include <vector>

namespace vitral {

/// With d = logit - greatest, in nats, over the whole vocabulary: Z = sum e^d, S = sum d e^d. Then log p of a token is
/// d - log Z and the entropy is log Z - S / Z.
struct LogitSummary {
    struct Best {
        std::int32_t id = 0;
        float logit = 0.0F;
    };
    bool known = false; ///< false: not made (the backend cannot, or a logit is not finite); the logits themselves count
    float greatest = 0.0F;
    double z = 0.0;
    double s = 0.0;
    std::vector<Best> best; ///< best first; of equal logits the smaller id first
};

} // namespace vitral
