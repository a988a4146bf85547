// SPDX-License-Identifier: Apache-2.0
#include "core/diffusion/json_config.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vitral::diffusion {

namespace {
using Json = nlohmann::json;
constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxList = 16;
} // namespace

Result<JsonConfig> JsonConfig::parse(std::string_view text, std::string what) {
    bool tooDeep = false;
    const auto watch = [&tooDeep](int depth, Json::parse_event_t, Json&) {
        tooDeep = tooDeep || depth > kMaxDepth;
        return !tooDeep; // what is dropped costs no memory
    };
    JsonConfig config;
    auto root = std::make_shared<Json>(Json::parse(text, watch, false));
    if (tooDeep)
        return fail(ErrorCode::InvalidFile, fmt::format("{} is nested deeper than {} levels.", what, kMaxDepth));
    if (!root->is_object())
        return fail(ErrorCode::InvalidFile, fmt::format("{} is not a JSON object.", what));
    config.root_ = std::move(root);
    config.at_ = config.root_.get();
    config.what_ = std::move(what);
    return config;
}

const Json* JsonConfig::find(std::string_view key) const {
    const auto at = at_->find(std::string(key));
    return at == at_->end() || at->is_null() ? nullptr : &*at;
}

bool JsonConfig::has(std::string_view key) const {
    return find(key) != nullptr;
}
bool JsonConfig::isNull(std::string_view key) const {
    const auto at = at_->find(std::string(key));
    return at != at_->end() && at->is_null();
}
bool JsonConfig::isArray(std::string_view key) const {
    const Json* value = find(key);
    return value != nullptr && value->is_array();
}
bool JsonConfig::isObject(std::string_view key) const {
    const Json* value = find(key);
    return value != nullptr && value->is_object();
}

namespace {

tl::unexpected<Error> missing(const std::string& what, std::string_view key) {
    return fail(ErrorCode::InvalidFile, fmt::format("{} lacks the key {}.", what, key));
}

Result<std::int64_t> integerOf(const Json& value, const std::string& what, std::string_view key, std::int64_t least,
                               std::int64_t most) {
    bool fits = false;
    std::int64_t number = 0;
    if (value.is_number_unsigned()) {
        const auto n = value.get<std::uint64_t>();
        fits = n <= static_cast<std::uint64_t>(INT64_MAX);
        number = fits ? static_cast<std::int64_t>(n) : 0;
    } else if (value.is_number_integer()) {
        fits = true;
        number = value.get<std::int64_t>();
    }
    if (!fits || number < least || number > most)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The key {} of {} is not a whole number from {} to {}.", key, what, least, most));
    return number;
}

} // namespace

Result<std::int64_t> JsonConfig::integer(std::string_view key, std::optional<std::int64_t> fallback, std::int64_t least,
                                         std::int64_t most) const {
    const Json* value = find(key);
    if (value == nullptr) {
        if (fallback)
            return *fallback;
        return missing(what_, key);
    }
    return integerOf(*value, what_, key, least, most);
}

Result<double> JsonConfig::real(std::string_view key, std::optional<double> fallback, double least, double most) const {
    const Json* value = find(key);
    if (value == nullptr) {
        if (fallback)
            return *fallback;
        return missing(what_, key);
    }
    const double number = value->is_number() ? value->get<double>() : std::nan("");
    if (!(number >= least && number <= most))
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The key {} of {} is not a number from {} to {}.", key, what_, least, most));
    return number;
}

Result<bool> JsonConfig::boolean(std::string_view key, bool fallback) const {
    const Json* value = find(key);
    if (value == nullptr)
        return fallback;
    if (!value->is_boolean())
        return fail(ErrorCode::InvalidFile, fmt::format("The key {} of {} is neither true nor false.", key, what_));
    return value->get<bool>();
}

Result<std::string> JsonConfig::text(std::string_view key, std::string_view fallback) const {
    const Json* value = find(key);
    if (value == nullptr)
        return std::string(fallback);
    if (!value->is_string())
        return fail(ErrorCode::InvalidFile, fmt::format("The key {} of {} is not a text.", key, what_));
    return value->get<std::string>();
}

Result<std::vector<std::int64_t>> JsonConfig::integers(std::string_view key, std::size_t n,
                                                       std::optional<std::int64_t> fallback, std::int64_t least,
                                                       std::int64_t most) const {
    const Json* value = find(key);
    if (value == nullptr) {
        if (fallback)
            return std::vector<std::int64_t>(n, *fallback);
        return missing(what_, key);
    }
    if (value->is_array()) {
        if (value->empty() || value->size() > kMaxList || (n > 0 && value->size() != n))
            return fail(
                ErrorCode::InvalidFile,
                n > 0 ? fmt::format("The key {} of {} has {} numbers where {} belong.", key, what_, value->size(), n)
                      : fmt::format("The key {} of {} is not a list of 1 to {} numbers.", key, what_, kMaxList));
        std::vector<std::int64_t> list;
        for (const Json& entry : *value) {
            VITRAL_TRY_ASSIGN(const std::int64_t number, integerOf(entry, what_, key, least, most));
            list.push_back(number);
        }
        return list;
    }
    VITRAL_TRY_ASSIGN(const std::int64_t number, integerOf(*value, what_, key, least, most));
    return std::vector<std::int64_t>(std::max<std::size_t>(n, 1), number);
}

Result<std::vector<std::string>> JsonConfig::texts(std::string_view key, std::size_t limit) const {
    const Json* value = find(key);
    std::vector<std::string> list;
    if (value == nullptr)
        return list;
    if (!value->is_array() || value->size() > limit)
        return fail(ErrorCode::InvalidFile,
                    fmt::format("The key {} of {} is not a list of at most {} texts.", key, what_, limit));
    for (const Json& entry : *value) {
        if (!entry.is_string())
            return fail(ErrorCode::InvalidFile, fmt::format("The key {} of {} holds more than texts.", key, what_));
        list.push_back(entry.get<std::string>());
    }
    return list;
}

Result<std::vector<float>> JsonConfig::rows(std::string_view key, std::size_t n, std::size_t limit) const {
    const Json* value = find(key);
    std::vector<float> list;
    if (value == nullptr)
        return list;
    const auto bad = [&] {
        return fail(
            ErrorCode::InvalidFile,
            fmt::format("The key {} of {} is not a list of at most {} rows of {} numbers.", key, what_, limit, n));
    };
    if (!value->is_array() || value->size() > limit)
        return bad();
    for (const Json& row : *value) {
        if (!row.is_array() || row.size() != n)
            return bad();
        for (const Json& entry : row) {
            if (!entry.is_number())
                return bad();
            list.push_back(static_cast<float>(entry.get<double>()));
        }
    }
    return list;
}

Result<JsonConfig> JsonConfig::object(std::string_view key) const {
    const Json* value = find(key);
    if (value == nullptr)
        return missing(what_, key);
    if (!value->is_object())
        return fail(ErrorCode::InvalidFile, fmt::format("The key {} of {} is not an object.", key, what_));
    JsonConfig config;
    config.root_ = root_;
    config.at_ = value;
    config.what_ = fmt::format("{} ({})", what_, key);
    return config;
}

std::vector<std::string> JsonConfig::keys() const {
    std::vector<std::string> names;
    for (const auto& [key, value] : at_->items())
        if (value.is_object() || (value.is_array() && value.size() == 2))
            names.push_back(key);
    return names;
}

std::string JsonConfig::dump(std::string_view key) const {
    const Json* value = find(key);
    return value == nullptr ? std::string() : value->dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace vitral::diffusion
