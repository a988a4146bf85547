// SPDX-License-Identifier: Apache-2.0
// JSON schema to GBNF: each sub-schema becomes an expression; $ref targets become rules, so that recursive schemas
// become recursive rules.

#include "core/sample/grammar/json_schema.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace vitral {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxGrammar = std::size_t{1} << 20U; ///< bytes of GBNF

// The building blocks; a rule is written out only when it is used. White space is one blank, or a new line and
// its indentation, so that a model cannot write blanks for ever.
const std::vector<std::pair<std::string, std::string>>& blocks() {
    static const std::vector<std::pair<std::string, std::string>> list = {
        {"ws", R"((" " | "\n" [ \t]{0,12})?)"},
        {"char", R"([^"\\\x00-\x1f\x7f] | "\\" (["\\/bfnrt] | "u" [0-9a-fA-F]{4}))"},
        {"string", R"("\"" char* "\"")"},
        {"integer", R"("-"? ("0" | [1-9] [0-9]{0,17}))"},
        {"number", R"("-"? ("0" | [1-9] [0-9]{0,17}) ("." [0-9]{1,17})? ([eE] [-+]? [0-9]{1,3})?)"},
        {"boolean", R"("true" | "false")"},
        {"null", R"("null")"},
        {"value", "string | number | boolean | null | array | object"},
        {"array", R"("[" ws (value (ws "," ws value)*)? ws "]")"},
        {"object", R"("{" ws (string ws ":" ws value (ws "," ws string ws ":" ws value)*)? ws "}")"},
        {"date", R"([0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01]))"},
        {"time",
         R"(([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] ":" [0-5] [0-9] ("." [0-9]{3})? ("Z" | [+-] ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9]))"},
        {"uuid", R"([0-9a-fA-F]{8} "-" [0-9a-fA-F]{4} "-" [0-9a-fA-F]{4} "-" [0-9a-fA-F]{4} "-" [0-9a-fA-F]{12})"},
    };
    return list;
}

/// Keywords that say nothing about which values fit.
const std::set<std::string>& annotations() {
    static const std::set<std::string> set = {"title",
                                              "description",
                                              "default",
                                              "examples",
                                              "$schema",
                                              "$id",
                                              "id",
                                              "$comment",
                                              "$defs",
                                              "definitions",
                                              "deprecated",
                                              "readOnly",
                                              "writeOnly",
                                              "$anchor",
                                              "contentMediaType",
                                              "contentEncoding",
                                              "strict"};
    return set;
}

/// Text as a GBNF literal.
std::string literal(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string jsonLiteral(const Json& value) {
    // What is not ASCII stays as it is: a model writes é, not \u00e9.
    return literal(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string repetition(std::uint64_t least, std::optional<std::uint64_t> most) {
    return "{" + std::to_string(least) + "," + (most ? std::to_string(*most) : "") + "}";
}

class Converter {
public:
    explicit Converter(const Json& document) : document_(document) {}

    Result<std::string> run() {
        VITRAL_TRY_ASSIGN(const std::string body, convert(document_, 0));
        std::string out = "root ::= " + body + "\n";
        // A rule may use others: write until nothing new is needed.
        std::set<std::string> written;
        bool more = true;
        while (more) {
            more = false;
            for (const auto& [name, text] : blocks())
                if (used_.contains(name) && written.insert(name).second) {
                    out += name + " ::= " + text + "\n";
                    needs(text);
                    more = true;
                }
        }
        for (const auto& [name, text] : rules_)
            out += name + " ::= " + text + "\n";
        if (out.size() > kMaxGrammar)
            return fail(ErrorCode::InvalidArgument, "The JSON schema makes a grammar of more than 1 MiB.");
        return out;
    }

private:
    std::string use(const std::string& block) {
        used_.insert(block);
        return block;
    }
    void needs(const std::string& text) {
        for (const auto& block : blocks()) {
            for (std::size_t at = text.find(block.first); at != std::string::npos;
                 at = text.find(block.first, at + 1)) {
                const auto outside = [&](std::size_t i) {
                    return i >= text.size() || !isalpha(static_cast<unsigned char>(text[i]));
                };
                if ((at == 0 || outside(at - 1)) && outside(at + block.first.size()))
                    used_.insert(block.first);
            }
        }
    }

    static tl::unexpected<Error> wrong(const std::string& what) {
        return fail(ErrorCode::InvalidArgument, "The JSON schema is not one: " + what + ".");
    }

    /// Errors when the schema has a keyword outside `known`, which this conversion would ignore against its meaning.
    static Result<void> onlyKnown(const Json& schema, const std::set<std::string>& known) {
        for (const auto& [key, value] : schema.items())
            if (!known.contains(key) && !annotations().contains(key))
                return fail(ErrorCode::Unsupported,
                            "The JSON schema's keyword \"" + key + "\" cannot be made into a grammar here.");
        return {};
    }

    static Result<std::optional<std::uint64_t>> count(const Json& schema, const char* key) {
        if (!schema.contains(key))
            return std::optional<std::uint64_t>();
        const Json& value = schema[key];
        if (!value.is_number_unsigned() &&
            !(value.is_number_float() && value.get<double>() >= 0.0 && value.get<double>() < 1e9))
            return wrong(std::string(key) + " is a number from 0");
        return std::optional<std::uint64_t>(value.get<std::uint64_t>());
    }

    Result<std::string> convert(const Json& schema, int depth) {
        if (depth > kMaxDepth)
            return fail(ErrorCode::InvalidArgument, "The JSON schema is nested more than 64 deep.");
        size_ += 1;
        if (size_ > 20'000)
            return fail(ErrorCode::InvalidArgument, "The JSON schema has more than 20,000 parts.");
        if (schema.is_boolean())
            return schema.get<bool>() ? Result<std::string>(use("value")) : wrong("the schema \"false\" fits nothing");
        if (!schema.is_object())
            return wrong("a schema is an object, true or false");
        if (schema.contains("$ref"))
            return reference(schema, depth);
        if (schema.contains("const")) {
            VITRAL_TRY(onlyKnown(schema, {"const", "type"}));
            return jsonLiteral(schema["const"]);
        }
        if (schema.contains("enum"))
            return enumeration(schema);
        for (const char* key : {"anyOf", "oneOf"})
            if (schema.contains(key)) {
                VITRAL_TRY(onlyKnown(schema, {key, "type"}));
                return choice(schema[key], key, depth);
            }
        if (schema.contains("allOf")) {
            VITRAL_TRY_ASSIGN(const Json merged, mergeAll(schema, depth));
            return convert(merged, depth + 1);
        }
        if (schema.contains("type") && schema["type"].is_array()) {
            Json options = Json::array();
            for (const Json& type : schema["type"]) {
                Json option = schema;
                option["type"] = type;
                options.push_back(std::move(option));
            }
            return choice(options, "type", depth);
        }
        return typed(schema, depth);
    }

    Result<std::string> reference(const Json& schema, int depth) {
        VITRAL_TRY(onlyKnown(schema, {"$ref"}));
        if (!schema["$ref"].is_string())
            return wrong("$ref is a text");
        const std::string ref = schema["$ref"].get<std::string>();
        if (const auto it = references_.find(ref); it != references_.end())
            return it->second;
        VITRAL_TRY_ASSIGN(const Json* target, resolve(ref));
        const std::string name = "ref-" + std::to_string(references_.size());
        references_[ref] = name; // before converting: the target may refer to itself
        VITRAL_TRY_ASSIGN(rules_[name], convert(*target, depth + 1));
        return name;
    }

    Result<const Json*> resolve(const std::string& ref) {
        if (ref.empty() || ref[0] != '#')
            return fail(ErrorCode::Unsupported,
                        "The JSON schema refers to \"" + ref + "\", which is not inside it; nothing is fetched.");
        const Json* at = &document_;
        std::string pointer = ref.substr(1);
        std::size_t from = pointer.empty() ? 0 : 1;
        while (!pointer.empty() && from <= pointer.size()) {
            const std::size_t to = std::min(pointer.find('/', from), pointer.size());
            std::string part = pointer.substr(from, to - from);
            for (const auto& [escape, plain] : {std::pair{"~1", "/"}, std::pair{"~0", "~"}, std::pair{"%20", " "}})
                for (std::size_t i = part.find(escape); i != std::string::npos; i = part.find(escape, i + 1))
                    part.replace(i, std::string(escape).size(), plain);
            if (at->is_object() && at->contains(part))
                at = &(*at)[part];
            else if (at->is_array() && !part.empty() && part.size() < 7 &&
                     std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; }) &&
                     std::stoul(part) < at->size())
                at = &(*at)[std::stoul(part)];
            else
                return wrong("nothing is found at " + ref);
            from = to + 1;
        }
        return at;
    }

    Result<std::string> enumeration(const Json& schema) {
        VITRAL_TRY(onlyKnown(schema, {"enum", "type"}));
        const Json& values = schema["enum"];
        if (!values.is_array() || values.empty())
            return wrong("enum is a list of at least one value");
        std::string out;
        for (const Json& value : values)
            out += (out.empty() ? "" : " | ") + jsonLiteral(value);
        return "(" + out + ")";
    }

    Result<std::string> choice(const Json& options, const char* key, int depth) {
        if (!options.is_array() || options.empty())
            return wrong(std::string(key) + " is a list of at least one schema");
        std::string out;
        for (const Json& option : options) {
            VITRAL_TRY_ASSIGN(const std::string one, convert(option, depth + 1));
            out += (out.empty() ? "" : " | ") + one;
        }
        return "(" + out + ")";
    }

    /// allOf of object schemas: their properties and required lists together.
    Result<Json> mergeAll(const Json& schema, int depth) {
        if (depth > kMaxDepth)
            return fail(ErrorCode::InvalidArgument, "The JSON schema is nested more than 64 deep.");
        Json parts = schema["allOf"];
        if (!parts.is_array() || parts.empty())
            return wrong("allOf is a list of at least one schema");
        Json own = schema;
        own.erase("allOf");
        if (parts.size() == 1 && own.empty())
            return parts[0];
        parts.push_back(own);
        Json merged = {{"type", "object"}, {"properties", Json::object()}, {"required", Json::array()}};
        for (Json part : parts) {
            for (int hops = 0; part.is_object() && part.contains("$ref"); ++hops) {
                if (hops > kMaxDepth || !part["$ref"].is_string())
                    return wrong("a $ref inside allOf leads nowhere");
                VITRAL_TRY_ASSIGN(const Json* target, resolve(part["$ref"].get<std::string>()));
                part = *target;
            }
            if (!part.is_object())
                return wrong("allOf is a list of schemas");
            if (part.contains("allOf")) {
                VITRAL_TRY_ASSIGN(part, mergeAll(part, depth + 1));
            }
            VITRAL_TRY(onlyKnown(part, {"type", "properties", "required", "additionalProperties"}));
            if (part.contains("properties") && part["properties"].is_object())
                for (const auto& [name, value] : part["properties"].items())
                    merged["properties"][name] = value;
            if (part.contains("required") && part["required"].is_array())
                for (const Json& name : part["required"])
                    merged["required"].push_back(name);
        }
        return merged;
    }

    Result<std::string> typed(const Json& schema, int depth) {
        std::string type;
        if (schema.contains("type")) {
            if (!schema["type"].is_string())
                return wrong("type is a text or a list of texts");
            type = schema["type"].get<std::string>();
        } else if (schema.contains("properties") || schema.contains("required")) {
            type = "object";
        } else if (schema.contains("items") || schema.contains("prefixItems")) {
            type = "array";
        } else if (schema.contains("minLength") || schema.contains("maxLength") || schema.contains("format")) {
            type = "string";
        }
        if (type.empty()) {
            VITRAL_TRY(onlyKnown(schema, {}));
            return use("value");
        }
        if (type == "boolean" || type == "null") {
            VITRAL_TRY(onlyKnown(schema, {"type"}));
            return use(type);
        }
        if (type == "string")
            return text(schema);
        if (type == "integer" || type == "number")
            return number(schema, type);
        if (type == "array")
            return array(schema, depth);
        if (type == "object")
            return object(schema, depth);
        return wrong("there is no type \"" + type + "\"");
    }

    Result<std::string> text(const Json& schema) {
        VITRAL_TRY(onlyKnown(schema, {"type", "minLength", "maxLength", "format"}));
        if (schema.contains("format")) {
            const std::string format = schema["format"].is_string() ? schema["format"].get<std::string>() : "";
            if (format == "date" || format == "time" || format == "uuid")
                return R"("\"" )" + use(format) + R"( "\"")";
            if (format == "date-time")
                return R"("\"" )" + use("date") + R"( "T" )" + use("time") + R"( "\"")";
            return fail(ErrorCode::Unsupported,
                        "The JSON schema's format \"" + format + "\" cannot be made into a grammar here.");
        }
        VITRAL_TRY_ASSIGN(const auto least, count(schema, "minLength"));
        VITRAL_TRY_ASSIGN(const auto most, count(schema, "maxLength"));
        if (!least && !most)
            return use("string");
        if (most && least.value_or(0) > *most)
            return wrong("minLength is greater than maxLength");
        return R"("\"" )" + use("char") + repetition(least.value_or(0), most) + R"( "\"")";
    }

    /// Bounds become a grammar only where they fix the sign; others are refused rather than ignored.
    Result<std::string> number(const Json& schema, const std::string& type) {
        VITRAL_TRY(onlyKnown(schema, {"type", "minimum", "maximum", "exclusiveMinimum"}));
        const bool whole = type == "integer";
        for (const char* key : {"minimum", "maximum", "exclusiveMinimum"})
            if (schema.contains(key) && !schema[key].is_number())
                return wrong(std::string(key) + " is a number");
        const auto is = [&](const char* key, double value) {
            return schema.contains(key) && schema[key].get<double>() == value;
        };
        const bool bounded =
            schema.contains("minimum") || schema.contains("maximum") || schema.contains("exclusiveMinimum");
        if (!bounded)
            return use(type);
        if (whole && schema.contains("minimum") && schema.contains("maximum") && !schema.contains("exclusiveMinimum")) {
            const double low = schema["minimum"].get<double>();
            const double high = schema["maximum"].get<double>();
            if (low <= high && high - low <= 1000.0 && low > -1e15 && high < 1e15) { // few enough to be listed
                std::string out;
                for (auto i = static_cast<std::int64_t>(std::ceil(low)); static_cast<double>(i) <= high; ++i)
                    out += (out.empty() ? "\"" : " | \"") + std::to_string(i) + "\"";
                if (out.empty())
                    return wrong("no whole number lies between minimum and maximum");
                return "(" + out + ")";
            }
        } else if (!schema.contains("maximum")) {
            const std::string rest = R"( ("." [0-9]{1,17})? ([eE] [-+]? [0-9]{1,3})?)";
            if (is("minimum", 0.0) && !schema.contains("exclusiveMinimum"))
                return R"(("0" | [1-9] [0-9]{0,17}))" + (whole ? std::string() : rest);
            if (whole && (is("minimum", 1.0) || is("exclusiveMinimum", 0.0)))
                return std::string("[1-9] [0-9]{0,17}");
        }
        return fail(ErrorCode::Unsupported,
                    "The JSON schema's bounds of a number cannot be made into a grammar here (whole numbers with at "
                    "most 1,000 values, or a minimum of 0 or 1 alone, can).");
    }

    Result<std::string> array(const Json& schema, int depth) {
        VITRAL_TRY(onlyKnown(schema, {"type", "items", "prefixItems", "minItems", "maxItems"}));
        VITRAL_TRY_ASSIGN(const auto least, count(schema, "minItems"));
        VITRAL_TRY_ASSIGN(const auto most, count(schema, "maxItems"));
        use("ws");
        if (schema.contains("prefixItems")) {
            if (!schema["prefixItems"].is_array() || least || most)
                return fail(ErrorCode::Unsupported,
                            "prefixItems is a list of schemas, here without minItems or maxItems.");
            std::string out;
            for (const Json& item : schema["prefixItems"]) {
                VITRAL_TRY_ASSIGN(const std::string one, convert(item, depth + 1));
                out += (out.empty() ? "" : " ws \",\" ws ") + one;
            }
            return "(\"[\" ws " + out + " ws \"]\")";
        }
        std::string item = "value";
        if (schema.contains("items")) {
            VITRAL_TRY_ASSIGN(item, convert(schema["items"], depth + 1));
        } else {
            use("value");
        }
        if (most && least.value_or(0) > *most)
            return wrong("minItems is greater than maxItems");
        if (most && *most == 0)
            return std::string(R"(("[" ws "]"))");
        const std::uint64_t more = least.value_or(0) > 0 ? *least - 1 : 0;
        const std::string rest = "(ws \",\" ws " + item + ")" +
                                 repetition(more, most ? std::optional<std::uint64_t>(*most - 1) : std::nullopt);
        const std::string all = item + " " + rest;
        return least.value_or(0) > 0 ? "(\"[\" ws " + all + " ws \"]\")" : "(\"[\" ws (" + all + ")? ws \"]\")";
    }

    Result<std::string> object(const Json& schema, int depth) {
        VITRAL_TRY(onlyKnown(schema, {"type", "properties", "required", "additionalProperties"}));
        use("ws");
        std::set<std::string> required;
        if (schema.contains("required"))
            for (const Json& name : schema["required"])
                required.insert(name.is_string() ? name.get<std::string>() : "");
        struct Pair {
            std::string rule;
            bool needed = false;
        };
        std::vector<Pair> pairs;
        if (schema.contains("properties")) {
            if (!schema["properties"].is_object())
                return wrong("properties is an object");
            for (const auto& [name, value] : schema["properties"].items()) {
                VITRAL_TRY_ASSIGN(const std::string body, convert(value, depth + 1));
                pairs.push_back({newRule(jsonLiteral(name) + " ws \":\" ws " + body), required.erase(name) > 0});
            }
        }
        if (!required.empty())
            return wrong("\"" + *required.begin() + "\" is required but is not among the properties");
        std::string extra;
        const bool says = schema.contains("additionalProperties");
        if (says ? !(schema["additionalProperties"] == Json(false)) : pairs.empty()) {
            std::string body = use("value");
            if (says) {
                VITRAL_TRY_ASSIGN(body, convert(schema["additionalProperties"], depth + 1));
            }
            extra = newRule(use("string") + " ws \":\" ws " + body);
        }
        // after[i]: what may follow once some property has been written, from the i-th on. first[i]: the same while
        // none has been written yet. Both as rules, so that twenty optional properties do not make 2^20 cases.
        std::string after = extra.empty() ? "\"\"" : "(ws \",\" ws " + extra + ")*";
        std::string first = extra.empty() ? "\"\"" : "(" + extra + " " + after + ")?";
        for (std::size_t i = pairs.size(); i-- > 0;) {
            const std::string afterRule = newRule(after);
            const std::string firstRule = newRule(first);
            const std::string with = "ws \",\" ws " + pairs[i].rule + " " + afterRule;
            after = pairs[i].needed ? with : with + " | " + afterRule;
            first = pairs[i].rule + " " + afterRule + (pairs[i].needed ? "" : " | " + firstRule);
        }
        return "(\"{\" ws (" + first + ") ws \"}\")";
    }

    std::string newRule(const std::string& body) {
        const std::string name = "part-" + std::to_string(rules_.size());
        rules_[name] = body;
        return name;
    }

    const Json& document_;
    std::set<std::string> used_;
    std::map<std::string, std::string> references_; ///< $ref -> rule
    std::map<std::string, std::string> rules_;
    std::size_t size_ = 0;
};

} // namespace

Result<std::string> grammarFromJsonSchema(std::string_view schema) {
    constexpr std::size_t kMaxSchema = std::size_t{1} << 20U;
    if (schema.size() > kMaxSchema)
        return fail(ErrorCode::InvalidArgument, "The JSON schema is larger than 1 MiB.");
    const Json document = Json::parse(schema, nullptr, false);
    if (document.is_discarded())
        return fail(ErrorCode::InvalidArgument, "The JSON schema is not valid JSON.");
    return Converter(document).run();
}

} // namespace vitral
