// SPDX-License-Identifier: Apache-2.0
#pragma once
// The interpreter: walks the tree with a budget of steps, a bound on text and a bound on depth, so that no template can
// run for ever, fill the memory or overflow the stack. One Runtime renders once. It runs nothing but this tree: there
// is no file, clock or network behind it but the time it was given. Thread: any, one at a time.

#include "core/chat/jinja/ast.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vitral::jinja {

/// Bounds of one rendering. The defaults are some hundred times what real templates need for a long conversation.
struct Limits {
    std::int64_t maxSteps = 8'000'000;       ///< nodes walked, items copied, bytes / 16; about a second
    std::int64_t maxTextBytes = 32LL << 20U; ///< of the output, and of any one string
    int maxDepth = 400;                      ///< of evaluation; macros that call themselves end here
};

struct Scope {
    std::shared_ptr<Scope> parent;
    std::vector<std::pair<Symbol, Value>> variables;
    void set(Symbol symbol, Value value);
};
using ScopePtr = std::shared_ptr<Scope>;

class Runtime {
public:
    /// `lookup` gives the variables of the template by name (undefined-without-name: none of that name).
    Runtime(const Template& tree, const std::function<std::optional<Value>(const std::string&)>& lookup,
            std::int64_t nowUnixSeconds, const Limits& limits = {});
    ~Runtime();
    Runtime(const Runtime&) = delete;
    Runtime& operator=(const Runtime&) = delete;

    /// Throws TemplateError.
    std::string render();

    /// Counts work; throws when the budget is used up.
    void charge(std::int64_t steps) {
        stepsLeft_ -= steps;
        if (stepsLeft_ < 0)
            failBudget();
    }
    /// Counts text before it is made; throws when one string or all of them become too long.
    void chargeText(std::int64_t nBytes);
    Value text(std::string text, bool markup = false);

    Value getAttribute(const Value& object, std::string_view name);
    Value getItem(const Value& object, const Value& key);
    Value slice(const Value& object, const Value* start, const Value* stop, const Value* step);
    Value call(const Value& callee, Args& args);
    Value applyFilter(std::string_view name, const Value& input, Args& args);
    bool applyTest(std::string_view name, const Value& input, Args& args);
    /// All items; takes those of a generator away. Raises for what cannot be walked.
    std::vector<Value> iterate(const Value& value);
    bool contains(const Value& container, const Value& item);
    Value binary(ExprKind kind, const Value& a, const Value& b);
    std::string string(const Value& value); ///< str(), counted

    [[nodiscard]] std::int64_t nowUnixSeconds() const { return nowUnixSeconds_; }
    Value makeNamespace(std::vector<Entry> entries);

    /// For macros and loops.
    Value callMacro(const Node& node, const std::string& name, const ScopePtr& scope, Args& args);
    std::string runLoop(const Node& node, const ScopePtr& scope, const Value& source, int depth);
    bool testsTrue(const Node& loop, const ScopePtr& scope, const Value& item);
    [[nodiscard]] const Template& tree() const { return tree_; }

private:
    enum class Flow : std::uint8_t { Normal, Break, Continue };
    class Deeper;

    // runtime_statements.cpp
    Flow execute(const Body& body, const ScopePtr& scope);
    Flow executeNode(const Node& node, const ScopePtr& scope);
    Flow executeIf(const Node& node, const ScopePtr& scope);
    void executeCall(const Node& node, const ScopePtr& scope);
    void loopInto(const Node& node, const ScopePtr& scope, const Value& source, int depth);
    void assign(const Target& target, const Value& value, const ScopePtr& scope, Scope& into);
    std::string capture(const Body& body, const ScopePtr& scope);
    void print(const Value& value);
    void print(std::string_view text);

    // runtime_expressions.cpp
    Value evaluate(const Expr& expr, const ScopePtr& scope);
    Value evaluateName(const Expr& expr, const ScopePtr& scope);
    Value evaluateDict(const Expr& expr, const ScopePtr& scope);
    Value evaluateItem(const Expr& expr, const ScopePtr& scope);
    Value evaluateCall(const Expr& expr, const ScopePtr& scope);
    Value evaluateCompare(const Expr& expr, const ScopePtr& scope);
    Value evaluateConcat(const Expr& expr, const ScopePtr& scope);
    Value evaluateUnary(const Expr& expr, const ScopePtr& scope);
    Value evaluateFilter(const Expr& expr, const Value* blockInput, const ScopePtr& scope);
    Args evaluateArguments(const CallArguments* arguments, const ScopePtr& scope);
    std::vector<Value> evaluateAll(const std::vector<ExprPtr>& items, const ScopePtr& scope);
    [[noreturn]] void failBudget();

    const Template& tree_;
    std::vector<std::optional<Value>> globals_; ///< by Symbol
    std::int64_t nowUnixSeconds_;
    Limits limits_;
    std::int64_t stepsLeft_;
    int depth_ = 0;
    int line_ = 0;
    std::string out_;
    // Namespaces and scopes can refer to themselves; they are emptied at the end, so that nothing leaks.
    std::vector<std::shared_ptr<NamespaceObject>> namespaces_;
    std::vector<ScopePtr> capturedScopes_;
};

class Runtime::Deeper {
public:
    explicit Deeper(Runtime& runtime) : runtime_(runtime) {
        if (++runtime_.depth_ > runtime_.limits_.maxDepth) {
            --runtime_.depth_;
            raise(TemplateError::Kind::Limit, "the template calls itself too deeply");
        }
    }
    ~Deeper() { --runtime_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

private:
    Runtime& runtime_;
};

class MacroObject final : public Object {
public:
    MacroObject(const Node& node, std::string name, ScopePtr scope)
        : node_(node), name_(std::move(name)), scope_(std::move(scope)) {}
    [[nodiscard]] std::string typeName() const override { return "Macro"; }
    [[nodiscard]] bool callable() const override { return true; }
    Value call(Runtime& runtime, Args& args) override { return runtime.callMacro(node_, name_, scope_, args); }
    std::optional<Value> attribute(Runtime& runtime, std::string_view name) override;

private:
    const Node& node_;
    std::string name_;
    ScopePtr scope_;
};

/// `loop`: walks lazily, because the filter of a loop may depend on what its body has done so far.
class LoopObject final : public Object, public std::enable_shared_from_this<LoopObject> {
public:
    LoopObject(Runtime& runtime, const Node& node, ScopePtr scope, Value source, int depth);
    [[nodiscard]] std::string typeName() const override { return "LoopContext"; }
    [[nodiscard]] bool callable() const override { return node_.recursive; }
    Value call(Runtime& runtime, Args& args) override;
    std::optional<Value> attribute(Runtime& runtime, std::string_view name) override;
    /// The next item that passes the filter; false at the end.
    bool next(Value& item);

private:
    bool fetch(Value& item);
    bool peek();
    std::int64_t length();
    Value cycle(const Args& args) const;
    Value changed(const Args& args);

    Runtime& runtime_;
    const Node& node_;
    ScopePtr scope_;
    Value source_; ///< a list, tuple, view or range
    std::size_t size_ = 0, at_ = 0;
    std::optional<Value> before_, current_, after_;
    std::int64_t index_ = -1;
    std::optional<std::int64_t> length_;
    std::optional<std::vector<Value>> lastChanged_;
    int depth_;
};

} // namespace vitral::jinja
