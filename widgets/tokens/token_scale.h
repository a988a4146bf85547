// SPDX-License-Identifier: Apache-2.0
#pragma once
// How sure the model was, as a colour: one scale for probability, rank and entropy, readable by colour-blind people and
// in grey (lightness falls in step). Thread: any.

#include "core/sample/params.h"
#include "widgets/design/palette.h"

namespace vitral {

enum class TokenMeasure : std::uint8_t { Probability, Rank, Entropy };

/// 0 (sure) .. 1 (unsure). Probability: -ln p over ln 1000; rank: log2(1 + rank) over log2(101); entropy: over 5 nats.
double uncertainty(const TokenScore& score, TokenMeasure measure);
/// The pane's colour for an uncertainty; text on it has at least 4.5:1.
QColor uncertaintyColor(double uncertainty, const design::Palette& palette);

} // namespace vitral
