// SPDX-License-Identifier: Apache-2.0
#pragma once
// A picture too large for one pass of an autoencoder goes through it in overlapping tiles, which are blended where they
// overlap. Norms see one tile at a time, so the result is not that of one pass: it differs slightly in tone from tile
// to tile, which the blending hides. Thread: any.

#include "core/base/result.h"
#include "core/diffusion/picture.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace vitral::diffusion {

struct TileRules {
    std::size_t wholeBytes = std::size_t{1} << 30U; ///< one pass where its scratch fits in this
    std::int32_t side = 64;                         ///< of a tile, in latents
    std::int32_t overlap = 16;                      ///< of neighbouring tiles, in latents
};

/// Where tiles of `side` begin so that they cover `length` with at least `overlap` in common; one tile where it fits.
[[nodiscard]] std::vector<std::int32_t> tileStarts(std::int32_t length, std::int32_t side, std::int32_t overlap);

/// `run` turns a piece of `input` (tile sides in units of `inUnit` of its pixels) into a piece of the output, whose
/// units are `outUnit` pixels. `output` has its final size. Errors: those of `run`.
Result<void> runTiles(const Picture& input, std::int32_t inUnit, Picture& output, std::int32_t outUnit,
                      const TileRules& rules, const std::function<Result<Picture>(const Picture&)>& run,
                      const std::function<void(double)>& progress);

} // namespace vitral::diffusion
