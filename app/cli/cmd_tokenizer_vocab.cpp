// SPDX-License-Identifier: Apache-2.0
// vitral-cli tokenizer info|vocab: what a vocabulary holds, and its entries by any of their properties.

#include "app/cli/explain.h"
#include "app/cli/language.h"
#include "app/cli/token_json.h"
#include "app/cli/tokenizer_commands.h"
#include "core/tokenizer/vocabulary_index.h"
#include "core/trace/embedding_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <optional>

namespace vitral::cli {

namespace {

struct InfoOptions {
    std::string file, find, regex;
    bool json = false, unreachable = false;
    std::size_t limit = 40;
};

std::string_view kindName(TokenizerKind kind) {
    constexpr std::string_view names[] = {"byte-level BPE", "BPE over characters", "Unigram", "WordPiece"};
    return names[static_cast<std::size_t>(kind)];
}
constexpr std::array<std::string_view, 6> kTypeNames{"normal", "unknown", "control", "user defined", "unused", "byte"};
std::string_view typeName(TokenType type) {
    return kTypeNames[static_cast<std::size_t>(type)];
}
std::string_view whyName(Unreachable why) {
    constexpr std::string_view names[] = {"no", "not judged", "normalised", "cut", "merged", "repeated"};
    return names[static_cast<std::size_t>(why)];
}

Json entryJson(const VocabularyIndex& index, TokenId id) {
    const VocabularyIndex::Entry& e = index.entry(id);
    Json item;
    item["id"] = id;
    putBytes(item, index.text(id));
    item["piece"] = std::string(index.piece(id));
    item["length"] = e.textBytes;
    item["script"] = VocabularyIndex::scripts()[e.script];
    item["type"] = typeName(e.type);
    if (e.rank >= 0)
        item["rank"] = e.rank;
    if (e.score != 0)
        item["score"] = e.score;
    item["unreachable"] = whyName(e.unreachable);
    return item;
}

Json infoJson(const VocabularyIndex& index, const std::vector<TokenId>& found, std::size_t limit, bool listed) {
    Json json;
    json["kind"] = kindName(index.tokenizer()->kind());
    json["vocabulary"] = index.size();
    json["scripts"] = Json::object();
    const std::vector<std::size_t> counts = index.countByScript();
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0)
            json["scripts"][std::string(VocabularyIndex::scripts()[i])] = counts[i];
    std::size_t unreachable = 0;
    for (std::size_t i = 0; i < index.size(); ++i)
        unreachable += index.entry(static_cast<TokenId>(i)).unreachable > Unreachable::NotJudged ? 1 : 0;
    json["unreachable"] = unreachable;
    json["unreachable_rule"] = VocabularyIndex::unreachableRule();
    if (!listed)
        return json;
    json["found"] = found.size();
    json["entries"] = Json::array();
    for (std::size_t i = 0; i < std::min(limit, found.size()); ++i) {
        json["entries"].push_back(entryJson(index, found[i]));
    }
    return json;
}

std::string infoText(const Json& json) {
    fmt::memory_buffer buffer;
    const auto out = std::back_inserter(buffer);
    fmt::format_to(out, "{}, {} pieces, {} unreachable\n", json["kind"].get<std::string>(),
                   json["vocabulary"].get<std::size_t>(), json["unreachable"].get<std::size_t>());
    std::vector<std::pair<std::size_t, std::string>> scripts;
    for (const auto& [name, count] : json["scripts"].items())
        scripts.emplace_back(count.get<std::size_t>(), name);
    std::stable_sort(scripts.begin(), scripts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (const auto& [count, name] : scripts)
        fmt::format_to(out, "  {:22} {:>8}\n", name, count);
    if (!json.contains("entries"))
        return {buffer.data(), buffer.size()};
    fmt::format_to(out, "{} found\n", json["found"].get<std::size_t>());
    for (const Json& entry : json["entries"])
        fmt::format_to(out, "  {:>8}  {:24} {:14} {}{}\n", entry["id"].get<TokenId>(),
                       tokenText(entry["piece"].get<std::string>()), entry["script"].get<std::string>(),
                       entry["type"].get<std::string>(),
                       entry["unreachable"] == "no" || entry["unreachable"] == "not judged"
                           ? std::string()
                           : ", unreachable: " + entry["unreachable"].get<std::string>());
    return {buffer.data(), buffer.size()};
}

Result<void> info(const InfoOptions& options) {
    VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(options.file));
    VITRAL_TRY_ASSIGN(const auto tokenizer, loadTokenizer(path));
    VITRAL_TRY_ASSIGN(const VocabularyIndex index, VocabularyIndex::build(tokenizer));
    VocabularyIndex::Query query;
    query.text = options.find;
    query.regex = options.regex;
    query.onlyUnreachable = options.unreachable;
    const bool listed = !options.find.empty() || !options.regex.empty() || options.unreachable;
    std::vector<TokenId> found;
    if (listed) {
        VITRAL_TRY_ASSIGN(found, index.search(query));
    }
    const Json json = infoJson(index, found, options.limit, listed);
    return writeAnswer(options.json ? dumpJson(json) : infoText(json));
}

struct VocabOptions {
    std::string file, find, regex, ids, bytes, script, type, order = "id";
    bool unreachable = false, undertrained = false, descending = false, json = false;
    std::size_t limit = 40;
};

/// "5", "5:", ":9" or "5:9", both ends included.
Result<void> readRange(const std::string& text, std::optional<std::uint32_t>& first,
                       std::optional<std::uint32_t>& last) {
    const std::size_t colon = text.find(':');
    const auto number = [&](std::string_view part, std::optional<std::uint32_t>& to) {
        if (part.empty())
            return true;
        std::uint32_t value = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (error != std::errc{} || end != part.data() + part.size() || value > 0x7fffffffU)
            return false;
        to = value;
        return true;
    };
    const std::string_view all(text);
    const bool good = colon == std::string::npos
                          ? number(all, first)
                          : number(all.substr(0, colon), first) && number(all.substr(colon + 1), last);
    if (!good || text == ":")
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("\"{}\" is no range; write 5, 5:9, 5: or :9.", tokenText(text)));
    if (colon == std::string::npos)
        last = first;
    return {};
}

Result<VocabularyIndex::Query> queryOf(const VocabOptions& options) {
    VocabularyIndex::Query query;
    query.text = options.find;
    query.regex = options.regex;
    query.onlyUnreachable = options.unreachable;
    query.descending = options.descending;
    std::optional<std::uint32_t> first, last;
    if (!options.ids.empty()) {
        VITRAL_TRY(readRange(options.ids, first, last));
        if (first)
            query.firstId = static_cast<TokenId>(*first);
        if (last)
            query.lastId = static_cast<TokenId>(*last);
    }
    if (!options.bytes.empty())
        VITRAL_TRY(readRange(options.bytes, query.minBytes, query.maxBytes));
    if (!options.script.empty()) {
        const auto scripts = VocabularyIndex::scripts();
        const auto at = std::find(scripts.begin(), scripts.end(), options.script);
        if (at == scripts.end())
            return fail(ErrorCode::InvalidArgument,
                        fmt::format("There is no script called \"{}\"; `vitral-cli tokenizer info` lists those of a "
                                    "vocabulary.",
                                    tokenText(options.script)));
        query.script = static_cast<std::uint8_t>(at - scripts.begin());
    }
    for (std::size_t i = 0; i < kTypeNames.size(); ++i)
        if (options.type == kTypeNames[i])
            query.type = static_cast<TokenType>(i);
    if (options.order == "length")
        query.order = VocabularyIndex::Order::Length;
    else if (options.order == "text")
        query.order = VocabularyIndex::Order::Text;
    else if (options.order == "score")
        query.order = VocabularyIndex::Order::Score;
    return query;
}

Result<void> vocab(const VocabOptions& options, const CommonOptions& common) {
    VITRAL_TRY_ASSIGN(const VocabularyIndex::Query query, queryOf(options));
    VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(options.file));
    VITRAL_TRY_ASSIGN(const auto tokenizer, loadTokenizer(path));
    VITRAL_TRY_ASSIGN(const VocabularyIndex index, VocabularyIndex::build(tokenizer));
    VITRAL_TRY_ASSIGN(std::vector<TokenId> found, index.search(query));
    const bool byNorm = options.order == "norm";
    const bool byDistance = options.order == "distance";
    std::optional<EmbeddingRows> rows;
    ThreadPool pool(common.nThread);
    if (options.undertrained || byNorm || byDistance) {
        VITRAL_TRY_ASSIGN(auto file, GgufFile::open(path));
        VITRAL_TRY_ASSIGN(rows, EmbeddingRows::open(std::move(file), pool));
        std::erase_if(found, [&](TokenId id) { return id >= rows->nRow(); });
    }
    if (options.undertrained) {
        std::vector<bool> suspect(index.size(), false);
        for (const EmbeddingRows::Suspect& s : rows->undertrained(index.size()))
            if (static_cast<std::size_t>(s.id) < suspect.size())
                suspect[static_cast<std::size_t>(s.id)] = true;
        std::erase_if(found, [&](TokenId id) { return !suspect[static_cast<std::size_t>(id)]; });
    }
    if (byNorm || byDistance) {
        const auto values = byNorm ? rows->norms() : rows->meanDistances();
        std::stable_sort(found.begin(), found.end(), [&](TokenId a, TokenId b) {
            const float x = values[static_cast<std::size_t>(a)];
            const float y = values[static_cast<std::size_t>(b)];
            return options.descending ? x > y : x < y;
        });
    }
    Json json;
    json["vocabulary"] = index.size();
    json["found"] = found.size();
    if (options.unreachable)
        json["unreachable_rule"] = VocabularyIndex::unreachableRule();
    if (options.undertrained)
        json["undertrained_rule"] = EmbeddingRows::undertrainedRule();
    json["entries"] = Json::array();
    for (std::size_t i = 0; i < std::min(options.limit, found.size()); ++i) {
        Json item = entryJson(index, found[i]);
        if (rows) {
            item["norm"] = rows->norm(found[i]);
            item["mean_distance"] = rows->meanDistances()[static_cast<std::size_t>(found[i])];
        }
        json["entries"].push_back(std::move(item));
    }
    if (options.json)
        return writeAnswer(dumpJson(json));
    fmt::memory_buffer buffer;
    const auto out = std::back_inserter(buffer);
    for (const Json& entry : json["entries"]) {
        const std::string rank = entry.contains("rank")    ? fmt::format("{}", entry["rank"].get<std::int64_t>())
                                 : entry.contains("score") ? fmt::format("{:.4f}", entry["score"].get<double>())
                                                           : "-";
        fmt::format_to(out, "{:>8}  {:>4}  {:>10}  {:14}", entry["id"].get<TokenId>(),
                       entry["length"].get<std::uint32_t>(), rank, entry["script"].get<std::string>());
        if (rows)
            fmt::format_to(out, "  {:>9.4f}  {:>9.4f}", entry["norm"].get<double>(),
                           entry["mean_distance"].get<double>());
        fmt::format_to(out, "  {}\n", tokenText(entry["piece"].get<std::string>()));
    }
    say(trf("{} of {} entries; columns: id, bytes, merge rank or score, script,{} piece.",
            "{} de {} entradas; colunas: id, bytes, posição da fusão ou pontuação, escrita,{} peça.", found.size(),
            index.size(),
            rows ? tr(" norm, distance to the mean row,", " norma, distância à linha média,") : std::string_view()));
    for (const char* rule : {"unreachable_rule", "undertrained_rule"})
        if (json.contains(rule))
            say(json[rule].get<std::string>());
    return writeAnswer({buffer.data(), buffer.size()});
}

} // namespace

void addTokenizerInfo(CLI::App& parent, CommonOptions& common) {
    CLI::App* command = parent.add_subcommand("info", "What a vocabulary holds: scripts, unreachable tokens, searches");
    auto o = std::make_shared<InfoOptions>();
    command->add_option("FILE", o->file, "The tokenizer; - or nothing: the bundled model")->type_name("");
    command->add_option("--find", o->find, "List pieces with this text");
    command->add_option("--regex", o->regex, "List pieces that this expression finds");
    command->add_flag("--unreachable", o->unreachable, "List tokens that no text can produce");
    command->add_option("--limit", o->limit, "How many to list")->capture_default_str();
    command->add_flag("--json", o->json, "As JSON");
    command->callback([&common, o] { common.action = [o] { return info(*o); }; });
}

void addTokenizerVocab(CLI::App& parent, CommonOptions& common) {
    CLI::App* command = parent.add_subcommand("vocab", "The entries of a vocabulary: searched, filtered, sorted");
    auto o = std::make_shared<VocabOptions>();
    command->add_option("FILE", o->file, "The tokenizer; - or nothing: the bundled model")->type_name("");
    command->add_option("--find", o->find, "With this text in the token or its piece");
    command->add_option("--regex", o->regex, "That this expression finds");
    command->add_option("--ids", o->ids, "Ids from A to B, both included")->type_name("A:B");
    command->add_option("--bytes", o->bytes, "From A to B bytes long")->type_name("A:B");
    command->add_option("--script", o->script, "Mostly letters of this script (Latin, Han, Common, ...)");
    command->add_option("--type", o->type, "normal, unknown, control, \"user defined\", unused or byte")
        ->check(CLI::IsMember(std::vector<std::string>(kTypeNames.begin(), kTypeNames.end())));
    command->add_flag("--unreachable", o->unreachable, "Only tokens that no text can produce");
    command->add_flag("--undertrained", o->undertrained,
                      "Only tokens whose embedding row looks untrained (GGUF model)");
    command->add_option("--order", o->order, "id, length, text, score, norm or distance (to the mean row)")
        ->check(CLI::IsMember({"id", "length", "text", "score", "norm", "distance"}))
        ->capture_default_str();
    command->add_flag("--descending", o->descending, "Largest first");
    command->add_option("--limit", o->limit, "How many to list")->capture_default_str();
    command->add_flag("--json", o->json, "As JSON");
    command->callback([&common, o] { common.action = [o, &common] { return vocab(*o, common); }; });
}

} // namespace vitral::cli
