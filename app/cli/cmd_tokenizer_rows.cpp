// SPDX-License-Identifier: Apache-2.0
// vitral-cli tokenizer rows: the embedding rows of tokens, their neighbours, sums of rows, rows that look untrained.

#include "app/cli/explain.h"
#include "app/cli/interrupt.h"
#include "app/cli/printable.h"
#include "app/cli/token_json.h"
#include "app/cli/tokenizer_commands.h"
#include "core/trace/embedding_rows.h"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>
#include <memory>
#include <stop_token>

namespace vitral::cli {

namespace {

struct RowsOptions {
    std::string file;
    std::vector<std::string> tokens, plus, minus;
    std::size_t near = 10, limit = 40;
    bool asTheyAre = false, undertrained = false, vector = false, json = false;
};

struct Opened {
    std::shared_ptr<const Tokenizer> tokenizer;
    EmbeddingRows rows;

    [[nodiscard]] std::string label(TokenId id) const {
        // A padded vocabulary has more rows than tokens.
        return id < tokenizer->nVocab() ? quotedText(tokenizer->decodeToken(id, true), 40) : "no token";
    }
    [[nodiscard]] Json json(TokenId id) const {
        Json item;
        item["id"] = id;
        if (id < tokenizer->nVocab()) {
            putBytes(item, tokenizer->decodeToken(id, true));
            item["piece"] = std::string(tokenizer->piece(id));
        } else {
            item["text"] = nullptr;
        }
        return item;
    }
};

Json neighboursJson(const Opened& opened, const std::vector<EmbeddingRows::Neighbour>& neighbours) {
    Json list = Json::array();
    for (const EmbeddingRows::Neighbour& n : neighbours) {
        Json item = opened.json(n.id);
        item["cosine"] = n.cosine;
        item["input"] = n.isInput;
        list.push_back(std::move(item));
    }
    return list;
}

void writeNeighbours(const Opened& opened, const std::vector<EmbeddingRows::Neighbour>& neighbours,
                     std::back_insert_iterator<fmt::memory_buffer> out) {
    for (const EmbeddingRows::Neighbour& n : neighbours)
        fmt::format_to(out, "  {:>7.4f}  {:>8}  {}{}\n", n.cosine, n.id, opened.label(n.id),
                       n.isInput ? "  (asked about)" : "");
}

/// Rows of the tokens named, one block each.
Result<Json> tokenRows(const Opened& opened, const RowsOptions& options, const std::stop_token& stop,
                       fmt::memory_buffer& buffer) {
    const auto out = std::back_inserter(buffer);
    Json list = Json::array();
    for (const std::string& name : options.tokens) {
        VITRAL_TRY_ASSIGN(const TokenId id, tokenArgument(*opened.tokenizer, name));
        VITRAL_TRY_ASSIGN(const std::vector<float> row, opened.rows.row(id));
        const std::int64_t rank = opened.rows.rankOfNorm(id);
        Json item = opened.json(id);
        item["norm"] = opened.rows.norm(id);
        item["norm_rank"] = rank;
        item["mean_distance"] = opened.rows.meanDistances()[static_cast<std::size_t>(id)];
        fmt::format_to(out, "{}  id {}, norm {:.4f} (larger than {:.1f} % of {} rows), {:.4f} from the mean row\n",
                       opened.label(id), id, opened.rows.norm(id),
                       100.0 * static_cast<double>(rank) / static_cast<double>(opened.rows.nRow()), opened.rows.nRow(),
                       opened.rows.meanDistances()[static_cast<std::size_t>(id)]);
        const TokenId inputs[] = {id};
        if (opened.rows.norm(id) > 0 && options.near > 0) {
            VITRAL_TRY_ASSIGN(const auto near, opened.rows.nearest(row, options.near + 1, inputs, stop));
            writeNeighbours(opened, near, out);
            item["neighbours"] = neighboursJson(opened, near);
        } else if (options.near > 0) {
            fmt::format_to(out, "  A row of zeros has no direction, so nothing is near it.\n");
            item["neighbours"] = Json::array();
        }
        if (options.vector) {
            item["vector"] = row;
            for (std::size_t k = 0; k < row.size(); ++k)
                fmt::format_to(out, "{}{}", k == 0 ? "  " : " ", floatText(row[k]));
            fmt::format_to(out, "\n");
        }
        list.push_back(std::move(item));
    }
    return list;
}

Result<Json> sumOfRows(const Opened& opened, const RowsOptions& options, const std::stop_token& stop,
                       fmt::memory_buffer& buffer) {
    const auto out = std::back_inserter(buffer);
    std::vector<EmbeddingRows::Term> terms;
    Json json;
    json["unit_length"] = !options.asTheyAre;
    json["terms"] = Json::array();
    for (const auto& [names, weight] : {std::pair(&options.plus, 1.0F), std::pair(&options.minus, -1.0F)})
        for (const std::string& name : *names) {
            VITRAL_TRY_ASSIGN(const TokenId id, tokenArgument(*opened.tokenizer, name));
            terms.push_back({id, weight});
            Json item = opened.json(id);
            item["weight"] = weight;
            json["terms"].push_back(std::move(item));
            fmt::format_to(out, "{} {}",
                           terms.size() == 1 && weight > 0 ? ""
                           : weight > 0                    ? " +"
                                                           : " -",
                           opened.label(id));
        }
    const auto how = options.asTheyAre ? EmbeddingRows::Rows::AsTheyAre : EmbeddingRows::Rows::UnitLength;
    VITRAL_TRY_ASSIGN(const EmbeddingRows::Arithmetic sum, opened.rows.sum(terms, options.near, how, stop));
    fmt::format_to(out, "\n");
    writeNeighbours(opened, sum.neighbours, out);
    if (sum.answerIsInput)
        fmt::format_to(out, "The nearest row is one of the inputs: the sum stayed where it began.\n");
    json["neighbours"] = neighboursJson(opened, sum.neighbours);
    json["answer_is_input"] = sum.answerIsInput;
    json["first_other"] =
        sum.firstOther >= 0 ? opened.json(sum.neighbours[static_cast<std::size_t>(sum.firstOther)].id) : Json(nullptr);
    if (options.vector)
        json["vector"] = sum.vector;
    return json;
}

Json untrainedRows(const Opened& opened, const RowsOptions& options, fmt::memory_buffer& buffer) {
    const auto out = std::back_inserter(buffer);
    const std::vector<EmbeddingRows::Suspect> suspects =
        opened.rows.undertrained(static_cast<std::size_t>(opened.rows.nRow()));
    Json json;
    json["rule"] = EmbeddingRows::undertrainedRule();
    json["found"] = suspects.size();
    json["rows"] = Json::array();
    fmt::format_to(out, "{} of {} rows look undertrained\n", suspects.size(), opened.rows.nRow());
    for (std::size_t i = 0; i < std::min(options.limit, suspects.size()); ++i) {
        const EmbeddingRows::Suspect& s = suspects[i];
        Json item = opened.json(s.id);
        item["norm"] = s.norm;
        item["mean_distance"] = s.meanDistance;
        item["deviations"] = s.deviations;
        json["rows"].push_back(std::move(item));
        fmt::format_to(out, "  {:>8}  norm {:>9.4f}  from the mean {:>9.4f}  {:>6.1f} deviations  {}\n", s.id, s.norm,
                       s.meanDistance, s.deviations, opened.label(s.id));
    }
    return json;
}

Result<void> rows(const RowsOptions& options, const CommonOptions& common) {
    if (options.tokens.empty() && options.plus.empty() && options.minus.empty() && !options.undertrained)
        return fail(ErrorCode::InvalidArgument, "Name a token, or take --plus and --minus, or --undertrained.");
    VITRAL_TRY_ASSIGN(const std::filesystem::path path, resolveModel(options.file));
    VITRAL_TRY_ASSIGN(const auto file, GgufFile::open(path));
    std::stop_source stop;
    InterruptWatch interrupts;
    interrupts.onInterrupt([&] { stop.request_stop(); });
    interrupts.allowHere();
    ThreadPool pool(common.nThread);
    VITRAL_TRY_ASSIGN(auto tokenizer, tokenizerFromGguf(file));
    VITRAL_TRY_ASSIGN(EmbeddingRows opened, EmbeddingRows::open(file, pool, stop.get_token()));
    const Opened model{std::move(tokenizer), std::move(opened)};
    fmt::memory_buffer text;
    Json json;
    json["rows"] = model.rows.nRow();
    json["columns"] = model.rows.nCol();
    if (!options.tokens.empty()) {
        VITRAL_TRY_ASSIGN(json["tokens"], tokenRows(model, options, stop.get_token(), text));
    }
    if (!options.plus.empty() || !options.minus.empty()) {
        VITRAL_TRY_ASSIGN(json["sum"], sumOfRows(model, options, stop.get_token(), text));
    }
    if (options.undertrained) {
        json["undertrained"] = untrainedRows(model, options, text);
        if (!options.json)
            say(EmbeddingRows::undertrainedRule());
    }
    return writeAnswer(options.json ? dumpJson(json) : std::string(text.data(), text.size()));
}

} // namespace

Result<TokenId> tokenArgument(const Tokenizer& tokenizer, const std::string& text) {
    if (text.size() > 1 && text[0] == '#' && text.find_first_not_of("0123456789", 1) == std::string::npos) {
        const long long id = text.size() < 12 ? std::stoll(text.substr(1)) : -1;
        if (id >= 0 && id < tokenizer.nVocab())
            return static_cast<TokenId>(id);
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("There is no token {}; this vocabulary has {} tokens.", text, tokenizer.nVocab()));
    }
    for (TokenId id = 0; id < tokenizer.nVocab(); ++id)
        if (!text.empty() && tokenizer.decodeToken(id, true) == text)
            return id;
    if (const auto id = tokenizer.find(text); id && !text.empty())
        return *id;
    VITRAL_TRY_ASSIGN(const std::vector<TokenId> ids, tokenizer.encode(text, {AddSpecial::No, ParseSpecial::Yes}));
    std::string parts;
    for (std::size_t i = 0; i < std::min<std::size_t>(ids.size(), 20); ++i)
        parts += (parts.empty() ? "" : ", ") + quotedText(tokenizer.decodeToken(ids[i], true), 24);
    if (ids.size() > 20)
        parts += ", ...";
    return fail(ErrorCode::InvalidArgument, fmt::format("{} is not one token of this vocabulary; it is written as {}.",
                                                        quotedText(text, 40), parts.empty() ? "nothing" : parts));
}

void addTokenizerRows(CLI::App& parent, CommonOptions& common) {
    CLI::App* command =
        parent.add_subcommand("rows", "Embedding rows: norms, nearest neighbours, sums, rows that look untrained");
    auto o = std::make_shared<RowsOptions>();
    command->add_option("FILE", o->file, "A GGUF model with its weights; -: the bundled model")
        ->required()
        ->type_name("");
    command->add_option("TOKEN", o->tokens, "Tokens by their exact text, blank included, or as #id")->type_name("");
    command->add_option("--plus", o->plus, "Add this token's row to a sum (may be repeated)")->allow_extra_args(false);
    command->add_option("--minus", o->minus, "Take this token's row off the sum (may be repeated)")
        ->allow_extra_args(false);
    command->add_flag("--as-they-are", o->asTheyAre, "Add rows with their own lengths, not as directions");
    command->add_flag("--undertrained", o->undertrained, "List rows that look as if training had not touched them");
    command->add_option("--near", o->near, "How many neighbours")->check(CLI::Range(0, 10000))->capture_default_str();
    command->add_option("--limit", o->limit, "How many undertrained rows to list")->capture_default_str();
    command->add_flag("--vector", o->vector, "The numbers of each row, too");
    command->add_flag("--json", o->json, "As JSON");
    command->callback([&common, o] { common.action = [o, &common] { return rows(*o, common); }; });
}

} // namespace vitral::cli
