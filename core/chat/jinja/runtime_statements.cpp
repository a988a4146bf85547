// SPDX-License-Identifier: Apache-2.0
#include "core/chat/jinja/library.h"
#include "core/chat/jinja/runtime.h"

#include <fmt/format.h>

namespace vitral::jinja {

namespace {

[[noreturn]] void refuseUnderscore(std::string_view name) {
    raise(TemplateError::Kind::Security, fmt::format("Chat templates cannot store underscore-prefixed attributes on a "
                                                     "namespace, but got '{}'. Please rename the attribute.",
                                                     name));
}

} // namespace

void Scope::set(Symbol symbol, Value value) {
    for (auto& [name, old] : variables)
        if (name == symbol) {
            old = std::move(value);
            return;
        }
    variables.emplace_back(symbol, std::move(value));
}

Runtime::Runtime(const Template& tree, const std::function<std::optional<Value>(const std::string&)>& lookup,
                 std::int64_t nowUnixSeconds, const Limits& limits)
    : tree_(tree), nowUnixSeconds_(nowUnixSeconds), limits_(limits), stepsLeft_(limits.maxSteps) {
    for (const std::string& name : tree.names) {
        std::optional<Value> value = lookup(name);
        if (!value)
            if (const Function function = findGlobal(name); function != nullptr)
                value = makeFunction(name, function);
        globals_.push_back(std::move(value));
    }
}

Runtime::~Runtime() {
    for (const auto& object : namespaces_)
        object->entries.clear();
    for (const ScopePtr& scope : capturedScopes_)
        scope->variables.clear();
}

std::string Runtime::render() {
    try {
        execute(tree_.body, std::make_shared<Scope>());
    } catch (TemplateError& error) {
        if (error.line == 0)
            error.line = line_;
        throw;
    }
    return std::move(out_);
}

void Runtime::failBudget() {
    raise(TemplateError::Kind::Limit, "the template runs too long");
}

void Runtime::chargeText(std::int64_t nBytes) {
    if (nBytes > limits_.maxTextBytes)
        raise(TemplateError::Kind::Limit,
              fmt::format("the template makes more than {} MiB of text", limits_.maxTextBytes >> 20U));
    charge(1 + nBytes / 16);
}
Value Runtime::text(std::string text, bool markup) {
    chargeText(std::int64_t(text.size()));
    return Value::string(std::move(text), markup);
}
std::string Runtime::string(const Value& value) {
    std::string text = str(value);
    chargeText(std::int64_t(text.size()));
    return text;
}

void Runtime::print(std::string_view text) {
    chargeText(std::int64_t(text.size()));
    if (std::int64_t(out_.size() + text.size()) > limits_.maxTextBytes)
        raise(TemplateError::Kind::Limit,
              fmt::format("the template makes more than {} MiB of text", limits_.maxTextBytes >> 20U));
    out_ += text;
}
void Runtime::print(const Value& value) {
    if (value.isString())
        print(std::string_view(value.asString()));
    else
        print(std::string_view(str(value)));
}

std::string Runtime::capture(const Body& body, const ScopePtr& scope) {
    std::string outer = std::exchange(out_, {});
    try {
        execute(body, scope);
    } catch (...) {
        out_ = std::move(outer);
        throw;
    }
    return std::exchange(out_, std::move(outer));
}

Value Runtime::makeNamespace(std::vector<Entry> entries) {
    auto object = std::make_shared<NamespaceObject>();
    for (Entry& entry : entries) {
        if (!entry.first.isString())
            raiseType("keywords must be strings");
        if (entry.first.asString().starts_with('_'))
            refuseUnderscore(entry.first.asString());
    }
    object->entries = std::move(entries);
    namespaces_.push_back(object);
    return NamespaceObject::wrap(std::move(object));
}

Runtime::Flow Runtime::execute(const Body& body, const ScopePtr& scope) {
    const Deeper deeper(*this);
    for (const Node& node : body)
        if (const Flow flow = executeNode(node, scope); flow != Flow::Normal)
            return flow;
    return Flow::Normal;
}

Runtime::Flow Runtime::executeNode(const Node& node, const ScopePtr& scope) {
    charge(1);
    line_ = node.line;
    switch (node.kind) {
    case NodeKind::Data:
        print(std::string_view(node.text));
        break;
    case NodeKind::Print:
        for (const ExprPtr& expr : node.expressions)
            print(evaluate(*expr, scope));
        break;
    case NodeKind::If:
        return executeIf(node, scope);
    case NodeKind::For: {
        const Value source = evaluate(*node.expressions[0], scope);
        if (node.recursive)
            print(std::string_view(runLoop(node, scope, source, 0)));
        else
            loopInto(node, scope, source, 0);
        break;
    }
    case NodeKind::Set:
        assign(node.target, evaluate(*node.expressions[0], scope), scope, *scope);
        break;
    case NodeKind::SetBlock:
    case NodeKind::FilterBlock: {
        auto inner = std::make_shared<Scope>(Scope{scope, {}});
        Value value = text(capture(node.body, inner));
        if (node.expressions[0] != nullptr)
            value = evaluateFilter(*node.expressions[0], &value, inner);
        if (node.kind == NodeKind::SetBlock)
            assign(node.target, value, scope, *scope);
        else
            print(value);
        break;
    }
    case NodeKind::Macro:
        scope->set(node.symbol, Value::object(std::make_shared<MacroObject>(node, node.text, scope)));
        capturedScopes_.push_back(scope);
        break;
    case NodeKind::CallBlock:
        executeCall(node, scope);
        break;
    case NodeKind::With: {
        auto inner = std::make_shared<Scope>(Scope{scope, {}});
        for (std::size_t i = 0; i < node.targets.size(); ++i)
            assign(node.targets[i], evaluate(*node.expressions[i], scope), scope, *inner);
        return execute(node.body, inner);
    }
    case NodeKind::Scope:
        return execute(node.body, std::make_shared<Scope>(Scope{scope, {}}));
    case NodeKind::Break:
        return Flow::Break;
    case NodeKind::Continue:
        return Flow::Continue;
    }
    return Flow::Normal;
}

Runtime::Flow Runtime::executeIf(const Node& node, const ScopePtr& scope) {
    for (const Branch& branch : node.branches)
        if (branch.condition == nullptr || evaluate(*branch.condition, scope).truthy())
            return execute(branch.body, scope);
    return Flow::Normal;
}

void Runtime::executeCall(const Node& node, const ScopePtr& scope) {
    const Expr& expr = *node.expressions[0];
    const Value callee = evaluate(*expr.items[0], scope);
    Args args = evaluateArguments(expr.arguments.get(), scope);
    args.named.emplace_back("caller", Value::object(std::make_shared<MacroObject>(node, "caller", scope)));
    print(call(callee, args));
}

void Runtime::assign(const Target& target, const Value& value, const ScopePtr& scope, Scope& into) {
    if (target.isTuple) {
        std::vector<Value> items = iterate(value);
        const std::size_t n = target.several.size();
        if (items.size() < n)
            raiseType(fmt::format("not enough values to unpack (expected {}, got {})", n, items.size()));
        if (items.size() > n)
            raiseType(fmt::format("too many values to unpack (expected {})", n));
        for (std::size_t i = 0; i < n; ++i)
            assign(target.several[i], items[i], scope, into);
        return;
    }
    if (target.attribute.empty()) {
        into.set(target.symbol, value);
        return;
    }
    Expr name;
    name.kind = ExprKind::Name;
    name.symbol = target.symbol;
    name.line = line_;
    const Value object = evaluateName(name, scope);
    if (!object.is(Kind::Namespace))
        raiseType("cannot assign attribute on non-namespace object");
    if (target.attribute.starts_with('_'))
        refuseUnderscore(target.attribute);
    static_cast<NamespaceObject&>(*object.asObject()).set(target.attribute, value);
}

std::string Runtime::runLoop(const Node& node, const ScopePtr& scope, const Value& source, int depth) {
    std::string outer = std::exchange(out_, {});
    try {
        loopInto(node, scope, source, depth);
    } catch (...) {
        out_ = std::move(outer);
        throw;
    }
    return std::exchange(out_, std::move(outer));
}

bool Runtime::testsTrue(const Node& loop, const ScopePtr& scope, const Value& item) {
    if (loop.expressions[1] == nullptr)
        return true;
    const auto inner = std::make_shared<Scope>(Scope{scope, {}});
    assign(loop.target, item, inner, *inner);
    return evaluate(*loop.expressions[1], inner).truthy();
}

void Runtime::loopInto(const Node& node, const ScopePtr& scope, const Value& source, int depth) {
    const Deeper deeper(*this);
    const auto loop = std::make_shared<LoopObject>(*this, node, scope, source, depth);
    ScopePtr inner;
    bool any = false;
    Value item;
    while (loop->next(item)) {
        charge(4);
        // A fresh scope each time round; the old one is used again unless a macro has kept it.
        if (inner == nullptr || inner.use_count() > 1)
            inner = std::make_shared<Scope>(Scope{scope, {}});
        else
            inner->variables.clear();
        inner->variables.emplace_back(tree_.loop, Value::object(loop));
        assign(node.target, item, inner, *inner);
        const Flow flow = execute(node.body, inner);
        any = any || flow == Flow::Normal; // as in the reference: an iteration that was left early does not count
        if (flow == Flow::Break)
            break;
    }
    if (!any && !node.otherwise.empty())
        execute(node.otherwise, std::make_shared<Scope>(Scope{scope, {}}));
}

Value Runtime::callMacro(const Node& node, const std::string& name, const ScopePtr& scope, Args& args) {
    const Deeper deeper(*this);
    const Signature& signature = *node.signature;
    const auto inner = std::make_shared<Scope>(Scope{scope, {}});
    const std::size_t n = signature.parameters.size();
    const auto takeNamed = [&](std::string_view key) -> std::optional<Value> {
        for (auto it = args.named.begin(); it != args.named.end(); ++it)
            if (it->first == key) {
                Value value = std::move(it->second);
                args.named.erase(it);
                return value;
            }
        return std::nullopt;
    };
    bool foundCaller = false;
    for (std::size_t i = 0; i < n; ++i) {
        foundCaller = foundCaller || signature.names[i] == "caller";
        std::optional<Value> value =
            i < args.positional.size() ? std::optional(args.positional[i]) : takeNamed(signature.names[i]);
        const std::size_t nRequired = n - signature.defaults.size();
        if (!value)
            value = i >= nRequired
                        ? evaluate(*signature.defaults[i - nRequired], inner)
                        : Value::undefined(fmt::format("parameter '{}' was not provided", signature.names[i]));
        inner->set(signature.parameters[i], std::move(*value));
    }
    if (signature.usesCaller && !foundCaller)
        inner->set(tree_.caller, takeNamed("caller").value_or(Value::undefined("No caller defined")));
    if (signature.usesKwargs) {
        std::vector<Entry> entries;
        for (auto& [key, value] : args.named)
            entries.emplace_back(Value::string(key), std::move(value));
        inner->set(tree_.kwargs, Value::dict(std::move(entries)));
    } else if (!args.named.empty()) {
        raiseType(args.named[0].first == "caller" && foundCaller
                      ? fmt::format("macro '{}' was invoked with two values for the special caller argument. This is "
                                    "most likely a bug.",
                                    name)
                      : fmt::format("macro '{}' takes no keyword argument '{}'", name, args.named[0].first));
    }
    if (signature.usesVarargs) {
        std::vector<Value> rest;
        if (args.positional.size() > n)
            rest.assign(args.positional.begin() + std::ptrdiff_t(n), args.positional.end());
        inner->set(tree_.varargs, Value::tuple(std::move(rest)));
    } else if (args.positional.size() > n) {
        raiseType(fmt::format("macro '{}' takes not more than {} argument(s)", name, n));
    }
    const int line = line_;
    Value result = text(capture(node.body, inner));
    line_ = line;
    return result;
}

} // namespace vitral::jinja
