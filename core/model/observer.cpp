// SPDX-License-Identifier: Apache-2.0
#include "core/model/observer.h"

#include "core/base/assert.h"

#include <array>
#include <charconv>
#include <string_view>
#include <system_error>

namespace vitral {
namespace {

struct PointEntry {
    Point point;
    bool perLayer;
    std::string_view name; ///< after "blocks.i." where perLayer
};

// TransformerLens' spelling where it has the point (hook_rot_q, hook_z, hook_resid_mid, ...); hook_lse and
// moe.hook_gate are ours. The order is the enum's, checked below and pinned by tests/core/model.
constexpr std::array<PointEntry, kPointCount> kPoints{{
    {Point::Embed, false, "hook_embed"},
    {Point::PosEmbed, false, "hook_pos_embed"},
    {Point::ResidPre, true, "hook_resid_pre"},
    {Point::AttnNorm, true, "ln1.hook_normalized"},
    {Point::Q, true, "attn.hook_q"},
    {Point::K, true, "attn.hook_k"},
    {Point::V, true, "attn.hook_v"},
    {Point::RotQ, true, "attn.hook_rot_q"},
    {Point::RotK, true, "attn.hook_rot_k"},
    {Point::AttnLse, true, "attn.hook_lse"},
    {Point::Z, true, "attn.hook_z"},
    {Point::AttnOut, true, "hook_attn_out"},
    {Point::ResidMid, true, "hook_resid_mid"},
    {Point::MlpNorm, true, "ln2.hook_normalized"},
    {Point::MlpPre, true, "mlp.hook_pre"},
    {Point::MlpPreLinear, true, "mlp.hook_pre_linear"},
    {Point::MlpPost, true, "mlp.hook_post"},
    {Point::MoeGate, true, "moe.hook_gate"},
    {Point::MlpOut, true, "hook_mlp_out"},
    {Point::ResidPost, true, "hook_resid_post"},
    {Point::FinalNorm, false, "ln_final.hook_normalized"},
    {Point::Logits, false, "hook_logits"},
}};

constexpr bool inEnumOrder() {
    for (int i = 0; i < kPointCount; ++i)
        if (static_cast<int>(kPoints[static_cast<std::size_t>(i)].point) != i)
            return false;
    return true;
}
static_assert(inEnumOrder(), "kPoints must list the points in the order of the enum");

} // namespace

std::string pointName(Point point, std::int32_t iLayer) {
    const auto index = static_cast<std::size_t>(point);
    VITRAL_ASSERT(index < kPoints.size(), "unknown point");
    const PointEntry& entry = kPoints[index];
    if (!entry.perLayer)
        return std::string(entry.name);
    return "blocks." + std::to_string(iLayer) + "." + std::string(entry.name);
}

std::optional<PointOfModel> pointFromName(std::string_view name) {
    constexpr std::string_view kBlocks = "blocks.";
    std::int32_t iLayer = 0;
    const bool perLayer = name.starts_with(kBlocks);
    if (perLayer) {
        name.remove_prefix(kBlocks.size());
        const char* end = name.data() + name.size();
        const auto [rest, error] = std::from_chars(name.data(), end, iLayer);
        if (error != std::errc() || rest == end || *rest != '.' || iLayer < 0 || rest == name.data())
            return std::nullopt;
        if (name.front() == '0' && rest - name.data() > 1) // "03" is not how we write it
            return std::nullopt;
        name.remove_prefix(static_cast<std::size_t>(rest - name.data()) + 1);
    }
    for (const PointEntry& entry : kPoints)
        if (entry.perLayer == perLayer && entry.name == name)
            return PointOfModel{entry.point, iLayer};
    return std::nullopt;
}

bool hasLayer(Point point) {
    return kPoints[static_cast<std::size_t>(point)].perLayer;
}

} // namespace vitral
