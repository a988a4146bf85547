// SPDX-License-Identifier: Apache-2.0
// The objects that only the interpreter makes: `loop` and macros.
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/runtime.h"

#include <algorithm>
#include <fmt/format.h>

namespace vitral::jinja {

std::optional<Value> MacroObject::attribute(Runtime& /*runtime*/, std::string_view name) {
    if (name == "name")
        return Value::string(name_);
    if (name == "arguments") {
        std::vector<Value> names;
        for (const std::string& parameter : node_.signature->names)
            names.push_back(Value::string(parameter));
        return Value::tuple(std::move(names));
    }
    if (name == "caller")
        return Value::boolean(node_.signature->usesCaller);
    if (name == "catch_kwargs")
        return Value::boolean(node_.signature->usesKwargs);
    if (name == "catch_varargs")
        return Value::boolean(node_.signature->usesVarargs);
    return std::nullopt;
}

LoopObject::LoopObject(Runtime& runtime, const Node& node, ScopePtr scope, Value source, int depth)
    : runtime_(runtime), node_(node), scope_(std::move(scope)), source_(std::move(source)), depth_(depth) {
    switch (source_.kind()) {
    case Kind::List:
    case Kind::Tuple:
    case Kind::View:
        size_ = source_.items().size();
        break;
    case Kind::Range:
        size_ = std::size_t(rangeOf(source_).length());
        break;
    default:
        source_ = Value::list(runtime.iterate(source_));
        size_ = source_.items().size();
    }
}

bool LoopObject::fetch(Value& item) {
    while (at_ < size_) {
        if (source_.is(Kind::Range)) {
            const RangeObject& range = rangeOf(source_);
            item = Value::integer(range.start + std::int64_t(at_++) * range.step);
        } else {
            item = source_.items()[at_++];
        }
        runtime_.charge(1);
        if (runtime_.testsTrue(node_, scope_, item))
            return true;
    }
    return false;
}

bool LoopObject::peek() {
    Value item;
    if (!after_ && fetch(item))
        after_ = std::move(item);
    return after_.has_value();
}

bool LoopObject::next(Value& item) {
    if (!peek())
        return false;
    item = std::move(*after_);
    after_.reset();
    before_ = std::move(current_);
    current_ = item;
    ++index_;
    return true;
}

std::int64_t LoopObject::length() {
    if (!length_ && node_.expressions[1] == nullptr)
        length_ = std::int64_t(size_);
    if (!length_) {
        // With a filter the rest is looked at now.
        std::vector<Value> rest;
        for (Value item; fetch(item);)
            rest.push_back(std::move(item));
        length_ = index_ + 1 + std::int64_t(rest.size()) + (after_ ? 1 : 0);
        size_ = rest.size();
        source_ = Value::list(std::move(rest));
        at_ = 0;
    }
    return *length_;
}

Value LoopObject::cycle(const Args& args) const {
    if (args.positional.empty())
        raiseType("no items for cycling given");
    return args.positional[std::size_t(index_) % args.positional.size()];
}

Value LoopObject::changed(const Args& args) {
    const bool isSame =
        lastChanged_ && std::equal(lastChanged_->begin(), lastChanged_->end(), args.positional.begin(),
                                   args.positional.end(), [](const Value& a, const Value& b) { return equal(a, b); });
    lastChanged_ = args.positional;
    return Value::boolean(!isSame);
}

Value LoopObject::call(Runtime& runtime, Args& args) {
    if (!node_.recursive)
        raiseType("The loop must have the 'recursive' marker to be called.");
    args.check("loop", {"iterable"}, 1);
    return runtime.text(runtime.runLoop(node_, scope_, args.positional.at(0), depth_ + 1));
}

std::optional<Value> LoopObject::attribute(Runtime& /*runtime*/, std::string_view name) {
    if (name == "index")
        return Value::integer(index_ + 1);
    if (name == "index0")
        return Value::integer(index_);
    if (name == "first")
        return Value::boolean(index_ == 0);
    if (name == "last")
        return Value::boolean(!peek());
    if (name == "length")
        return Value::integer(length());
    if (name == "revindex")
        return Value::integer(length() - index_);
    if (name == "revindex0")
        return Value::integer(length() - index_ - 1);
    if (name == "previtem")
        return index_ == 0 || !before_ ? Value::undefined("there is no previous item") : *before_;
    if (name == "nextitem")
        return peek() ? *after_ : Value::undefined("there is no next item");
    if (name == "depth")
        return Value::integer(depth_ + 1);
    if (name == "depth0")
        return Value::integer(depth_);
    if (name == "cycle")
        return makeMethod(Value::object(shared_from_this()), "cycle", [](Runtime&, const Value& self, Args& args) {
            return static_cast<LoopObject&>(*self.asObject()).cycle(args);
        });
    if (name == "changed")
        return makeMethod(Value::object(shared_from_this()), "changed", [](Runtime&, const Value& self, Args& args) {
            return static_cast<LoopObject&>(*self.asObject()).changed(args);
        });
    return std::nullopt;
}

} // namespace vitral::jinja
