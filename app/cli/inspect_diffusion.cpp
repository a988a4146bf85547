// SPDX-License-Identifier: Apache-2.0
#include "app/cli/inspect_diffusion.h"

#include "app/cli/printable.h"
#include "core/diffusion/summary.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral::cli {

namespace {

std::string megabytes(std::size_t bytes) {
    return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

} // namespace

Result<std::string> describeDiffusion(const std::filesystem::path& path, bool asJson) {
    VITRAL_TRY_ASSIGN(const diffusion::DiffusionSummary s, diffusion::summarizeDiffusion(path));
    if (asJson) {
        nlohmann::json out{{"format", "diffusion"},
                           {"container", s.container},
                           {"name", s.info.name},
                           {"architecture", s.info.architecture},
                           {"licence", s.info.licence},
                           {"prediction", diffusion::predictionName(s.schedule.prediction)},
                           {"train_steps", s.schedule.nTrain},
                           {"width", s.width},
                           {"height", s.height},
                           {"weight_bytes", s.info.weightBytes},
                           {"step_scratch_bytes", s.stepBytes},
                           {"decode_scratch_bytes", s.decodeBytes},
                           {"cross_attentions", s.crossBlocks},
                           {"skip_connections", s.skips}};
        for (const auto& part : s.parts)
            out["parts"].push_back({{"name", part.name},
                                    {"tensors", part.nTensor},
                                    {"parameters", part.nParameter},
                                    {"bytes", part.bytes},
                                    {"types", part.types},
                                    {"detail", part.detail}});
        return out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    }
    std::string text =
        fmt::format("{} ({}), {}\n", quotedText(s.info.name, 80), s.container, quotedText(s.info.architecture, 80));
    if (!s.info.licence.empty())
        text += fmt::format("licence         {}\n", quotedText(s.info.licence, 100));
    for (const auto& part : s.parts)
        text += fmt::format("{:<20} {:>8.1f} million parameters, {:>5} tensors, {:>10}, {}; {}\n", part.name,
                            static_cast<double>(part.nParameter) / 1e6, part.nTensor, megabytes(part.bytes), part.types,
                            part.detail);
    text += fmt::format("predicts {}, {} training steps; {} cross-attentions, {} skip connections\n",
                        diffusion::predictionName(s.schedule.prediction), s.schedule.nTrain, s.crossBlocks.size(),
                        s.skips.size());
    text += fmt::format("memory at {} x {}: weights {}, a step with guidance {}", s.width, s.height,
                        megabytes(s.info.weightBytes), megabytes(s.stepBytes));
    if (s.decodeBytes > 0)
        text += fmt::format(", decoding {}", megabytes(s.decodeBytes));
    return text + "\n";
}

} // namespace vitral::cli
