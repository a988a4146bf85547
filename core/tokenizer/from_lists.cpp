// SPDX-License-Identifier: Apache-2.0
// Tokenizers from plain lists: tiktoken's ranks (a line a token: base64 of its bytes, a blank, its rank) and BERT's
// vocab.txt (a line a piece; its id is the number of the line). Neither file says how text is cut: a ranks file goes by
// the name of its encoding, a vocab.txt by BERT's rules.
#include "core/base/log.h"
#include "core/io/byte_reader.h"
#include "core/tokenizer/base64.h"
#include "core/tokenizer/byte_alphabet.h"
#include "core/tokenizer/json_parts.h"
#include "core/tokenizer/list_files.h"
#include "core/tokenizer/pipeline.h"
#include "core/tokenizer/rank_bpe.h"
#include "core/tokenizer/special_tokens.h"
#include "core/tokenizer/tokenizer.h"
#include "core/tokenizer/train/trained_tokenizer.h"
#include "core/tokenizer/train/wordpiece_trainer.h"
#include "core/tokenizer/utf8.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <unordered_set>

namespace vitral {

namespace {

struct Encoding {
    std::string_view name; ///< the beginning of the file's name
    SplitterKind splitter;
    std::size_t nRanks; ///< of the published file
    std::vector<std::pair<std::string_view, TokenId>> special;
};

/// After tiktoken_ext/openai_public.py. The first whose name fits is meant.
const std::vector<Encoding>& encodings() {
    static const std::vector<Encoding> all = {
        {"o200k_harmony",
         SplitterKind::O200k,
         0,
         {{"<|startoftext|>", 199998},
          {"<|endoftext|>", 199999},
          {"<|return|>", 200002},
          {"<|constrain|>", 200003},
          {"<|channel|>", 200005},
          {"<|start|>", 200006},
          {"<|end|>", 200007},
          {"<|message|>", 200008},
          {"<|call|>", 200012},
          {"<|endofprompt|>", 200018}}},
        {"o200k", SplitterKind::O200k, 199998, {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}}},
        {"cl100k",
         SplitterKind::Cl100k,
         100256,
         {{"<|endoftext|>", 100257},
          {"<|fim_prefix|>", 100258},
          {"<|fim_middle|>", 100259},
          {"<|fim_suffix|>", 100260},
          {"<|endofprompt|>", 100276}}},
        {"p50k_edit",
         SplitterKind::Gpt2,
         0,
         {{"<|endoftext|>", 50256}, {"<|fim_prefix|>", 50281}, {"<|fim_middle|>", 50282}, {"<|fim_suffix|>", 50283}}},
        {"p50k", SplitterKind::Gpt2, 50280, {{"<|endoftext|>", 50256}}},
        {"r50k", SplitterKind::Gpt2, 50256, {{"<|endoftext|>", 50256}}},
        {"gpt2", SplitterKind::Gpt2, 0, {{"<|endoftext|>", 50256}}},
        {"qwen",
         SplitterKind::Qwen2,
         151643,
         {{"<|endoftext|>", 151643}, {"<|im_start|>", 151644}, {"<|im_end|>", 151645}}},
    };
    return all;
}

/// By name, else by the number of ranks, else GPT-4's rules and a warning: the ids may differ from those of training.
Encoding encodingOf(std::string_view name, std::size_t nRanks) {
    for (const Encoding& e : encodings())
        if (name.starts_with(e.name))
            return e;
    for (const Encoding& e : encodings())
        if (e.nRanks > 0 && e.nRanks == nRanks)
            return e;
    logMessage(LogLevel::Warning, "tokenizer",
               fmt::format("'{}' is no known encoding; text is cut as for cl100k_base, without special tokens", name));
    return {"", SplitterKind::Cl100k, 0, {}};
}

tl::unexpected<Error> badLine(std::size_t line, std::string_view what) {
    return fail(ErrorCode::InvalidFile, fmt::format("Line {} of the ranks is {}.", line + 1, what));
}

Result<std::vector<std::string>> readRanks(std::string_view bytes, const ReadStep& step) {
    // Ranks may have holes (p50k_base has one), but not so many that a small file asks for much memory.
    const auto lines = static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n')) + 1;
    const std::size_t limit = lines * 8 + 65536;
    std::vector<std::string> ranks;
    std::size_t line = 0;
    for (std::size_t at = 0; at < bytes.size(); ++line) {
        VITRAL_TRY(step.at(line, lines));
        const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
        std::string_view text = bytes.substr(at, end - at);
        at = end + 1;
        if (text.ends_with('\r'))
            text.remove_suffix(1);
        if (text.empty())
            continue;
        const std::size_t blank = text.find(' ');
        if (blank == std::string_view::npos || blank == 0)
            return badLine(line, "not a token and a rank");
        const auto token = decodeBase64(text.substr(0, blank));
        if (!token || token->empty())
            return badLine(line, "not base64");
        std::size_t rank = 0;
        const char* const last = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + blank + 1, last, rank);
        if (error != std::errc{} || stop != last || rank >= limit)
            return badLine(line, fmt::format("without a rank below {}", limit));
        if (rank >= ranks.size())
            ranks.resize(rank + 1);
        if (!ranks[rank].empty())
            return badLine(line, fmt::format("the second with the rank {}", rank));
        ranks[rank] = *token;
    }
    return ranks;
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> tokenizerFromTiktoken(std::string_view bytes, std::string_view name,
                                                               const ReadProgress& progress) {
    VITRAL_TRY_ASSIGN(const std::vector<std::string> ranks, readRanks(bytes, {progress, 0, 0.4}));
    const Encoding encoding = encodingOf(name, ranks.size());
    TokenizerParts parts;
    Vocabulary& vocabulary = *parts.vocabulary;
    std::string spelled;
    const ReadStep spelling(progress, 0.4, 0.7);
    for (const std::string& token : ranks) {
        VITRAL_TRY(spelling.at(vocabulary.size(), ranks.size()));
        spelled.clear();
        byte_alphabet::spell(token, spelled);
        vocabulary.add(spelled, token.empty() ? TokenType::Unused : TokenType::Normal);
    }
    std::vector<AddedToken> added;
    for (const auto& [content, id] : encoding.special) {
        const bool isFree = !vocabulary.contains(id) || vocabulary.type(id) == TokenType::Unused;
        if (!isFree)
            continue; // a file of that name with other ranks
        vocabulary.set(id, content, TokenType::Control);
        AddedToken token;
        token.content = content;
        token.id = id;
        token.special = true;
        added.push_back(std::move(token));
    }
    VITRAL_TRY(vocabulary.checkLengths());
    vocabulary.buildIndex();
    VITRAL_TRY(parts.rawAdded.build(std::move(added)));
    VITRAL_TRY(parts.preTokenizer.addPattern(splitterPattern(encoding.splitter)));
    VITRAL_TRY_ASSIGN(parts.model, RankBpeModel::create(ranks));
    parts.decoder.byteAlphabet = true;
    if (const TokenId end = vocabulary.find("<|endoftext|>"); end >= 0)
        parts.special.eos = end;
    completeSpecial(vocabulary, parts.special);
    return std::make_shared<const PipelineTokenizer>(std::move(parts));
}

Result<std::shared_ptr<const Tokenizer>> tokenizerFromVocabTxt(std::string_view text, std::string_view config,
                                                               const ReadProgress& progress) {
    if (!isValidUtf8(text))
        return fail(ErrorCode::InvalidFile, "The vocabulary is not UTF-8 text.");
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    train::TrainedTokenizer list;
    list.kind = train::TrainedTokenizer::Kind::WordPiece;
    list.continuingPrefix = "##";
    list.unknownToken = "[UNK]";
    std::unordered_set<std::string> seen;
    bool upper = false;
    const ReadStep lines(progress, 0, 0.3);
    for (std::size_t at = 0; at < text.size();) {
        if (list.pieces.size() % 4096 == 0)
            VITRAL_TRY(lines.tell(static_cast<double>(at) / static_cast<double>(text.size())));
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string piece(text.substr(at, end - at));
        at = end + 1;
        if (piece.ends_with('\r'))
            piece.pop_back();
        if (piece.empty()) // nothing can be spelled so; the ids of the lines below stay
            piece = fmt::format("[unused line {}]", list.pieces.size());
        if (!seen.insert(piece).second)
            return fail(ErrorCode::InvalidFile, fmt::format("Line {} of the vocabulary repeats the piece {}.",
                                                            list.pieces.size() + 1, quotedName(piece)));
        upper = upper || (piece[0] != '[' &&
                          std::any_of(piece.begin(), piece.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
        list.pieces.push_back(std::move(piece));
    }
    if (!seen.contains("[UNK]"))
        return fail(ErrorCode::InvalidFile, "The vocabulary has no piece [UNK], so unknown words would vanish.");
    for (const std::string& token : train::bertSpecialTokens())
        if (seen.contains(token))
            list.specialTokens.push_back(token);
    // Whether letters are made small: what the config says, else whether the vocabulary has capitals at all.
    const json_parts::Json settings = json_parts::Json::parse(config, nullptr, false);
    const bool lowercase = json_parts::boolean(settings, "do_lower_case", !upper);
    list.style = train::bertStyle(lowercase);
    const auto idOf = [&](std::string_view piece) {
        return std::find(list.pieces.begin(), list.pieces.end(), piece) - list.pieces.begin();
    };
    if (seen.contains("[CLS]") && seen.contains("[SEP]"))
        list.style.postProcessor = fmt::format(R"({{"type":"BertProcessing","sep":["[SEP]",{}],"cls":["[CLS]",{}]}})",
                                               idOf("[SEP]"), idOf("[CLS]"));
    return tokenizerFromJson(list.toJson(), config,
                             progress ? [&](double share) { return progress(0.3 + 0.7 * share); } : ReadProgress());
}

} // namespace vitral
