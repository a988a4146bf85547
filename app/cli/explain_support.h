// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the commands that explain a run share: a model and a text from the arguments, tokens by their text, and an
// explanation computed on the engine thread. Thread: main.

#include "app/cli/session.h"
#include "app/cli/token_json.h"
#include "core/runtime/explain_task.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vitral::cli {

struct ExplainArguments {
    std::string model, prompt;
    bool chat = false; ///< the text is a question, put into the model's chat template
    bool noBos = false, parseSpecial = false, json = false;
    std::vector<std::string> interventions; ///< --intervene
};

/// MODEL, PROMPT and --intervene (unless `withPrompt` is false) and the flags above.
void addExplainArguments(CLI::App& command, ExplainArguments& arguments, bool withPrompt = true);

/// A loaded model and the means to run explanations on it.
class Explainer {
public:
    static Result<Explainer> open(const ExplainArguments& arguments, const CommonOptions& common);

    [[nodiscard]] const std::shared_ptr<const Model>& model() const { return model_; }
    [[nodiscard]] const Tokenizer& tokenizer() const { return *model_->tokenizer(); }
    [[nodiscard]] Session& session() { return *session_; }
    /// Ids of a text as the model receives it. Errors: ContextFull, those of the tokenizer and the chat template.
    Result<std::vector<TokenId>> encode(const std::string& text) const;
    /// The text with the interventions of the arguments. Errors: also those of readInterventions.
    Result<ExplainedRun> run(const std::string& text) const;
    /// One token, by its exact text (" Paris", with its blank) or as #id. Errors: InvalidArgument, naming the tokens
    /// the text is made of.
    Result<TokenId> token(const std::string& text) const;
    /// Quoted and fit for a terminal.
    [[nodiscard]] std::string label(TokenId id, std::size_t limit = 24) const;
    [[nodiscard]] Json json(TokenId id) const;

    /// compute(model, context) -> Result<T> on the engine thread, with progress on a terminal.
    template <class T, class Compute>
    Result<T> explain(const std::string& what, const Compute& compute) {
        std::optional<T> result;
        VITRAL_TRY(runTask([&](TaskContext& context) -> Result<void> {
            VITRAL_TRY_ASSIGN(T value, compute(*model_, explainContext(context, *model_, what)));
            result = std::move(value);
            return {};
        }));
        return std::move(*result);
    }

private:
    Result<void> runTask(Task task);

    ExplainArguments arguments_;
    std::int64_t nCtx_ = 0;
    DType kvType_ = DType::F16;
    std::unique_ptr<Session> session_;
    std::shared_ptr<const Model> model_;
};

/// Padded on the right to `width` characters (code points).
[[nodiscard]] std::string padded(std::string text, std::size_t width);
/// A bar of at most `width` characters for value / most, to the right of nothing or, negative, in its place.
[[nodiscard]] std::string bar(double value, double most, std::size_t width);
/// A finite number, or null.
[[nodiscard]] Json jsonNumber(double value);

} // namespace vitral::cli
