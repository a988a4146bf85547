// SPDX-License-Identifier: Apache-2.0
#pragma once
// Ask, then give: the forward pass asks whether anybody wants a point before it materialises anything. With no
// observer this is one predictable branch. Names follow TransformerLens (docs/architecture.md, "Trace points").

#include "core/backend/tensor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vitral {

enum class Point : std::uint8_t {
    Embed,       ///< hook_embed                      [T, E]
    PosEmbed,    ///< hook_pos_embed                  [T, E]
    ResidPre,    ///< blocks.i.hook_resid_pre         [T, E]
    AttnNorm,    ///< blocks.i.ln1.hook_normalized    [T, E]
    Q,           ///< blocks.i.attn.hook_q            [T, H*D] before rotary
    K,           ///< blocks.i.attn.hook_k            [T, K*D] before rotary
    V,           ///< blocks.i.attn.hook_v            [T, K*D]
    RotQ,        ///< blocks.i.attn.hook_rot_q        [T, H*D]
    RotK,        ///< blocks.i.attn.hook_rot_k        [T, K*D]
    AttnLse,     ///< blocks.i.attn.hook_lse          [T, H]
    Z,           ///< blocks.i.attn.hook_z            [T, H*D] weighted values, before the output projection
    AttnOut,     ///< blocks.i.hook_attn_out          [T, E]
    ResidMid,    ///< blocks.i.hook_resid_mid         [T, E]
    MlpNorm,     ///< blocks.i.ln2.hook_normalized    [T, E]
    MlpPre,      ///< blocks.i.mlp.hook_pre           [T, F] gate before activation
    MlpPreLinear,///< blocks.i.mlp.hook_pre_linear    [T, F] the "up" half
    MlpPost,     ///< blocks.i.mlp.hook_post          [T, F]
    MoeGate,     ///< blocks.i.moe.hook_gate          [T, nExpert] router logits
    MlpOut,      ///< blocks.i.hook_mlp_out           [T, E]
    ResidPost,   ///< blocks.i.hook_resid_post        [T, E]
    FinalNorm,   ///< ln_final.hook_normalized        [T, E]
    Logits,      ///< hook_logits                     [wanted, V]
};
inline constexpr int kPointCount = static_cast<int>(Point::Logits) + 1;

/// "blocks.3.attn.hook_q"; layer is ignored by points that have none.
std::string pointName(Point point, std::int32_t iLayer);

/// The reverse: layer 0 for points that have none; nothing for any other text.
struct PointOfModel {
    Point point = Point::Embed;
    std::int32_t iLayer = 0;
};
std::optional<PointOfModel> pointFromName(std::string_view name);
/// Whether the point belongs to a layer.
[[nodiscard]] bool hasLayer(Point point);

struct AttentionParams; // core/backend/backend.h
struct RopeTable;

class ForwardObserver {
public:
    virtual ~ForwardObserver() = default;
    [[nodiscard]] virtual bool wants(Point point, std::int32_t iLayer) const = 0;
    /// Thread: engine. May read (Backend::read) and, for an intervention, write the tensor in place.
    virtual void give(Point point, std::int32_t iLayer, Tensor tensor) = 0;
    /// How a layer attends, told before its points Q to Z. rope: the rotation in use, null where positions enter
    /// elsewhere. Both last until the call returns; params.logSumExp is empty.
    virtual void giveAttention(std::int32_t iLayer, const AttentionParams& params, const RopeTable* rope) {
        (void)iLayer, (void)params, (void)rope;
    }
    /// Whether every row is looked at to the end. False: in the last layer, after attention, rows whose logits nobody
    /// wants are dropped as they are without an observer; points after Z of that layer then have the wanted rows only.
    [[nodiscard]] virtual bool wantsAllRows() const { return true; }
};

} // namespace vitral
