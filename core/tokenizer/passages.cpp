// SPDX-License-Identifier: Apache-2.0
#include "core/tokenizer/passages.h"

#include "human_rights_generated.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace vitral {

namespace {

constexpr std::size_t kMostPassages = 1000;

std::string csvField(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos)
        return std::string(text);
    std::string out = "\"";
    for (const char c : text)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

tl::unexpected<Error> notPassages(std::string_view why) {
    return fail(ErrorCode::InvalidFile, fmt::format("This is no set of passages: {}.", why));
}

std::string textOf(const nlohmann::json& object, const char* key) {
    const auto at = object.find(key);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// "# name"
bool isName(std::string_view line) {
    return line.starts_with("# ") && line.size() > 2;
}

std::size_t countNames(std::string_view text) {
    std::size_t n = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        n += isName(trimmed(text.substr(at, end - at))) ? 1 : 0;
        at = end + 1;
    }
    return n;
}

} // namespace

const PassageSet& declarationPassages() {
    static const PassageSet set = [] {
        auto read = passagesFromJson({reinterpret_cast<const char*>(kHumanRights), sizeof(kHumanRights)});
        return read ? std::move(*read) : PassageSet();
    }();
    return set;
}

Result<PassageSet> passagesFromJson(std::string_view json) {
    const nlohmann::json root = nlohmann::json::parse(json, nullptr, false);
    if (!root.is_object())
        return notPassages("it is not JSON, or not an object");
    const auto list = root.find("passages");
    if (list == root.end() || !list->is_array() || list->empty() || list->size() > kMostPassages)
        return notPassages("the list \"passages\" is missing, empty or too long");
    PassageSet set;
    set.title = textOf(root, "title");
    set.source = textOf(root, "source");
    for (const nlohmann::json& item : *list) {
        if (!item.is_object())
            return notPassages("a passage is not an object");
        Passage passage{textOf(item, "code"), textOf(item, "name"), textOf(item, "own"), {}};
        const auto articles = item.find("articles");
        if (passage.name.empty() || articles == item.end() || !articles->is_array())
            return notPassages("a passage has no name or no articles");
        for (const nlohmann::json& article : *articles) {
            if (!article.is_string())
                return notPassages(fmt::format("an article of {} is not a text", passage.name));
            passage.text += (passage.text.empty() ? "" : "\n") + article.get<std::string>();
        }
        if (passage.text.empty())
            return notPassages(fmt::format("{} has no text", passage.name));
        set.passages.push_back(std::move(passage));
    }
    return set;
}

Result<PassageSet> passagesFromText(std::string name, std::string_view text) {
    PassageSet set;
    std::string before; // what stands before the first name
    bool named = false;
    const bool split = countNames(text) > 1;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view line = text.substr(at, end - at);
        if (const std::string_view words = trimmed(line); split && isName(words)) {
            if (set.passages.size() >= kMostPassages)
                return fail(ErrorCode::InvalidFile,
                            fmt::format("This text names more than {} passages.", kMostPassages));
            named = true;
            set.passages.push_back({{}, std::string(trimmed(words.substr(2))), {}, {}});
        } else {
            std::string& to = named ? set.passages.back().text : before;
            to += line;
            to += '\n';
        }
        at = end + 1;
    }
    if (!trimmed(before).empty())
        set.passages.insert(set.passages.begin(), {{}, std::move(name), {}, std::move(before)});
    for (Passage& passage : set.passages)
        passage.text = std::string(trimmed(passage.text));
    std::erase_if(set.passages, [](const Passage& p) { return p.text.empty(); });
    if (set.passages.empty())
        return fail(ErrorCode::InvalidFile, "There is no text in this file.");
    return set;
}

Result<PassageTable> PassageTable::begin(const PassageSet& set, const std::stop_token& stop) {
    PassageTable table;
    for (const Passage& passage : set.passages) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Counting was stopped.");
        VITRAL_TRY_ASSIGN(const TextCounts counts, countText(passage.text));
        table.rows.push_back({passage.code, passage.name, passage.own, counts});
    }
    VITRAL_TRY(table.setBaseline({}));
    return table;
}

Result<void> PassageTable::add(std::string name, const Tokenizer& tokenizer, const PassageSet& set,
                               const std::stop_token& stop) {
    if (set.passages.size() != rows.size())
        return fail(ErrorCode::InvalidArgument, "These are other passages than the table was made of.");
    Column column{std::move(name), tokenizer.nVocab(), {}};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "Counting was stopped.");
        VITRAL_TRY_ASSIGN(const PassageCost cost, passageCost(tokenizer, set.passages[i].text, rows[i].counts));
        column.costs.push_back(cost);
    }
    columns.push_back(std::move(column));
    return {};
}

Result<void> PassageTable::setBaseline(std::string_view wanted) {
    const auto names = wanted.empty() ? std::vector<std::string_view>{"eng", "en", "english", "English"}
                                      : std::vector<std::string_view>{wanted};
    for (const std::string_view name : names)
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (rows[i].code == name || rows[i].name == name) {
                baseline = i;
                return {};
            }
    if (!wanted.empty())
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no passage called \"{}\" to compare with.", wanted));
    baseline = 0;
    return {};
}

double PassageTable::toBaseline(std::size_t iColumn, std::size_t iRow) const {
    const Column& column = columns[iColumn];
    const auto base = static_cast<double>(column.costs[baseline].tokens);
    return base > 0 ? static_cast<double>(column.costs[iRow].tokens) / base : 0;
}

std::string PassageTable::csv() const {
    fmt::memory_buffer buffer;
    const auto out = std::back_inserter(buffer);
    fmt::format_to(out, "tokenizer,vocabulary,code,passage,bytes,code_points,characters,words,words_are_runs,tokens,"
                        "per_word,per_character,per_byte,to_baseline,baseline\n");
    for (std::size_t c = 0; c < columns.size(); ++c)
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const PassageCost& cost = columns[c].costs[i];
            const TextCounts& n = rows[i].counts;
            fmt::format_to(out, "{},{},{},{},{},{},{},{},{},{},{},{:.6g},{:.6g},{:.6g},{}\n", csvField(columns[c].name),
                           columns[c].nVocab, csvField(rows[i].code), csvField(rows[i].name), n.bytes, n.codePoints,
                           n.characters, n.words, n.wordsAreRuns ? 1 : 0, cost.tokens,
                           n.wordsAreRuns || n.words == 0 ? std::string() : fmt::format("{:.6g}", cost.perWord()),
                           cost.perCharacter(), cost.perByte(), toBaseline(c, i), csvField(rows[baseline].name));
        }
    return {buffer.data(), buffer.size()};
}

} // namespace vitral
