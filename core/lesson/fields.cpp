// SPDX-License-Identifier: Apache-2.0
#include "core/lesson/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace vitral {

std::optional<double> lessonNumber(std::string_view text) {
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), ',', '.');
    if (plain.rfind("\xE2\x88\x92", 0) == 0) // the minus sign books print
        plain.replace(0, 3, "-");
    if (!plain.empty() && plain.front() == '+')
        plain.erase(0, 1);
    double value = 0;
    const auto [end, status] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
    if (plain.empty() || status != std::errc() || end != plain.data() + plain.size() || !std::isfinite(value))
        return std::nullopt;
    return value;
}

LessonFields::LessonFields(const YamlValue& map, std::string file, std::string where, LessonProblems& problems)
    : map_(map), file_(std::move(file)), where_(std::move(where)), problems_(problems) {
    if (map.kind != YamlValue::Kind::Map)
        problem(map.line, "Here " + where_ + " should be written as lines of \"key: value\".");
}

void LessonFields::problem(int line, std::string sentence, bool warning) const {
    constexpr std::size_t kMaxProblems = 2000;
    if (problems_.size() < kMaxProblems)
        problems_.push_back({file_, line, std::move(sentence), warning});
}

void LessonFields::allow(std::initializer_list<std::string_view> keys) const {
    for (std::size_t i = 0; i < map_.keys.size(); ++i)
        if (std::find(keys.begin(), keys.end(), map_.keys[i]) == keys.end()) {
            std::string known;
            for (const std::string_view key : keys)
                known += (known.empty() ? "" : ", ") + std::string(key);
            problem(map_.keyLines[i],
                    "\"" + map_.keys[i].substr(0, 60) + "\" is not known in " + where_ + "; known are: " + known + ".");
        }
}

std::string LessonFields::text(std::string_view key, bool required, std::size_t limit) const {
    const YamlValue* value = find(key);
    if (value == nullptr || value->kind == YamlValue::Kind::Null ||
        (required && value->text.empty() && value->kind == YamlValue::Kind::Text)) {
        if (required && map_.kind == YamlValue::Kind::Map)
            problem(map_.line, "\"" + std::string(key) + "\" is missing in " + where_ + "; add a line \"" +
                                   std::string(key) + ": ...\".");
        return {};
    }
    if (value->kind != YamlValue::Kind::Text) {
        problem(value->line, "\"" + std::string(key) + "\" in " + where_ +
                                 " should be one text; put it between quotes if it begins with [ or {.");
        return {};
    }
    if (value->text.size() > limit) {
        problem(value->line,
                "\"" + std::string(key) + "\" is longer than " + std::to_string(limit) + " bytes; shorten it.");
        return {};
    }
    return value->text;
}

std::optional<double> LessonFields::number(std::string_view key, double least, double most) const {
    const YamlValue* value = find(key);
    if (value == nullptr || value->kind == YamlValue::Kind::Null)
        return std::nullopt;
    const auto number = value->kind == YamlValue::Kind::Text ? lessonNumber(value->text) : std::nullopt;
    if (!number || *number < least || *number > most) {
        const auto plain = [](double x) {
            std::string s = std::to_string(x);
            s.erase(s.find_last_not_of('0') + 1);
            return s.back() == '.' ? s.substr(0, s.size() - 1) : s;
        };
        problem(value->line, "\"" + std::string(key) + "\" in " + where_ + " should be a number from " + plain(least) +
                                 " to " + plain(most) + ".");
        return std::nullopt;
    }
    return number;
}

std::vector<const YamlValue*> LessonFields::list(std::string_view key, std::size_t limit) const {
    std::vector<const YamlValue*> out;
    const YamlValue* value = find(key);
    if (value == nullptr || value->kind == YamlValue::Kind::Null)
        return out;
    if (value->kind == YamlValue::Kind::Text) {
        out.push_back(value);
        return out;
    }
    if (value->kind == YamlValue::Kind::Map) {
        problem(value->line, "\"" + std::string(key) + "\" in " + where_ +
                                 " should be a list; begin each entry with \"- \", and put texts with a colon between "
                                 "quotes.");
        return out;
    }
    if (value->items.size() > limit)
        problem(value->line, "\"" + std::string(key) + "\" has more than " + std::to_string(limit) + " entries.");
    for (const YamlValue& item : value->items)
        if (out.size() < limit)
            out.push_back(&item);
    return out;
}

std::vector<std::string> LessonFields::texts(std::string_view key, std::size_t limit) const {
    std::vector<std::string> out;
    for (const YamlValue* item : list(key, limit)) {
        if (item->kind != YamlValue::Kind::Text || item->text.empty() || item->text.size() > 20'000)
            problem(item->line, "Every entry of \"" + std::string(key) + "\" in " + where_ +
                                    " should be one text; put texts with a colon between quotes.");
        else
            out.push_back(item->text);
    }
    return out;
}

} // namespace vitral
