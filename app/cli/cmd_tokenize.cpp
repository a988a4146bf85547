// SPDX-License-Identifier: Apache-2.0
// vitral-cli tokenize: text from standard input, taken byte for byte, to token ids.
// vitral-cli detokenize: ids from standard input to bytes on standard output.

#include "app/cli/commands.h"
#include "app/cli/common.h"
#include "app/cli/explain.h"
#include "core/tokenizer/tokenizer.h"

#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <memory>

namespace vitral::cli {

namespace {

struct TokenizeOptions {
    std::string model;
    bool ids = false;
    bool noBos = false;
    bool parseSpecial = false;
    bool explain = false;
    bool json = false;
    ExplainOptions more;
};

Result<void> tokenize(const TokenizeOptions& options) {
    VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(options.model));
    VITRAL_TRY_ASSIGN(const auto tokenizer, loadTokenizer(path));
    VITRAL_TRY_ASSIGN(const std::string text, readInput());
    EncodeOptions encode;
    encode.addSpecial = options.noBos ? AddSpecial::No : AddSpecial::Yes;
    encode.parseSpecial = options.parseSpecial ? ParseSpecial::Yes : ParseSpecial::No;
    if (options.explain) {
        const auto write = [](std::string_view part) { return writeAnswer(part); };
        return options.json ? explainJson(*tokenizer, text, encode, options.more, write)
                            : explainText(*tokenizer, text, encode, options.more, write);
    }
    VITRAL_TRY_ASSIGN(const std::vector<TokenId> ids, tokenizer->encode(text, encode));
    fmt::memory_buffer out;
    if (options.ids) {
        for (std::size_t i = 0; i < ids.size(); ++i)
            fmt::format_to(std::back_inserter(out), "{}{}", i == 0 ? "" : " ", ids[i]);
        out.push_back('\n');
    } else {
        for (const TokenId id : ids)
            fmt::format_to(std::back_inserter(out), "{}\t{}\n", id, tokenText(tokenizer->decodeToken(id, true)));
    }
    return writeAnswer({out.data(), out.size()});
}

/// Ids separated by blanks, line breaks or commas.
Result<std::vector<TokenId>> parseIds(std::string_view text, std::int32_t nVocab) {
    std::vector<TokenId> ids;
    const char* at = text.data();
    const char* const end = at + text.size();
    const auto separates = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ','; };
    for (;;) {
        while (at != end && separates(*at))
            ++at;
        if (at == end)
            return ids;
        const char* const begin = at;
        while (at != end && !separates(*at))
            ++at;
        TokenId id = 0;
        const auto [stop, error] = std::from_chars(begin, at, id);
        if (error != std::errc{} || stop != at)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("\"{}\" is not a token id.",
                                    tokenText(std::string_view(
                                        begin, std::min<std::size_t>(static_cast<std::size_t>(at - begin), 40)))));
        if (id < 0 || id >= nVocab)
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("Token id {} does not exist; this vocabulary has {} tokens.", id, nVocab));
        ids.push_back(id);
    }
}

Result<void> detokenize(const std::string& model, bool showSpecial) {
    VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(model));
    VITRAL_TRY_ASSIGN(const auto tokenizer, loadTokenizer(path));
    VITRAL_TRY_ASSIGN(const std::string text, readInput());
    VITRAL_TRY_ASSIGN(const std::vector<TokenId> ids, parseIds(text, tokenizer->nVocab()));
    return writeAnswer(tokenizer->decode(ids, showSpecial));
}

} // namespace

void addTokenizeCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("tokenize", "Text from standard input to token ids");
    auto options = std::make_shared<TokenizeOptions>();
    addModelArgument(*command, options->model)
        ->description("GGUF file (a vocabulary alone will do) or tokenizer.json; - or nothing: the bundled model");
    command->add_flag("--ids", options->ids, "Only the ids, on one line separated by blanks");
    command->add_flag("--no-bos", options->noBos, "Without the tokens the model puts around every text");
    command->add_flag("--parse-special", options->parseSpecial, "Read <|im_end|> and the like as control tokens");
    CLI::Option* explain = command->add_flag("--explain", options->explain,
                                             "Every step: normalised text, pre-tokens, "
                                             "merges, searches, lattices");
    command->add_flag("--json", options->json, "The explanation as JSON")->needs(explain);
    command->add_option("--nbest", options->more.nBest, "Unigram: list the N most probable ways to cut the text")
        ->needs(explain)
        ->check(CLI::Range(0, 1000));
    command->add_option("--sample", options->more.samples, "Unigram: draw N ways at random")
        ->needs(explain)
        ->check(CLI::Range(0, 10000));
    command->add_option("--alpha", options->more.alpha, "How sharp the draw is: 0 all ways alike, 1 the model's own")
        ->needs(explain)
        ->check(CLI::Range(0.0, 100.0))
        ->capture_default_str();
    command->add_option("--seed", options->more.seed, "Of the draw")->needs(explain)->capture_default_str();
    command->callback([&common, options] { common.action = [options] { return tokenize(*options); }; });
}

void addDetokenizeCommand(CLI::App& app, CommonOptions& common) {
    CLI::App* command = app.add_subcommand("detokenize", "Token ids from standard input to text");
    auto model = std::make_shared<std::string>();
    auto showSpecial = std::make_shared<bool>(false);
    addModelArgument(*command, *model)
        ->description("GGUF file (a vocabulary alone will do) or tokenizer.json; - or nothing: the bundled model");
    command->add_flag("--show-special", *showSpecial, "Spell control tokens out");
    command->callback([&common, model, showSpecial] {
        common.action = [model, showSpecial] { return detokenize(*model, *showSpecial); };
    });
}

} // namespace vitral::cli
