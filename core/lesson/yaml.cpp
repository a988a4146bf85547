// SPDX-License-Identifier: Apache-2.0
#include "core/lesson/yaml.h"

#include <algorithm>
#include <exception>
#include <sstream>
#include <utility>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace vitral {
namespace {

struct Refused {
    YamlError error;
};

/// Builds the tree; what is not for us ends the reading at once by an exception that parseYaml catches.
class Builder final : public YAML::EventHandler {
public:
    Builder(int firstLine, const YamlLimits& limits) : firstLine_(firstLine), limits_(limits) {}

    [[nodiscard]] YamlValue take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        refuseAnchor(mark, anchor);
        add({}, mark);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuseAnchor(mark, 1); }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuseAnchor(mark, anchor);
        YamlValue text;
        text.kind = YamlValue::Kind::Text;
        text.plain = tag == "?";
        text.text = value;
        add(std::move(text), mark);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(YamlValue::Kind::List, mark, anchor);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(YamlValue::Kind::Map, mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        YamlValue value;
        bool waitsForKey = true;
    };

    [[nodiscard]] int lineOf(const YAML::Mark& mark) const { return firstLine_ + std::max(0, mark.line); }
    [[noreturn]] void refuse(const YAML::Mark& mark, std::string sentence) const {
        throw Refused{{lineOf(mark), std::move(sentence)}};
    }
    void refuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
        if (anchor != 0)
            refuse(mark, "Anchors (&name) and aliases (*name) are not read here; put texts that begin with & or * in "
                         "quotes.");
    }
    void count(const YAML::Mark& mark) {
        if (++nNode_ > limits_.maxNodes)
            refuse(mark, "There are too many entries here; split the file.");
    }
    void open(YamlValue::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        refuseAnchor(mark, anchor);
        if (static_cast<int>(open_.size()) >= limits_.maxDepth)
            refuse(mark, "Lists and maps stand too deep inside each other here.");
        if (!open_.empty() && open_.back().value.kind == YamlValue::Kind::Map && open_.back().waitsForKey)
            refuse(mark, "A key must be a plain text; put texts that begin with { or [ in quotes.");
        count(mark);
        YamlValue value;
        value.kind = kind;
        value.line = lineOf(mark);
        open_.push_back({std::move(value), true});
    }
    void close() {
        YamlValue value = std::move(open_.back().value);
        open_.pop_back();
        put(std::move(value));
    }
    void add(YamlValue value, const YAML::Mark& mark) {
        count(mark);
        value.line = lineOf(mark);
        if (!open_.empty() && open_.back().value.kind == YamlValue::Kind::Map && open_.back().waitsForKey) {
            YamlValue& map = open_.back().value;
            if (value.kind != YamlValue::Kind::Text)
                refuse(mark, "A key is missing in front of the colon.");
            if (std::find(map.keys.begin(), map.keys.end(), value.text) != map.keys.end())
                refuse(mark, "\"" + value.text + "\" stands here twice; keep one.");
            if (map.keys.size() > 1000)
                refuse(mark, "There are too many keys here; split the file.");
            map.keys.push_back(std::move(value.text));
            map.keyLines.push_back(value.line);
            open_.back().waitsForKey = false;
            return;
        }
        put(std::move(value));
    }
    void put(YamlValue value) {
        if (open_.empty()) {
            root_ = std::move(value);
            return;
        }
        open_.back().value.items.push_back(std::move(value));
        open_.back().waitsForKey = true;
    }

    int firstLine_;
    YamlLimits limits_;
    int nNode_ = 0;
    std::vector<Open> open_;
    YamlValue root_;
};

/// The first line, from 0, whose indentation holds a tab, as YAML does not allow; -1: none.
int lineOfTab(std::string_view text) {
    int line = 0;
    for (bool indent = true; const char c : text) {
        if (c == '\n') {
            ++line;
            indent = true;
        } else if (indent && c == '\t') {
            return line;
        } else if (c != ' ') {
            indent = false;
        }
    }
    return -1;
}

} // namespace

const YamlValue* YamlValue::find(std::string_view key) const {
    const auto at = std::find(keys.begin(), keys.end(), key);
    return at == keys.end() ? nullptr : &items[static_cast<std::size_t>(at - keys.begin())];
}

tl::expected<YamlValue, YamlError> parseYaml(std::string_view text, int firstLine, const YamlLimits& limits) {
    if (text.size() > limits.maxBytes)
        return tl::unexpected(YamlError{firstLine, "This is too long to be read; split the file."});
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
        return tl::unexpected(
            YamlError{firstLine + static_cast<int>(std::count(text.begin(), text.begin() + std::ptrdiff_t(zero), '\n')),
                      "There is a zero byte here; save the file as UTF-8 text."});
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        Builder builder(firstLine, limits);
        if (!parser.HandleNextDocument(builder))
            return YamlValue{};
        YamlValue root = builder.take();
        Builder rest(firstLine, limits);
        if (parser.HandleNextDocument(rest))
            return tl::unexpected(YamlError{firstLine, "A second document begins here (---); keep one."});
        return root;
    } catch (const Refused& refused) {
        return tl::unexpected(refused.error);
    } catch (const YAML::Exception& error) {
        if (const int line = lineOfTab(text); line >= 0)
            return tl::unexpected(
                YamlError{firstLine + line, "A tab stands at the beginning of this line; write blanks instead."});
        return tl::unexpected(YamlError{firstLine + std::max(0, error.mark.line),
                                        "This is not YAML that can be read (" + error.msg +
                                            "); put texts with : # or quotes in them between quotes."});
    } catch (const std::exception& error) {
        return tl::unexpected(YamlError{firstLine, std::string("This could not be read (") + error.what() + ")."});
    }
}

} // namespace vitral
