// SPDX-License-Identifier: Apache-2.0
// vitral-cli steer-vector: the difference of two texts in the residual stream, as a NumPy file
// (core/trace/steering.h).

#include "app/cli/commands.h"
#include "app/cli/explain_support.h"
#include "app/cli/language.h"
#include "core/trace/steering.h"

#include <fmt/format.h>

namespace vitral::cli {

namespace {

struct SteerOptions {
    ExplainArguments explain;
    std::string plus, minus, file;
    std::int32_t iLayer = 0;
    bool withFirst = false;
};

Result<void> steer(const SteerOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(Explainer explainer, Explainer::open(options.explain, common));
    SteeringRequest request;
    VITRAL_TRY_ASSIGN(request.plus, explainer.encode(options.plus));
    VITRAL_TRY_ASSIGN(request.minus, explainer.encode(options.minus));
    request.iLayer = options.iLayer;
    request.skipFirst = !options.withFirst;
    VITRAL_TRY_ASSIGN(
        const SteeringVector vector,
        explainer.explain<SteeringVector>("steer-vector", [&](const Model& model, const ExplainContext& context) {
            return steeringVector(model, context, request);
        }));
    VITRAL_TRY(saveSteeringVector(vector, options.file));
    if (options.explain.json) {
        Json json;
        json["model"] = explainer.model()->config().name;
        json["file"] = options.file;
        json["point"] = pointName(vector.point, vector.iLayer);
        json["length"] = vector.vector->size();
        json["norm"] = jsonNumber(vector.norm);
        json["stream_norm"] = jsonNumber(vector.streamNorm);
        return writeAnswer(dumpJson(json));
    }
    say(tr("The vector is the mean of the residual stream over the one text minus that over the other; added to a run "
           "it pushes it towards the first.",
           "O vetor é a média do fluxo residual no primeiro texto menos a do segundo; somado a uma execução, a empurra "
           "para o primeiro."));
    return writeAnswer(fmt::format("{}: {} numbers, length {:.3f}; the stream there is {:.3f} long on average\n",
                                   pointName(vector.point, vector.iLayer), vector.vector->size(), vector.norm,
                                   vector.streamNorm));
}

} // namespace

void addSteerVectorCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("steer-vector", "A steering vector out of two texts");
    auto options = std::make_shared<SteerOptions>();
    addExplainArguments(*command, options->explain, false);
    command->add_option("--plus", options->plus, "The text to steer towards")->required()->type_name("TEXT");
    command->add_option("--minus", options->minus, "The text to steer away from")->required()->type_name("TEXT");
    command->add_option("--layer", options->iLayer, "After which layer (hook_resid_post)")->required()->type_name("L");
    command->add_flag("--with-first", options->withFirst, "Count the first token of each text in, too");
    command->add_option("-o,--output", options->file, "NumPy file, f32 [E]")->required()->type_name("FILE");
    command->callback([&common, options] { common.action = [&common, options] { return steer(*options, common); }; });
}

} // namespace vitral::cli
