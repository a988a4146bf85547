// SPDX-License-Identifier: Apache-2.0
// vitral-cli perplexity: how well a model foresees a text. The text is cut into windows of N tokens that do not
// overlap; each begins with an empty context (and with the model's own first token, where it has one, inside the N).
// Every token of a window but its first is scored. Perplexity = exp(mean of -ln p). Other programs score other parts of
// a window (llama.cpp the second half only), so compare numbers of one program at one N. Bits per byte of text do not
// depend on the vocabulary and can be compared between models.

#include "app/cli/commands.h"
#include "app/cli/language.h"
#include "app/cli/session.h"
#include "app/cli/token_json.h"
#include "core/base/mapped_file.h"
#include "core/runtime/evaluate.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>
#include <optional>

namespace vitral::cli {

namespace {

constexpr std::int64_t kDefaultWindow = 512;
constexpr std::size_t kMaxTextBytes = std::size_t{1} << 30U;

struct PerplexityOptions {
    std::string model, file; ///< with one argument alone, `model` is the file and the model the bundled one
    bool json = false;
    std::int64_t maxWindows = 0; ///< 0: all
};

struct Sums {
    double nll = 0.0, nllSquared = 0.0; ///< nats
    std::int64_t nScored = 0, nBytes = 0, nWindow = 0;

    [[nodiscard]] double mean() const { return nll / static_cast<double>(std::max<std::int64_t>(nScored, 1)); }
    [[nodiscard]] double perplexity() const { return std::exp(mean()); }
    /// One standard error of the perplexity, as if tokens were independent.
    [[nodiscard]] double error() const {
        if (nScored < 2)
            return 0.0;
        const auto n = static_cast<double>(nScored);
        const double variance = std::max(0.0, nllSquared / n - mean() * mean()) * n / (n - 1.0);
        return perplexity() * std::sqrt(variance / n);
    }
    [[nodiscard]] double bitsPerByte() const {
        return nBytes > 0 ? nll / std::numbers::ln2 / static_cast<double>(nBytes) : 0.0;
    }
};

Result<void> scoreWindow(const Model& model, TaskContext& context, DType kvType, std::span<const TokenId> window,
                         Sums& sums) {
    const Tokenizer& tokenizer = *model.tokenizer();
    return evaluateTokens(model, context, kvType, window, Positions::All,
                          [&](std::int64_t iPos, std::span<const float> logits) -> Result<void> {
                              const auto next = static_cast<std::size_t>(iPos + 1);
                              if (next >= window.size())
                                  return {};
                              const double nll =
                                  -static_cast<double>(scoreToken(logits, window[next], 0).logProbability);
                              sums.nll += nll;
                              sums.nllSquared += nll * nll;
                              ++sums.nScored;
                              sums.nBytes += static_cast<std::int64_t>(tokenizer.decodeToken(window[next]).size());
                              return {};
                          });
}

Result<Sums> score(Session& session, const std::shared_ptr<const Model>& model, const std::vector<TokenId>& ids,
                   std::optional<TokenId> bos, std::int64_t nWindowTokens, std::int64_t maxWindows, DType kvType) {
    Sums sums;
    const std::int64_t nText = nWindowTokens - (bos ? 1 : 0);
    const auto nToken = static_cast<std::int64_t>(ids.size());
    std::int64_t nWindows = (nToken + nText - 1) / nText;
    if (maxWindows > 0)
        nWindows = std::min(nWindows, maxWindows);
    const Task task = [&](TaskContext& context) -> Result<void> {
        std::vector<TokenId> window;
        for (std::int64_t w = 0; w < nWindows; ++w) {
            window.clear();
            if (bos)
                window.push_back(*bos);
            const auto begin = ids.begin() + w * nText;
            window.insert(window.end(), begin, begin + std::min(nText, nToken - w * nText));
            if (window.size() < 2)
                break;
            VITRAL_TRY(scoreWindow(*model, context, kvType, window, sums));
            ++sums.nWindow;
            if (errorIsTerminal())
                sayRaw(fmt::format("\r{}/{}: {:.4f}", w + 1, nWindows, sums.perplexity()));
        }
        return {};
    };
    VITRAL_TRY(session.run(task));
    if (errorIsTerminal())
        sayRaw("\r\x1b[K");
    return sums;
}

Result<void> perplexity(const PerplexityOptions& options, const CommonOptions& common) {
    const bool bundled = options.file.empty();
    VITRAL_TRY_ASSIGN(const std::string text,
                      readTextFile(bundled ? options.model : options.file, kMaxTextBytes, Streams::Allowed));
    VITRAL_TRY_ASSIGN(const auto session, Session::open(common));
    VITRAL_TRY_ASSIGN(const auto model, session->load(bundled ? std::string() : options.model));
    if (!model->tokenizer())
        return fail(ErrorCode::Unsupported, "This model has no tokenizer, so text cannot be given to it.");
    const Tokenizer& tokenizer = *model->tokenizer();
    VITRAL_TRY_ASSIGN(const std::vector<TokenId> ids,
                      tokenizer.encode(text, EncodeOptions{AddSpecial::No, ParseSpecial::No}));
    std::optional<TokenId> bos;
    if (tokenizer.special().addBos)
        bos = tokenizer.special().bos;
    const std::int64_t trained = model->config().nCtxTrain > 0 ? model->config().nCtxTrain : kDefaultWindow;
    const std::int64_t nWindow = common.nCtx > 0 ? common.nCtx : std::min(kDefaultWindow, trained);
    if (nWindow < 2)
        return fail(ErrorCode::InvalidArgument, "A window needs at least two tokens: one to see and one to foresee.");
    VITRAL_TRY_ASSIGN(const Sums sums, score(*session, model, ids, bos, nWindow, options.maxWindows, common.kvType()));
    if (sums.nScored == 0)
        return fail(ErrorCode::InvalidArgument, "The text is too short: there is no token to foresee.");
    if (options.json) {
        Json json;
        json["model"] = model->config().name;
        json["perplexity"] = sums.perplexity();
        json["standard_error"] = sums.error();
        json["nats_per_token"] = sums.mean();
        json["bits_per_byte"] = sums.bitsPerByte();
        json["scored_tokens"] = sums.nScored;
        json["windows"] = sums.nWindow;
        json["window_tokens"] = nWindow;
        return writeAnswer(dumpJson(json));
    }
    say(fmt::format(fmt::runtime(tr("{} tokens in {} windows of {}; {:.4f} bits per byte; standard error {:.4f}",
                                    "{} tokens em {} janelas de {}; {:.4f} bits por byte; erro padrão {:.4f}")),
                    sums.nScored, sums.nWindow, nWindow, sums.bitsPerByte(), sums.error()));
    return writeAnswer(fmt::format("{:.4f}\n", sums.perplexity()));
}

} // namespace

void addPerplexityCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("perplexity", "How well a model foresees a text (-c: tokens of a window)");
    auto options = std::make_shared<PerplexityOptions>();
    command->add_option("MODEL", options->model, "GGUF file; - or left out: the bundled model")
        ->required()
        ->type_name("");
    command->add_option("FILE", options->file, "Text file")->type_name("");
    command->add_flag("--json", options->json, "All figures as one JSON object");
    command->add_option("--windows", options->maxWindows, "Only the first N windows; 0: all")
        ->check(CLI::NonNegativeNumber)
        ->type_name("N");
    command->callback(
        [&common, options] { common.action = [&common, options] { return perplexity(*options, common); }; });
}

} // namespace vitral::cli
