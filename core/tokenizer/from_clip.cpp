// SPDX-License-Identifier: Apache-2.0
// CLIP's tokenizer (Radford et al. 2021): byte-level BPE on lower-case text whose words end in "</w>". Files of the
// model bring vocab.json and merges.txt, or nothing at all; the order of the merges is the order of the ids, so the
// list of merges alone is enough. What it becomes is the tokenizer.json that transformers would write.
#include "core/tokenizer/byte_alphabet.h"
#include "core/tokenizer/json_parts.h"
#include "core/tokenizer/list_files.h"
#include "core/tokenizer/utf8.h"

#include <fmt/format.h>

namespace vitral {

namespace {

using json_parts::Json;

constexpr std::string_view kEnd = "</w>", kBegin = "<|startoftext|>", kStop = "<|endoftext|>";
constexpr std::string_view kPattern =
    R"(<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)";

/// Bytes in CLIP's order: those that print, then the others.
std::vector<unsigned char> bytesInOrder() {
    std::vector<unsigned char> order;
    const auto prints = [](int b) { return (b >= 0x21 && b <= 0x7E) || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE; };
    for (const bool wanted : {true, false})
        for (int b = 0; b < 256; ++b)
            if (prints(b) == wanted)
                order.push_back(static_cast<unsigned char>(b));
    return order;
}

Result<Json> mergesOf(std::string_view text) {
    Json merges = Json::array();
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        if (line.empty() || (merges.empty() && line.find("#version") != std::string_view::npos))
            continue;
        const std::size_t blank = line.find(' ');
        if (blank == std::string_view::npos || blank == 0 || line.find(' ', blank + 1) != std::string_view::npos)
            return fail(ErrorCode::InvalidFile,
                        fmt::format("Merge {} of merges.txt is not two pieces.", merges.size()));
        merges.push_back(Json::array({line.substr(0, blank), line.substr(blank + 1)}));
    }
    return merges;
}

Json vocabularyOf(const Json& merges) {
    Json vocabulary = Json::object();
    std::uint64_t id = 0;
    std::vector<std::string> bytes;
    for (const unsigned char b : bytesInOrder()) {
        std::string piece;
        byte_alphabet::spell(std::string(1, static_cast<char>(b)), piece);
        bytes.push_back(std::move(piece));
    }
    for (const std::string_view suffix : {std::string_view(), kEnd})
        for (const std::string& piece : bytes)
            vocabulary[piece + std::string(suffix)] = id++;
    for (const Json& merge : merges)
        vocabulary[merge[0].get<std::string>() + merge[1].get<std::string>()] = id++;
    vocabulary[std::string(kBegin)] = id++;
    vocabulary[std::string(kStop)] = id;
    return vocabulary;
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> tokenizerFromClip(std::string_view vocabulary, std::string_view merges,
                                                           std::string_view config) {
    if (!isValidUtf8(merges))
        return fail(ErrorCode::InvalidFile, "merges.txt is not UTF-8 text.");
    VITRAL_TRY_ASSIGN(Json pairs, mergesOf(merges));
    Json vocab = vocabulary.empty() ? vocabularyOf(pairs) : Json::parse(vocabulary, nullptr, false);
    if (!vocab.is_object())
        return fail(ErrorCode::InvalidFile, "vocab.json is not a table of pieces and ids.");
    Json added = Json::array();
    for (const std::string_view piece : {kBegin, kStop}) {
        const Json& id = json_parts::member(vocab, std::string(piece).c_str());
        if (!id.is_number_unsigned())
            return fail(ErrorCode::InvalidFile, fmt::format("vocab.json lacks the piece {}.", piece));
        added.push_back(Json{{"id", id}, {"content", piece}, {"special", true}, {"normalized", false}});
    }
    Json root;
    root["normalizer"] = {
        {"type", "Sequence"},
        {"normalizers", Json::array({Json{{"type", "NFC"}},
                                     Json{{"type", "Replace"}, {"pattern", Json{{"Regex", "\\s+"}}}, {"content", " "}},
                                     Json{{"type", "Lowercase"}}})}};
    root["pre_tokenizer"] = {
        {"type", "Sequence"},
        {"pretokenizers",
         Json::array(
             {Json{
                  {"type", "Split"}, {"pattern", Json{{"Regex", kPattern}}}, {"behavior", "Removed"}, {"invert", true}},
              Json{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}}})}};
    root["post_processor"] = {{"type", "RobertaProcessing"},
                              {"sep", Json::array({kStop, added[1]["id"]})},
                              {"cls", Json::array({kBegin, added[0]["id"]})},
                              {"trim_offsets", false},
                              {"add_prefix_space", false}};
    root["decoder"] = {{"type", "ByteLevel"}};
    root["added_tokens"] = std::move(added);
    root["model"] = {
        {"type", "BPE"},     {"unk_token", kStop},     {"continuing_subword_prefix", ""}, {"end_of_word_suffix", kEnd},
        {"fuse_unk", false}, {"byte_fallback", false}, {"vocab", std::move(vocab)},       {"merges", std::move(pairs)}};
    return tokenizerFromJson(root.dump(-1, ' ', false, Json::error_handler_t::replace), config);
}

} // namespace vitral
