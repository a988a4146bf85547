// SPDX-License-Identifier: Apache-2.0
// vitral-cli lens: what the model would say after every layer (core/trace/logit_lens.h).

#include "app/cli/commands.h"
#include "app/cli/explain_support.h"
#include "app/cli/language.h"
#include "core/trace/logit_lens.h"

#include <cmath>
#include <fmt/format.h>
#include <numeric>

namespace vitral::cli {

namespace {

struct LensOptions {
    ExplainArguments explain;
    std::int32_t nTop = 1;
    std::int64_t nLast = 8;
    std::string token;
    bool next = false;
};

std::string rowName(const LensRow& row) {
    return row.point == Point::Embed ? "embed" : fmt::format("{}", row.iLayer);
}

/// Layer by position, the likeliest token of each cell and its probability; beside it, for the last position, entropy
/// and the rank of the target.
std::string table(const Explainer& explainer, const LogitLens& lens, const std::vector<TokenId>& tokens) {
    constexpr std::size_t kWidth = 18; // of a label of 9 characters, and 100%
    std::string text = padded("after", 6);
    for (const std::int64_t position : lens.positions)
        text += padded(fmt::format("{} {}", position, explainer.label(tokens[static_cast<std::size_t>(position)], 9)),
                       kWidth);
    text += fmt::format("{:>8} {:>6}\n", "entropy", "rank");
    for (std::size_t r = 0; r < lens.rows.size(); ++r) {
        text += padded(rowName(lens.rows[r]), 6);
        for (std::size_t p = 0; p < lens.positions.size(); ++p) {
            const TokenAlternative& best = lens.cell(r, p).top.front();
            text += padded(
                fmt::format("{} {:.0f}%", explainer.label(best.id, 9), 100.0F * std::exp(best.logProbability)), kWidth);
        }
        const TokenScore& last = lens.cell(r, lens.positions.size() - 1);
        text += fmt::format("{:8.3f} {:6}\n", last.entropy, last.rank);
    }
    return text;
}

/// For one position: the k likeliest tokens after every layer.
std::string columns(const Explainer& explainer, const LogitLens& lens) {
    const std::size_t p = lens.positions.size() - 1;
    std::string text = fmt::format("{}{:>8} {:>6} {:>9}  tokens\n", padded("after", 6), "entropy", "rank", "p(target)");
    for (std::size_t r = 0; r < lens.rows.size(); ++r) {
        const TokenScore& cell = lens.cell(r, p);
        text += fmt::format("{}{:8.3f} {:6} {:8.2f}% ", padded(rowName(lens.rows[r]), 6), cell.entropy, cell.rank,
                            100.0F * std::exp(cell.logProbability));
        for (const TokenAlternative& token : cell.top)
            text += fmt::format(" {} {:.1f}%", explainer.label(token.id, 14), 100.0F * std::exp(token.logProbability));
        text += '\n';
    }
    return text;
}

Json lensJson(const Explainer& explainer, const LogitLens& lens, const std::vector<TokenId>& tokens) {
    Json json;
    json["model"] = explainer.model()->config().name;
    json["prompt_ids"] = tokens;
    json["positions"] = lens.positions;
    json["targets"] = Json::array();
    for (const TokenId id : lens.targets)
        json["targets"].push_back(explainer.json(id));
    json["rows"] = Json::array();
    for (std::size_t r = 0; r < lens.rows.size(); ++r) {
        Json row;
        row["point"] = lens.rows[r].point == Point::Embed ? std::string("hook_embed")
                                                          : pointName(lens.rows[r].point, lens.rows[r].iLayer);
        row["cells"] = Json::array();
        for (std::size_t p = 0; p < lens.positions.size(); ++p)
            row["cells"].push_back(tokenJson(lens.cell(r, p), explainer.tokenizer()));
        json["rows"].push_back(std::move(row));
    }
    return json;
}

Result<void> lens(const LensOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(Explainer explainer, Explainer::open(options.explain, common));
    VITRAL_TRY_ASSIGN(const ExplainedRun run, explainer.run(options.explain.prompt));
    LensRequest request;
    request.nTop = options.nTop;
    if (options.next)
        request.target = LensTarget::NextToken;
    if (!options.token.empty()) {
        VITRAL_TRY_ASSIGN(request.chosen, explainer.token(options.token));
        request.target = LensTarget::Chosen;
    }
    const auto nToken = static_cast<std::int64_t>(run.tokens.size());
    if (!options.explain.json || options.nLast > 0) {
        const std::int64_t n = options.nLast > 0 ? std::min(options.nLast, nToken) : nToken;
        request.positions.resize(static_cast<std::size_t>(n));
        std::iota(request.positions.begin(), request.positions.end(), nToken - n);
    }
    VITRAL_TRY_ASSIGN(const LogitLens result,
                      explainer.explain<LogitLens>("lens", [&](const Model& model, const ExplainContext& context) {
                          return logitLens(model, context, run, request);
                      }));
    if (options.explain.json)
        return writeAnswer(dumpJson(lensJson(explainer, result, run.tokens)));
    say(tr("Each row: what the model would say if it stopped after that layer (its own final norm and output head on "
           "the residual stream); entropy in nats; rank 0 = first choice of the target at the last position.",
           "Cada linha: o que o modelo diria se parasse depois daquela camada (sua própria norma final e saída sobre o "
           "fluxo residual); entropia em nats; posto 0 = o alvo é a primeira escolha na última posição."));
    say(fmt::format("{}: {}", tr("Target at the last position", "Alvo na última posição"),
                    explainer.label(result.targets.back())));
    return writeAnswer(options.nTop > 1 ? columns(explainer, result) : table(explainer, result, run.tokens));
}

} // namespace

void addLensCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("lens", "Logit lens: what the model would say after every layer");
    auto options = std::make_shared<LensOptions>();
    addExplainArguments(*command, options->explain);
    command->add_option("--top", options->nTop, "Tokens of a cell; above 1: the last position only, one line a layer")
        ->check(CLI::Range(1, 1000))
        ->type_name("K");
    command->add_option("--last", options->nLast, "How many of the last positions; 0: all")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 24U))
        ->type_name("N");
    CLI::Option* token = command->add_option("--token", options->token, "Rank and probability of this token (or #id)");
    token->type_name("TEXT");
    command->add_flag("--next", options->next, "Of the token that follows in the text, not of the model's answer")
        ->excludes(token);
    command->callback([&common, options] { common.action = [&common, options] { return lens(*options, common); }; });
}

} // namespace vitral::cli
