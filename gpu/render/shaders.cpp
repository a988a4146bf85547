// SPDX-License-Identifier: Apache-2.0
#include "gpu/render/shaders.h"

// The generated files use uint32_t without including anything.
// clang-format off
#include <cstdint>
#include "attention_comp_generated.h"
#include "heatmap_frag_generated.h"
#include "heatmap_vert_generated.h"
#include "image_frag_generated.h"
#include "image_vert_generated.h"
#include "stroke_frag_generated.h"
#include "stroke_vert_generated.h"
#include "ui_frag_generated.h"
#include "ui_vert_generated.h"
// clang-format on

namespace vitral::gpu::shaders {

Code attentionCompute() {
    return k_attention_comp;
}
Code heatmapVertex() {
    return k_heatmap_vert;
}
Code heatmapFragment() {
    return k_heatmap_frag;
}
Code imageVertex() {
    return k_image_vert;
}
Code imageFragment() {
    return k_image_frag;
}
Code strokeVertex() {
    return k_stroke_vert;
}
Code strokeFragment() {
    return k_stroke_frag;
}
Code uiVertex() {
    return k_ui_vert;
}
Code uiFragment() {
    return k_ui_frag;
}

} // namespace vitral::gpu::shaders
