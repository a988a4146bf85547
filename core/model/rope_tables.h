// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rotary frequencies with every scaling folded in once, at load. A rotation by position * inverseFrequency[i] needs
// nothing else at run time, so all the schemes for longer contexts cost the same as none.
//
//   none      Su et al. 2021 (RoFormer): base^(-2i/n)
//   linear    Chen et al. 2023 (position interpolation): all frequencies divided by the factor
//   llama3    per-frequency divisors that the converter stored as rope_freqs.weight
//   yarn      Peng et al. 2023: slow frequencies interpolated, fast ones kept, a ramp between; values scaled a little
//   longrope  Ding et al. 2024: two stored sets of divisors, one for short and one for long contexts
//
// Thread: any.

#include "core/backend/backend.h"
#include "core/base/result.h"
#include "core/model/metadata.h"

#include <cstdint>
#include <vector>

namespace vitral {

struct RopeScaling {
    enum class Kind : std::uint8_t { None, Linear, Yarn, LongRope } kind = Kind::None;
    double factor = 1.0;      ///< how many times longer than the original context
    double originalCtx = 0.0; ///< tokens the model was first trained on
    double magnitude = 1.0;   ///< factor on rotated values from the file (1: by the scheme's own rule)
    bool hasMagnitude = false;
    double betaFast = 32.0, betaSlow = 1.0; ///< YaRN: turns within originalCtx that mark the ends of the ramp
    double logMultiplier = 0.0;             ///< YaRN with mscale_all_dim (DeepSeek, Mistral 3)
    bool truncateRamp = true;               ///< YaRN: whole dimensions as ends of the ramp (not in gpt-oss)
    std::vector<float> divisors;            ///< [nRotary / 2] or empty: rope_freqs.weight
    std::vector<float> longDivisors;        ///< [nRotary / 2]: rope_factors_long.weight
    std::vector<float> shortDivisors;       ///< [nRotary / 2]: rope_factors_short.weight
};

/// The tables of one base frequency. Which of the two holds is decided by the context of the KV cache, not by the length
/// so far: keys of one cache must all be rotated alike, or sequences could not share them.
struct Rope {
    RopeTable shortTable;
    RopeTable longTable;          ///< the same as shortTable unless the scaling is longrope
    std::int64_t originalCtx = 0; ///< larger contexts use longTable
    /// Where the two tables part; 0 when they are the same.
    [[nodiscard]] std::int64_t switchesAt() const {
        return longTable.inverseFrequency != shortTable.inverseFrequency ? originalCtx : 0;
    }
    [[nodiscard]] const RopeTable& forContext(std::int64_t nCtxTokens) const {
        return nCtxTokens > originalCtx ? longTable : shortTable;
    }
};

/// Rotated dimensions of a head: rope.dimension_count, else all. Errors: InvalidFile (odd, zero, more than the head).
Result<std::int64_t> readRotaryDimensions(const MetadataReader& meta, const Hyper& hyper);

/// Scaling as the file states it, with the divisors of rope_freqs / rope_factors_* where the file has them.
/// Errors: InvalidFile (values, shapes), Unsupported (an unknown rope.scaling.type).
Result<RopeScaling> readRopeScaling(const MetadataReader& meta, const Hyper& hyper, std::int64_t nRotary);

enum class YarnRamp : std::uint8_t { WholeDimensions, Exact };

/// All of the above in one: the rotation of a model with one base frequency (rope.freq_base, 10000 where missing).
Result<Rope> readRope(const MetadataReader& meta, const Hyper& hyper, RopeStyle style,
                      YarnRamp ramp = YarnRamp::WholeDimensions);

[[nodiscard]] Rope makeRope(std::int64_t nRotary, double base, RopeStyle style, const RopeScaling& scaling);

} // namespace vitral
