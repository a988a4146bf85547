// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/train/trained_tokenizer.h"

#include "core/base/atomic_file.h"
#include "core/io/byte_reader.h"
#include "core/tokenizer/splitter.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral::train {

namespace {

using Json = nlohmann::ordered_json;

std::string jsonText(std::string_view text) {
    return Json(std::string(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string jsonTextOrNull(std::string_view text) {
    return text.empty() ? "null" : jsonText(text);
}

const std::string& orNull(const std::string& json) {
    static const std::string null = "null";
    return json.empty() ? null : json;
}

constexpr std::string_view kByteLevelPlain =
    R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false})";

} // namespace

Result<TokenizerStyle> byteLevelStyle(std::string_view splitter) {
    SplitterKind kind = SplitterKind::None;
    for (const auto& [name, value] : {std::pair<std::string_view, SplitterKind>{"gpt2", SplitterKind::Gpt2},
                                      {"cl100k", SplitterKind::Cl100k},
                                      {"qwen2", SplitterKind::Qwen2},
                                      {"o200k", SplitterKind::O200k},
                                      {"tekken", SplitterKind::Tekken}})
        if (name == splitter)
            kind = value;
    TokenizerStyle style;
    style.decoder = R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})";
    style.postProcessor = R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true})";
    if (kind == SplitterKind::None)
        return fail(
            ErrorCode::InvalidArgument,
            fmt::format("There is no way of cutting called {}; there are gpt2, cl100k, qwen2, o200k and tekken.",
                        quotedName(splitter)));
    if (kind == SplitterKind::Gpt2)
        style.preTokenizer = R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true})";
    else
        style.preTokenizer =
            fmt::format(R"({{"type":"Sequence","pretokenizers":[{{"type":"Split","pattern":{{"Regex":{}}},)"
                        R"("behavior":"Isolated","invert":false}},{}]}})",
                        jsonText(splitterPattern(kind)), kByteLevelPlain);
    return style;
}

TokenizerStyle bertStyle(bool lowercase) {
    TokenizerStyle style;
    style.normalizer = fmt::format(
        R"({{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":{}}})",
        lowercase);
    style.preTokenizer = R"({"type":"BertPreTokenizer"})";
    style.decoder = R"({"type":"WordPiece","prefix":"##","cleanup":true})";
    return style;
}

TokenizerStyle sentencePieceStyle() {
    TokenizerStyle style;
    style.normalizer = R"({"type":"Sequence","normalizers":[{"type":"Nmt"},{"type":"NFKC"},)"
                       R"({"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]})";
    style.preTokenizer = R"({"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true})";
    style.decoder = style.preTokenizer;
    return style;
}

std::string TrainedTokenizer::toJson() const {
    std::string out = R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[)";
    std::string_view comma;
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        if (std::find(specialTokens.begin(), specialTokens.end(), pieces[id]) == specialTokens.end())
            continue;
        out += fmt::format(R"({}{{"id":{},"content":{},"single_word":false,"lstrip":false,"rstrip":false,)"
                           R"("normalized":false,"special":true}})",
                           comma, id, jsonText(pieces[id]));
        comma = ",";
    }
    out += fmt::format(R"(],"normalizer":{},"pre_tokenizer":{},"post_processor":{},"decoder":{},"model":{{)",
                       orNull(style.normalizer), orNull(style.preTokenizer), orNull(style.postProcessor),
                       orNull(style.decoder));
    comma = {};
    if (kind == Kind::Unigram) {
        out += fmt::format(R"("type":"Unigram","unk_id":{},"vocab":[)",
                           unknownId < 0 ? "null" : std::to_string(unknownId));
        for (std::size_t id = 0; id < pieces.size(); ++id) {
            out += fmt::format("{}[{},{}]", comma, jsonText(pieces[id]), Json(scores[id]).dump());
            comma = ",";
        }
        out += R"(],"byte_fallback":false}})";
        out += '\n';
        return out;
    }
    if (kind == Kind::WordPiece)
        out += fmt::format(R"("type":"WordPiece","unk_token":{},"continuing_subword_prefix":{},)"
                           R"("max_input_chars_per_word":100,"vocab":{{)",
                           jsonText(unknownToken), jsonText(continuingPrefix));
    else
        out += fmt::format(R"("type":"BPE","dropout":null,"unk_token":{},"continuing_subword_prefix":{},)"
                           R"("end_of_word_suffix":{},"fuse_unk":false,"byte_fallback":false,"ignore_merges":false,)"
                           R"("vocab":{{)",
                           jsonTextOrNull(unknownToken), jsonTextOrNull(continuingPrefix),
                           jsonTextOrNull(endOfWordSuffix));
    for (std::size_t id = 0; id < pieces.size(); ++id) {
        out += fmt::format("{}{}:{}", comma, jsonText(pieces[id]), id);
        comma = ",";
    }
    out += '}';
    if (kind == Kind::Bpe) {
        out += R"(,"merges":[)";
        comma = {};
        for (const auto& [left, right] : merges) {
            out += fmt::format("{}[{},{}]", comma, jsonText(pieces[static_cast<std::size_t>(left)]),
                               jsonText(pieces[static_cast<std::size_t>(right)]));
            comma = ",";
        }
        out += ']';
    }
    out += "}}\n";
    return out;
}

Result<void> TrainedTokenizer::save(const std::filesystem::path& path) const {
    VITRAL_TRY_ASSIGN(AtomicFile file, AtomicFile::create(path));
    VITRAL_TRY(file.write(std::string_view(toJson())));
    return file.finish();
}

Result<std::shared_ptr<const Tokenizer>> TrainedTokenizer::tokenizer() const {
    return tokenizerFromJson(toJson());
}

TrainedTokenizer trainedBpe(const BpeTraining& training, TokenizerStyle style, std::size_t steps) {
    TrainedTokenizer out;
    out.pieces.assign(training.pieces().begin(),
                      training.pieces().begin() + static_cast<std::ptrdiff_t>(training.piecesAfter(steps)));
    for (const BpeStep& step : training.merges(steps))
        out.merges.emplace_back(step.left, step.right);
    out.specialTokens = training.options().specialTokens;
    out.continuingPrefix = training.options().continuingPrefix;
    out.endOfWordSuffix = training.options().endOfWordSuffix;
    out.style = std::move(style);
    return out;
}

TrainedTokenizer trainedWordPiece(const BpeTraining& training, TokenizerStyle style, std::string unknownToken,
                                  std::size_t steps) {
    TrainedTokenizer out = trainedBpe(training, std::move(style), steps);
    out.kind = TrainedTokenizer::Kind::WordPiece;
    out.merges.clear();
    out.unknownToken = std::move(unknownToken);
    return out;
}

TrainedTokenizer trainedUnigram(const UnigramTraining& training, TokenizerStyle style) {
    TrainedTokenizer out;
    out.kind = TrainedTokenizer::Kind::Unigram;
    for (UnigramPiece& piece : training.vocabulary()) {
        out.pieces.push_back(std::move(piece.text));
        out.scores.push_back(piece.score);
    }
    out.specialTokens = training.options().specialTokens;
    if (training.options().unknownToken)
        out.specialTokens.push_back(*training.options().unknownToken);
    if (const auto id = training.unknownId())
        out.unknownId = static_cast<std::ptrdiff_t>(*id);
    out.style = std::move(style);
    return out;
}

} // namespace vitral::train
