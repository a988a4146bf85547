// SPDX-License-Identifier: Apache-2.0
#include "app/cli/token_json.h"

#include "core/tokenizer/utf8.h"

#include <cmath>
#include <fmt/format.h>

namespace vitral::cli {

namespace {

/// A float as the shortest decimal, kept as a double that prints the same.
Json number(float value) {
    if (!std::isfinite(value))
        return nullptr;
    return Json(std::stod(fmt::format("{}", value)));
}

} // namespace

void putBytes(Json& object, std::string_view bytes) {
    if (isValidUtf8(bytes)) {
        object["text"] = std::string(bytes);
        return;
    }
    // nlohmann's own validation decides what is UTF-8: dump with replacement and compare.
    const std::string replaced =
        Json::parse(Json(std::string(bytes)).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
    object["text"] = replaced;
    if (replaced == bytes)
        return;
    Json list = Json::array();
    for (const char c : bytes)
        list.push_back(static_cast<unsigned char>(c));
    object["bytes"] = std::move(list);
}

Json tokenJson(const TokenScore& score, const Tokenizer& tokenizer) {
    Json json;
    json["id"] = score.id;
    putBytes(json, tokenizer.decodeToken(score.id, true));
    json["logprob"] = number(score.logProbability);
    json["rank"] = score.rank;
    json["entropy"] = number(score.entropy);
    json["top"] = Json::array();
    for (const TokenAlternative& alternative : score.top) {
        Json item;
        item["id"] = alternative.id;
        putBytes(item, tokenizer.decodeToken(alternative.id, true));
        item["logprob"] = number(alternative.logProbability);
        json["top"].push_back(std::move(item));
    }
    return json;
}

std::string dumpJson(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string floatText(float value) {
    return std::isfinite(value) ? fmt::format("{}", value) : "null";
}

} // namespace vitral::cli
