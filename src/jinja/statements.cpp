#include <fmt/format.h>

#include "jinja/access.h"
#include "jinja/compare.h"
#include "jinja/evaluator.h"
#include "jinja/evaluator_depth.h"
#include "jinja/print.h"
#include "jinja/temporarily.h"
#include "unicode/character.h"

namespace twofold::jinja {

class Evaluator::Filter final : public LoopFilter {
 public:
  Filter(Evaluator& evaluator, const Statement& statement, Scope& scope)
      : evaluator_(evaluator), statement_(statement), scope_(scope) {}

  bool passes(const Value& item) override {
    scope_.clear();
    evaluator_.assign(statement_.targets[0], item, scope_);
    return truth(evaluator_.evaluate(*statement_.filter, scope_));
  }

 private:
  Evaluator& evaluator_;
  const Statement& statement_;
  Scope& scope_;
};

Evaluator::Flow Evaluator::run(const Body& body, Scope& scope) {
  for (const StatementPtr& statement : body) {
    const Flow flow = run(*statement, scope);
    if (flow != Flow::kNext) return flow;
  }
  return Flow::kNext;
}

Evaluator::Flow Evaluator::run(const Statement& statement, Scope& scope) {
  const Depth depth(*this);
  at_ = statement.at;
  heap_.step();
  switch (statement.action) {
    case Action::kBreak:
      return Flow::kBreak;
    case Action::kContinue:
      return Flow::kContinue;
    case Action::kIf:
      return run_branches(statement, scope);
    case Action::kSetBlock:
      return run_set_block(statement, scope);
    case Action::kFilterBlock:
      return run_filter_block(statement, scope);
    case Action::kWith:
      return run_with(statement, scope);
    default:
      run_straight(statement, scope);
      return Flow::kNext;
  }
}

void Evaluator::run_straight(const Statement& statement, Scope& scope) {
  switch (statement.action) {
    case Action::kText:
      return write(statement.text);
    case Action::kOutput:
      return run_output(statement, scope);
    case Action::kSet:
      return run_set(statement, scope);
    case Action::kFor:
      return run_loop(statement, scope, evaluate(*statement.values[0], scope), 0);
    case Action::kMacro:
      return scope.set(statement.symbol, macro_of(statement, scope));
    case Action::kCallBlock:
      return run_call_block(statement, scope);
    default:
      return run_generation(statement, scope);
  }
}

void Evaluator::run_output(const Statement& statement, Scope& scope) {
  const Value value = evaluate(*statement.values[0], scope);
  at_ = statement.at;
  if (strict_undefined_ && value.is_undefined()) refuse_undefined(value);
  print(heap_, *out_, value);
}

void Evaluator::run_set(const Statement& statement, Scope& scope) {
  check_namespaces(statement.targets[0], scope);
  assign(statement.targets[0], evaluate(*statement.values[0], scope), scope);
}

Evaluator::Flow Evaluator::run_branches(const Statement& statement, Scope& scope) {
  for (const Branch& branch : statement.branches) {
    if (!branch.condition || truth(evaluate(*branch.condition, scope))) {
      return run(branch.body, scope);
    }
  }
  return Flow::kNext;
}

Evaluator::Flow Evaluator::run_with(const Statement& statement, Scope& scope) {
  Scope& body = inner(scope);
  for (size_t i = 0; i < statement.targets.size(); ++i) {
    assign(statement.targets[i], evaluate(*statement.values[i], scope), body);
  }
  return run(statement.body, body);
}

Evaluator::Flow Evaluator::captured(const Body& body, Scope& scope, std::string& text) {
  const Temporarily into(out_, &text);
  return run(body, scope);
}

Evaluator::Flow Evaluator::run_set_block(const Statement& statement, Scope& scope) {
  Scope& body = inner(scope);
  std::string text;
  const Flow flow = captured(statement.body, body, text);
  if (flow != Flow::kNext) return flow;
  Value value = heap_.text(text);
  if (statement.filter) value = evaluate_applied(*statement.filter, body, &value);
  check_namespaces(statement.targets[0], scope);
  assign(statement.targets[0], value, scope);
  return Flow::kNext;
}

Evaluator::Flow Evaluator::run_filter_block(const Statement& statement, Scope& scope) {
  Scope& body = inner(scope);
  std::string text;
  const Flow flow = captured(statement.body, body, text);
  if (flow != Flow::kNext) return flow;
  const Value value = heap_.text(text);
  const Value filtered = evaluate_applied(*statement.filter, body, &value);
  print(heap_, *out_, filtered);
  return Flow::kNext;
}

void Evaluator::run_call_block(const Statement& statement, Scope& scope) {
  const Value caller = macro_of(statement, scope);
  print(heap_, *out_, evaluate_call(*statement.values[0], scope, &caller));
}

void Evaluator::run_generation(const Statement& statement, Scope& scope) {
  // transformers counts from what the template itself has written: within a macro that is too
  // early.
  const size_t begin = count_characters(root_);
  Arguments nothing;
  const Macro caller{&statement, &scope};
  const Value text = call_macro(caller, nothing);
  generated_.push_back({begin, begin + text.text->characters});
  write(text.bytes());
}

void Evaluator::run_loop(const Statement& statement, Scope& scope, const Value& items,
                         size_t depth) {
  Scope& body = inner(scope);
  LoopFilter* filter = nullptr;
  if (statement.filter) filter = heap_.make<Filter>(*this, statement, inner(scope));
  Loop& loop = *heap_.make<Loop>(heap_, items, filter, depth);
  loop.recursive = statement.recursive ? &statement : nullptr;
  loop.around = &scope;
  bool empty = true;
  for (Value item; loop.next(item);) {
    empty = false;
    body.clear();
    body.set(Names::kLoop, Value::of(loop));
    assign(statement.targets[0], item, body);
    if (run(statement.body, body) == Flow::kBreak) break;
  }
  if (empty && !statement.branches.empty()) run(statement.branches[0].body, inner(scope));
}

void Evaluator::check_namespaces(const Target& target, Scope& scope) {
  for (const Target& one : target.several) check_namespaces(one, scope);
  if (target.field.empty()) return;
  const Value* found = scope.find(target.symbol);
  if (!found || !found->is(Kind::kNamespace)) {
    refuse(fmt::format("'{}' is no namespace: its '{}' cannot be set", names_.name(target.symbol),
                       target.field));
  }
}

void Evaluator::assign(const Target& target, const Value& value, Scope& scope) {
  if (!target.field.empty()) {
    return set_field(*scope.find(target.symbol)->space, target.field, value);
  }
  if (!target.is_several) return scope.set(target.symbol, value);
  const List& values = items_of(heap_, value);
  if (values.items.size() != target.several.size()) {
    refuse(fmt::format("{} values for {} names", values.items.size(), target.several.size()));
  }
  for (size_t i = 0; i < values.items.size(); ++i) {
    assign(target.several[i], values.items[i], scope);
  }
}

}  // namespace twofold::jinja
