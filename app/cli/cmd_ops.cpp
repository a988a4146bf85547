// SPDX-License-Identifier: Apache-2.0
// vitral-cli ops: the operations of one pass, with shapes, bytes and measured time (core/trace/operations.h).

#include "app/cli/commands.h"
#include "app/cli/explain_support.h"
#include "app/cli/language.h"
#include "core/base/amounts.h"
#include "core/trace/operations.h"

#include <fmt/format.h>

namespace vitral::cli {

namespace {

/// From so many tokens on what comes before the pass takes long enough to say so.
constexpr std::int64_t kSaidFrom = 4096;

struct OpsOptions {
    ExplainArguments explain;
    OperationsRequest request;
};

std::string shapes(const std::vector<OperandInfo>& operands) {
    std::string text;
    for (const OperandInfo& operand : operands)
        text += (text.empty() ? "" : " ") + operand.shape.toString();
    return text;
}

std::string weights(const std::vector<OperandInfo>& operands) {
    std::string text;
    for (const OperandInfo& operand : operands)
        text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", operand.name, dtypeInfo(operand.dtype).name,
                            operand.shape.toString());
    return text;
}

std::string table(const OperationList& list) {
    std::string text = fmt::format("{}{}{:>9}{:>11}{:>10}{:>9}  shapes; weights\n", padded("scope", 17),
                                   padded("operation", 17), "us", "bytes", "MFLOP", "GB/s");
    for (const Operation& op : list.operations) {
        const auto bytes = op.bytesRead + op.bytesWritten;
        text += fmt::format("{}{}{:9.1f}{:11}{:10.3f}{:9.1f}  {} -> {}", padded(op.scope, 17), padded(op.name, 17),
                            static_cast<double>(op.timeNs) * 1e-3, bytes, static_cast<double>(op.flops) * 1e-6,
                            op.timeNs > 0 ? static_cast<double>(bytes) / static_cast<double>(op.timeNs) : 0.0,
                            shapes(op.inputs), shapes(op.outputs));
        if (!op.weights.empty())
            text += "; " + weights(op.weights);
        if (!op.detail.empty())
            text += " (" + op.detail + ")";
        text += '\n';
    }
    text += fmt::format("{}{:9.1f}{:11}{:10.3f}\n", padded("all operations", 34),
                        static_cast<double>(list.totalNs()) * 1e-3, list.totalBytes(),
                        static_cast<double>(list.totalFlops()) * 1e-6);
    return text + fmt::format("{}{:9.1f}\n", padded("whole pass", 34), static_cast<double>(list.wallNs) * 1e-3);
}

Json operandsJson(const std::vector<OperandInfo>& operands) {
    Json list = Json::array();
    for (const OperandInfo& operand : operands) {
        Json json;
        if (!operand.name.empty())
            json["name"] = operand.name;
        json["dtype"] = dtypeInfo(operand.dtype).name;
        json["shape"] = Json::array();
        for (int axis = 0; axis < operand.shape.rank; ++axis)
            json["shape"].push_back(operand.shape[axis]);
        json["bytes"] = operand.bytes;
        list.push_back(std::move(json));
    }
    return list;
}

Json listJson(const Explainer& explainer, const OperationList& list) {
    Json json;
    json["model"] = explainer.model()->config().name;
    json["backend"] = list.backend;
    json["tokens"] = list.nRow;
    json["past"] = list.nPast;
    json["wall_ns"] = list.wallNs;
    json["operations"] = Json::array();
    for (const Operation& op : list.operations) {
        Json item;
        item["name"] = op.name;
        item["scope"] = op.scope;
        if (!op.detail.empty())
            item["detail"] = op.detail;
        item["inputs"] = operandsJson(op.inputs);
        item["weights"] = operandsJson(op.weights);
        item["outputs"] = operandsJson(op.outputs);
        item["bytes_read"] = op.bytesRead;
        item["bytes_written"] = op.bytesWritten;
        item["flops"] = op.flops;
        item["time_ns"] = op.timeNs;
        json["operations"].push_back(std::move(item));
    }
    return json;
}

Result<void> ops(const OpsOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(Explainer explainer, Explainer::open(options.explain, common));
    OperationsRequest request = options.request;
    request.kvType = common.kvType();
    if (request.nPast >= kSaidFrom)
        say(fmt::format(fmt::runtime(tr("ops: computing the {} before the pass first",
                                        "ops: primeiro calculando os {} tokens antes da passagem")),
                        speaksPortuguese() ? std::to_string(request.nPast) : counted(request.nPast, "token")));
    VITRAL_TRY_ASSIGN(const OperationList list,
                      explainer.explain<OperationList>("ops", [&](const Model& model, const ExplainContext& context) {
                          return recordOperations(model, context, request);
                      }));
    if (options.explain.json)
        return writeAnswer(dumpJson(listJson(explainer, list)));
    say(fmt::format(
        "{} {}",
        tr("One pass, noted operation by operation; times are the shortest of the passes, bytes what an "
           "operation must move at least.",
           "Uma passagem, anotada operação por operação; os tempos são os menores das passagens, os bytes o "
           "mínimo que uma operação move."),
        list.backend));
    return writeAnswer(table(list));
}

} // namespace

void addOpsCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("ops", "The operations of one pass, with shapes, bytes and time");
    auto options = std::make_shared<OpsOptions>();
    addModelArgument(*command, options->explain.model);
    command->add_flag("--json", options->explain.json, "One JSON object instead of a table");
    command->add_option("--tokens", options->request.nRow, "Tokens of the pass: 1 is a step of decoding")
        ->check(CLI::Range(1, 512))
        ->type_name("N");
    command->add_option("--past", options->request.nPast, "Tokens in the context before it")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 20U))
        ->type_name("N");
    command->add_option("--repeat", options->request.nRepeat, "Passes; the shortest time of each operation counts")
        ->check(CLI::Range(1, 1000))
        ->type_name("N");
    command->callback([&common, options] { common.action = [&common, options] { return ops(*options, common); }; });
}

} // namespace vitral::cli
