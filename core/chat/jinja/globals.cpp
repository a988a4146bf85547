// SPDX-License-Identifier: Apache-2.0
// Functions that every chat template can call.
#include "core/chat/jinja/library.h"

#include <clocale>
#include <ctime>
#include <fmt/format.h>

namespace vitral::jinja {
namespace {

constexpr std::int64_t kMaxRange = 100'000; // the reference's own bound

Value globalRange(Runtime& /*runtime*/, Args& args) {
    args.check("range", {"start", "stop", "step"}, 1);
    const auto number = [&](std::size_t i) { return integerArgument(args.positional.at(i), "range"); };
    const std::size_t n = args.positional.size();
    if (n == 0)
        raiseType("range expected at least 1 argument, got 0");
    const std::int64_t start = n > 1 ? number(0) : 0, stop = number(n > 1 ? 1 : 0), step = n > 2 ? number(2) : 1;
    if (step == 0)
        raiseType("range() arg 3 must not be zero");
    const Value range = makeRange(start, stop, step);
    if (std::uint64_t(rangeOf(range).length()) > std::uint64_t(kMaxRange)) // huge lengths look negative
        raise(TemplateError::Kind::Limit,
              fmt::format("Range too big. The sandbox blocks ranges larger than MAX_RANGE ({}).", kMaxRange));
    return range;
}

std::vector<Entry> dictFrom(Runtime& runtime, Args& args) {
    std::vector<Entry> entries;
    const auto put = [&](const Value& key, const Value& value) {
        requireHashable(key);
        runtime.charge(1 + std::int64_t(entries.size()) / 8);
        for (Entry& entry : entries)
            if (equal(entry.first, key)) {
                entry.second = value;
                return;
            }
        entries.emplace_back(key, value);
    };
    if (args.positional.size() > 1)
        raiseType(fmt::format("dict expected at most 1 argument, got {}", args.positional.size()));
    if (!args.positional.empty()) {
        const Value& source = args.positional[0];
        if (source.is(Kind::Dict)) {
            for (const Entry& entry : source.entries())
                put(entry.first, entry.second);
        } else {
            for (const Value& pair : runtime.iterate(source)) {
                const std::vector<Value> parts = runtime.iterate(pair);
                if (parts.size() != 2)
                    raiseType(
                        fmt::format("dictionary update sequence element has length {}; 2 is required", parts.size()));
                put(parts[0], parts[1]);
            }
        }
    }
    for (const auto& [name, value] : args.named)
        put(Value::string(name), value);
    return entries;
}
Value globalDict(Runtime& runtime, Args& args) {
    return Value::dict(dictFrom(runtime, args));
}
Value globalNamespace(Runtime& runtime, Args& args) {
    return runtime.makeNamespace(dictFrom(runtime, args));
}

Value globalRaise(Runtime& runtime, Args& args) {
    args.check("raise_exception", {"message"}, 1);
    raise(TemplateError::Kind::Raised, runtime.string(*args.find(0, "message")));
}

Value globalStrftime(Runtime& runtime, Args& args) {
    args.check("strftime_now", {"format"}, 1);
    const std::string& format = stringArgument(*args.find(0, "format"), "strftime");
    const std::time_t now = std::time_t(runtime.nowUnixSeconds());
    std::tm parts{};
    localtime_r(&now, &parts);
    if (format.empty())
        return Value::string("");
    if (format.size() > 4096)
        raise(TemplateError::Kind::Limit, "the format of a date is too long");
    std::string out(format.size() * 64 + 256, '\0');
    // The names of days and months in English, whatever language the program speaks.
    const locale_t english = newlocale(LC_ALL_MASK, "C", nullptr);
    out.resize(strftime_l(out.data(), out.size(), format.c_str(), &parts, english));
    freelocale(english);
    return Value::string(std::move(out));
}

class Cycler final : public Object {
public:
    explicit Cycler(std::vector<Value> items) : items_(std::move(items)) {}
    [[nodiscard]] std::string typeName() const override { return "Cycler"; }
    std::optional<Value> attribute(Runtime& /*runtime*/, std::string_view name) override {
        if (name == "current")
            return items_[at_];
        if (name == "next")
            return makeMethod(Value::object(self.lock()), name, [](Runtime&, const Value& cyclerValue, Args&) {
                auto& cycler = static_cast<Cycler&>(*cyclerValue.asObject());
                Value value = cycler.items_[cycler.at_];
                cycler.at_ = (cycler.at_ + 1) % cycler.items_.size();
                return value;
            });
        if (name == "reset")
            return makeMethod(Value::object(self.lock()), name, [](Runtime&, const Value& cyclerValue, Args&) {
                static_cast<Cycler&>(*cyclerValue.asObject()).at_ = 0;
                return Value::none();
            });
        return std::nullopt;
    }
    std::weak_ptr<Cycler> self;

private:
    std::vector<Value> items_;
    std::size_t at_ = 0;
};
Value globalCycler(Runtime& /*runtime*/, Args& args) {
    if (args.positional.empty())
        raiseType("at least one item has to be provided");
    auto cycler = std::make_shared<Cycler>(std::move(args.positional));
    cycler->self = cycler;
    return Value::object(std::move(cycler));
}

class Joiner final : public Object {
public:
    explicit Joiner(Value separator) : separator_(std::move(separator)) {}
    [[nodiscard]] std::string typeName() const override { return "Joiner"; }
    [[nodiscard]] bool callable() const override { return true; }
    Value call(Runtime& /*runtime*/, Args& /*args*/) override {
        return std::exchange(used_, true) ? separator_ : Value::string("");
    }

private:
    Value separator_;
    bool used_ = false;
};
Value globalJoiner(Runtime& /*runtime*/, Args& args) {
    args.check("joiner", {"sep"});
    return Value::object(std::make_shared<Joiner>(args.get(0, "sep", Value::string(", "))));
}

Value globalLipsum(Runtime& /*runtime*/, Args& /*args*/) {
    raiseType("random text is not made here");
}

constexpr Named<Function> kGlobals[] = {
    {"lipsum", globalLipsum},       {"range", globalRange},           {"dict", globalDict},
    {"namespace", globalNamespace}, {"raise_exception", globalRaise}, {"strftime_now", globalStrftime},
    {"cycler", globalCycler},       {"joiner", globalJoiner}};

} // namespace

Function findGlobal(std::string_view name) {
    for (const auto& entry : kGlobals)
        if (entry.name == name)
            return entry.function;
    return nullptr;
}

} // namespace vitral::jinja
