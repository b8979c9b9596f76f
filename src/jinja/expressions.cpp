#include <fmt/format.h>

#include "jinja/access.h"
#include "jinja/compare.h"
#include "jinja/evaluator.h"
#include "jinja/evaluator_depth.h"
#include "jinja/operators.h"
#include "jinja/print.h"

namespace twofold::jinja {

Value Evaluator::evaluate(const Expression& node, Scope& scope) {
  const Depth depth(*this);
  heap_.step();
  switch (node.op) {
    case Op::kConstant:
      return node.constant;
    case Op::kName:
      return evaluate_name(node, scope);
    case Op::kList:
      return evaluate_several(node, scope, Kind::kList);
    case Op::kTuple:
      return evaluate_several(node, scope, Kind::kTuple);
    case Op::kDict:
      return evaluate_dict(node, scope);
    case Op::kSlice:
      return evaluate_slice(node, scope);
    case Op::kCall:
      return evaluate_call(node, scope, nullptr);
    case Op::kFilter:
    case Op::kTest:
      return evaluate_applied(node, scope, nullptr);
    case Op::kChoice:
      return evaluate_choice(node, scope);
    case Op::kNot:
      return Value::of(!truth(part(node, 0, scope)));
    case Op::kConcat:
      return evaluate_concat(node, scope);
    case Op::kCompare:
      return evaluate_comparison(node, scope);
    default:
      return evaluate_binary(node, scope);
  }
}

Value Evaluator::evaluate_binary(const Expression& node, Scope& scope) {
  const Value left = part(node, 0, scope);
  if (node.op == Op::kAnd) return truth(left) ? part(node, 1, scope) : left;
  if (node.op == Op::kOr) return truth(left) ? left : part(node, 1, scope);
  const Value right = node.parts.size() > 1 ? part(node, 1, scope) : Value();
  at_ = node.at;
  switch (node.op) {
    case Op::kAttribute:
      return attribute(heap_, left, *node.constant.text);
    case Op::kItem:
      return item(heap_, left, right);
    case Op::kNegative:
      return negative(left);
    case Op::kPositive:
      return positive(left);
    default:
      return binary(heap_, node.op, left, right);
  }
}

Value Evaluator::evaluate_name(const Expression& node, Scope& scope) {
  const Value* found = scope.find(node.symbol);
  if (!found) return Value::undefined(node.constant.text);
  return *found;
}

Value Evaluator::evaluate_several(const Expression& node, Scope& scope, Kind kind) {
  List& made = heap_.list();
  for (const ExpressionPtr& item : node.parts) heap_.push(made, evaluate(*item, scope));
  return Value::of(kind, made);
}

Value Evaluator::evaluate_dict(const Expression& node, Scope& scope) {
  Dict& made = heap_.dict();
  for (size_t i = 0; i < node.parts.size(); i += 2) {
    const Value key = part(node, i, scope), value = part(node, i + 1, scope);
    at_ = node.at;
    heap_.put(made, key, value);
  }
  return Value::of(made);
}

Value Evaluator::evaluate_slice(const Expression& node, Scope& scope) {
  const Value object = part(node, 0, scope);
  const auto bound = [&](size_t i) { return node.parts[i] ? part(node, i, scope) : Value::none(); };
  const Value start = bound(1), stop = bound(2), step = bound(3);
  at_ = node.at;
  return slice(heap_, object, start, stop, step);
}

Value Evaluator::evaluate_choice(const Expression& node, Scope& scope) {
  if (truth(part(node, 1, scope))) return part(node, 0, scope);
  return node.parts[2] ? part(node, 2, scope) : Value::undefined();
}

Value Evaluator::evaluate_concat(const Expression& node, Scope& scope) {
  std::vector<Value> values;
  for (const ExpressionPtr& value : node.parts) values.push_back(evaluate(*value, scope));
  at_ = node.at;
  std::string text;
  for (const Value& value : values) print(heap_, text, value);
  return heap_.text(text);
}

Value Evaluator::evaluate_comparison(const Expression& node, Scope& scope) {
  Value left = part(node, 0, scope);
  for (size_t i = 0; i < node.comparisons.size(); ++i) {
    const Value right = part(node, i + 1, scope);
    at_ = node.at;
    if (!compare(heap_, node.comparisons[i], left, right)) return Value::of(false);
    left = right;
  }
  return Value::of(true);
}

Value Evaluator::evaluate_applied(const Expression& node, Scope& scope, const Value* filtered) {
  // In a filter block or a set block, the innermost filter has the block's text for its value.
  Value self = filtered ? *filtered : Value();
  if (node.parts[0]) {
    self = filtered ? evaluate_applied(*node.parts[0], scope, filtered) : part(node, 0, scope);
  }
  const Arguments given = arguments_of(node, scope);
  at_ = node.at;
  if (!node.function) {
    refuse(fmt::format("there is no filter or test '{}'", node.constant.bytes()));
  }
  return call_function(heap_, *node.function, self, given);
}

}  // namespace twofold::jinja
