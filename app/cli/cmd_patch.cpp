// SPDX-License-Identifier: Apache-2.0
// vitral-cli patch: where the information lies that tells two prompts apart (core/trace/patching.h).

#include "app/cli/commands.h"
#include "app/cli/explain_support.h"
#include "app/cli/language.h"
#include "core/trace/patching.h"

#include <array>
#include <fmt/format.h>

namespace vitral::cli {

namespace {

struct PatchOptions {
    ExplainArguments explain;
    std::string clean, corrupt, token, minus, point = "resid_pre";
};

constexpr std::array<std::pair<const char*, Point>, 5> kPoints{{{"resid_pre", Point::ResidPre},
                                                                {"resid_mid", Point::ResidMid},
                                                                {"resid_post", Point::ResidPost},
                                                                {"attn_out", Point::AttnOut},
                                                                {"mlp_out", Point::MlpOut}}};

std::string table(const Explainer& explainer, const PatchRequest& request, const PatchGrid& grid) {
    std::string text = padded("position", 36);
    for (std::int64_t i = 0; i < grid.nLayer; ++i)
        text += fmt::format("{:>7}", i);
    text += "\n";
    for (std::int64_t p = 0; p < grid.nPosition; ++p) {
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
        for (std::int64_t p = 0; p < grid.nPosition; ++p)
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
    return writeAnswer(
        fmt::format("{} minus {}: {:+.3f} in the clean run, {:+.3f} in the corrupt one; patched: hook_{}, "
                    "by layer\n",
                    explainer.label(request.answer), explainer.label(request.wrongAnswer), grid.cleanDifference,
                    grid.corruptDifference, options.point) +
        table(explainer, request, grid));
}

} // namespace

void addPatchCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("patch", "Activation patching between two prompts, layer by position");
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
    command->add_option("--point", options->point, "resid_pre, resid_mid, resid_post, attn_out or mlp_out")
        ->check(CLI::IsMember({"resid_pre", "resid_mid", "resid_post", "attn_out", "mlp_out"}))
        ->type_name("POINT");
    command->callback([&common, options] { common.action = [&common, options] { return patch(*options, common); }; });
}

} // namespace vitral::cli
