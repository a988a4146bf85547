// SPDX-License-Identifier: Apache-2.0
#pragma once
// Changes made to a run while it runs: a point, which part of it, and an edit. Works on every architecture and on
// quantised weights, since activations are changed and never weights. A set of them is a value that goes with a job; a
// run with any enabled intervention neither uses nor feeds the prefix cache. Thread: any (values).

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/trace/recording.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vitral {

enum class EditKind : std::uint8_t {
    Zero,
    Mean,    ///< the mean over the positions of `source` (mean ablation: Wang et al. 2022)
    Scale,   ///< times factor
    Add,     ///< plus factor * vector (steering: Turner et al. 2023)
    Replace, ///< with the values of `source` (activation patching: Vig et al. 2020, Meng et al. 2022)
};

struct Intervention {
    Point point = Point::Z;
    std::int32_t iLayer = 0;
    std::int32_t iHead = -1;                          ///< of a point with heads; -1: all columns
    std::vector<std::int32_t> columns;                ///< within the head, or of the whole row: neurons; empty: all
    std::int64_t firstPosition = 0, endPosition = -1; ///< -1: also all that is still to come
    EditKind edit = EditKind::Zero;
    float factor = 1.0F;
    std::shared_ptr<const std::vector<float>> vector; ///< Add: as long as the part that is changed
    RecordingPtr source;                              ///< Mean, Replace: must hold the point
    std::int64_t sourceOffset = 0;                    ///< Replace: position p takes source position p + sourceOffset
    bool enabled = true;
    std::string label; ///< what the panel calls it; empty: describe()
};

struct InterventionSet {
    std::vector<Intervention> items;
    [[nodiscard]] bool active() const;
};

/// "blocks.3.attn.hook_z head 2: zero", in English; the window has its own words.
[[nodiscard]] std::string describe(const Intervention& intervention);
/// What the command line takes: "blocks.3.attn.hook_z[head=2,pos=0:10]=zero", "...=scale:0.5",
/// "blocks.5.hook_resid_post=add:8:vector.npy", "...=mean:run.safetensors", "...=patch:run.safetensors".
/// Errors: InvalidArgument with what was expected where; those of reading the file.
Result<Intervention> parseIntervention(std::string_view text);
/// Errors: InvalidArgument when a layer, head, column, vector length or source does not suit the model.
Result<void> checkInterventions(const InterventionSet& set, const ModelConfig& model);

} // namespace vitral
