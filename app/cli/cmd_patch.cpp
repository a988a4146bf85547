// SPDX-License-Identifier: Apache-2.0
// vitral-cli patch: where the information lies that tells two prompts apart (core/trace/patching.h).

#include "app/cli/commands.h"
#include "app/cli/explain_support.h"
#include "app/cli/language.h"
#include "core/trace/patching.h"

#include <array>
#include <cmath>
#include <fmt/format.h>
#include <optional>

namespace vitral::cli {

namespace {

struct PatchOptions {
    ExplainArguments explain;
    std::string clean, corrupt, token, minus, point = "resid_pre";
    std::optional<std::int64_t> at;
};

constexpr std::array<std::pair<const char*, Point>, 6> kPoints{{{"resid_pre", Point::ResidPre},
                                                                {"resid_mid", Point::ResidMid},
                                                                {"resid_post", Point::ResidPost},
                                                                {"attn_out", Point::AttnOut},
                                                                {"mlp_out", Point::MlpOut},
                                                                {"z", Point::Z}}};

std::string headTable(const PatchGrid& grid) {
    std::string text = padded("layer", 8);
    for (std::int64_t h = 0; h < grid.nColumn; ++h)
        text += fmt::format("{:>7}", h);
    text += "\n";
    for (std::int64_t i = 0; i < grid.nLayer; ++i) {
        text += padded(std::to_string(i), 8);
        for (std::int64_t h = 0; h < grid.nColumn; ++h)
            text += std::isnan(grid.at(i, h)) ? padded("", 7) : fmt::format("{:7.2f}", grid.at(i, h));
        text += "\n";
    }
    return text;
}

std::string table(const Explainer& explainer, const PatchRequest& request, const PatchGrid& grid) {
    std::string text = padded("position", 36);
    for (std::int64_t i = 0; i < grid.nLayer; ++i)
        text += fmt::format("{:>7}", i);
    text += "\n";
    for (std::int64_t p = 0; p < grid.nColumn; ++p) {
        const TokenId clean = request.clean[static_cast<std::size_t>(p)];
        const TokenId corrupt = request.corrupt[static_cast<std::size_t>(p)];
        std::string name = fmt::format("{} {}", p, explainer.label(corrupt, 12));
        if (clean != corrupt)
            name += " <- " + explainer.label(clean, 12);
        text += padded(name, 36);
        for (std::int64_t i = 0; i < grid.nLayer; ++i)
            text += fmt::format("{:7.2f}", grid.at(i, p));
        text += "\n";
    }
    return text;
}

Json gridJson(const Explainer& explainer, const PatchRequest& request, const PatchGrid& grid,
              const std::string& point) {
    Json json;
    json["model"] = explainer.model()->config().name;
    json["point"] = "hook_" + point;
    json["columns"] = grid.byHead ? "heads" : "positions";
    if (grid.byHead)
        json["at"] = request.position < 0 ? Json() : Json(request.position);
    json["clean_ids"] = request.clean;
    json["corrupt_ids"] = request.corrupt;
    json["token"] = explainer.json(request.answer);
    json["minus"] = explainer.json(request.wrongAnswer);
    json["clean_difference"] = jsonNumber(grid.cleanDifference);
    json["corrupt_difference"] = jsonNumber(grid.corruptDifference);
    json["notes"] = grid.notes;
    json["recovered"] = Json::array();
    for (std::int64_t i = 0; i < grid.nLayer; ++i) {
        Json row = Json::array();
        for (std::int64_t p = 0; p < grid.nColumn; ++p)
            row.push_back(jsonNumber(static_cast<double>(grid.at(i, p))));
        json["recovered"].push_back(std::move(row));
    }
    return json;
}

Result<void> patch(const PatchOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(Explainer explainer, Explainer::open(options.explain, common));
    PatchRequest request;
    VITRAL_TRY_ASSIGN(request.clean, explainer.encode(options.clean));
    VITRAL_TRY_ASSIGN(request.corrupt, explainer.encode(options.corrupt));
    VITRAL_TRY_ASSIGN(request.answer, explainer.token(options.token));
    VITRAL_TRY_ASSIGN(request.wrongAnswer, explainer.token(options.minus));
    request.kvType = common.kvType();
    for (const auto& [name, point] : kPoints)
        if (options.point == name)
            request.point = point;
    if (options.at) {
        const auto n = static_cast<std::int64_t>(request.clean.size());
        request.position = *options.at < 0 ? n + *options.at : *options.at;
        if (request.position < 0 || request.position >= n)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("There is no position {}; the prompts have {} tokens.", *options.at, n));
    }
    VITRAL_TRY_ASSIGN(const PatchGrid grid,
                      explainer.explain<PatchGrid>("patch", [&](const Model& model, const ExplainContext& context) {
                          return patchGrid(model, context, request);
                      }));
    if (options.explain.json)
        return writeAnswer(dumpJson(gridJson(explainer, request, grid, options.point)));
    say(tr("Each number: how much of the logit difference comes back when that activation of the clean run is put into "
           "the corrupt one; 0 = none, 1 = all of it.",
           "Cada número: quanto da diferença de logits volta quando aquela ativação da execução limpa entra na "
           "corrompida; 0 = nada, 1 = toda."));
    for (const std::string& note : grid.notes)
        say("patch: " + note);
    const std::string what = !grid.byHead ? "by layer"
                             : request.position < 0
                                 ? "by layer and head, at all positions"
                                 : fmt::format("by layer and head, at position {}", request.position);
    return writeAnswer(
        fmt::format("{} minus {}: {:+.3f} in the clean run, {:+.3f} in the corrupt one; patched: hook_{}, {}\n",
                    explainer.label(request.answer), explainer.label(request.wrongAnswer), grid.cleanDifference,
                    grid.corruptDifference, options.point, what) +
        (grid.byHead ? headTable(grid) : table(explainer, request, grid)));
}

} // namespace

void addPatchCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command =
        app.add_subcommand("patch", "Activation patching between two prompts, layer by position or head");
    auto options = std::make_shared<PatchOptions>();
    addExplainArguments(*command, options->explain, false);
    command->add_option("--clean", options->clean, "The prompt with the answer")->required()->type_name("TEXT");
    command->add_option("--corrupt", options->corrupt, "The prompt without it, as long in tokens")
        ->required()
        ->type_name("TEXT");
    command->add_option("--token", options->token, "The clean prompt's answer (or #id)")->required()->type_name("TEXT");
    command->add_option("--minus", options->minus, "The corrupt prompt's answer (or #id)")
        ->required()
        ->type_name("TEXT");
    command
        ->add_option("--point", options->point,
                     "resid_pre, resid_mid, resid_post, attn_out, mlp_out, or z: single heads")
        ->check(CLI::IsMember({"resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out", "z"}))
        ->type_name("POINT");
    command->add_option("--at", options->at, "Of heads: the position whose output is patched (-1: the last); else all")
        ->type_name("N");
    command->callback([&common, options] { common.action = [&common, options] { return patch(*options, common); }; });
}

} // namespace vitral::cli
