#include <fmt/format.h>

#include <algorithm>

#include "jinja/compare.h"
#include "jinja/evaluator.h"
#include "jinja/evaluator_depth.h"
#include "jinja/temporarily.h"

namespace twofold::jinja {
namespace {

/// Takes the argument of a name out of `given`; false if there is none.
bool take_named(Arguments& given, std::string_view name, Value& value) {
  const auto found =
      std::ranges::find(given.names, name, [](const auto& argument) { return argument.first; });
  if (found == given.names.end()) return false;
  value = found->second;
  given.names.erase(found);
  return true;
}

}  // namespace

Value Evaluator::evaluate_call(const Expression& node, Scope& scope, const Value* caller) {
  const Value called = part(node, 0, scope);
  Arguments given = arguments_of(node, scope);
  if (caller) given.names.emplace_back("caller", *caller);
  at_ = node.at;
  return call(called, given);
}

Arguments Evaluator::arguments_of(const Expression& node, Scope& scope) {
  using How = GivenArgument::How;
  Arguments given;
  for (const GivenArgument& argument : node.arguments) {
    if (argument.how == How::kPlace) {
      given.places.push_back(evaluate(*argument.value, scope));
    } else if (argument.how == How::kName) {
      given.names.emplace_back(argument.name, evaluate(*argument.value, scope));
    } else {
      spread(argument, given, scope);
    }
  }
  return given;
}

void Evaluator::spread(const GivenArgument& argument, Arguments& into, Scope& scope) {
  const Value value = evaluate(*argument.value, scope);
  if (argument.how == GivenArgument::How::kSpread) {
    for (const Value& item : items_of(heap_, value).items) into.places.push_back(item);
    return;
  }
  if (!value.is(Kind::kDict)) {
    refuse(fmt::format("'**' needs a dict, not {}", type_name(value)));
  }
  for (const auto& [key, one] : value.dict->entries) {
    if (!key.is_text()) refuse("names of arguments must be texts");
    heap_.step();
    into.names.emplace_back(key.bytes(), one);
  }
}

Value Evaluator::call(const Value& called, Arguments& given) {
  switch (called.kind) {
    case Kind::kUndefined:
      refuse_undefined(called);
    case Kind::kMacro:
      return call_macro(*called.macro, given);
    case Kind::kLoop:
      return call_loop(*called.loop, given);
    case Kind::kFunction:
      return globals_.call(*called.function, given);
    case Kind::kMethod:
      return call_function(heap_, *called.method->function, called.method->self, given);
    default:
      refuse(fmt::format("a {} cannot be called", type_name(called)));
  }
}

Value Evaluator::call_macro(const Macro& macro, Arguments& given) {
  const Depth depth(*this);
  if (calls_ >= heap_.limits().depth) {
    refuse(fmt::format("macros call each other more than {} deep", heap_.limits().depth));
  }
  struct Count {
    size_t& calls;
    explicit Count(size_t& all) : calls(all) { ++calls; }
    ~Count() { --calls; }
  } const count(calls_);
  Scope& scope = inner(*macro.around);
  bind(macro, given, scope);
  std::string text;
  captured(macro.definition->body, scope, text);
  return heap_.text(text);
}

void Evaluator::bind(const Macro& macro, Arguments& given, Scope& scope) {
  const auto& parameters = macro.definition->signature.parameters;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Signature::Parameter& parameter = parameters[i];
    Value value;
    if (i < given.places.size()) {
      value = given.places[i];
    } else if (!take_named(given, parameter.name, value)) {
      value = parameter.otherwise ? evaluate(*parameter.otherwise, scope)
                                  : Value::undefined(heap_.text(parameter.name).text);
    }
    scope.set(parameter.symbol, value);
  }
  bind_extras(macro, given, scope);
}

void Evaluator::bind_extras(const Macro& macro, Arguments& given, Scope& scope) {
  const Signature& signature = macro.definition->signature;
  if (signature.takes_caller) {
    Value caller;
    take_named(given, "caller", caller);
    scope.set(Names::kCaller, caller);
  }
  if (signature.takes_names) {
    Dict& rest = heap_.dict();
    for (const auto& [name, value] : given.names) heap_.put(rest, heap_.text(name), value);
    scope.set(Names::kKwargs, Value::of(rest));
  } else if (!given.names.empty()) {
    refuse(fmt::format("macro '{}' takes no argument '{}'", macro.definition->text,
                       given.names.front().first));
  }
  const size_t taken = std::min(signature.parameters.size(), given.places.size());
  const std::span<const Value> rest = std::span(given.places).subspan(taken);
  if (signature.takes_places) {
    scope.set(Names::kVarargs, heap_.list(Kind::kTuple, rest));
  } else if (!rest.empty()) {
    refuse(fmt::format("macro '{}' takes at most {} arguments", macro.definition->text,
                       signature.parameters.size()));
  }
}

Value Evaluator::call_loop(Loop& loop, const Arguments& given) {
  if (!loop.recursive) refuse("only a loop that is 'recursive' can be called");
  if (given.places.size() != 1) refuse("'loop' is called with the items to go through");
  const Depth depth(*this);
  if (loop.depth() >= heap_.limits().depth) {
    refuse(fmt::format("a loop calls itself more than {} deep", heap_.limits().depth));
  }
  std::string text;
  const Temporarily into(out_, &text);
  run_loop(*loop.recursive, *loop.around, given.places[0], loop.depth() + 1);
  return heap_.text(text);
}

}  // namespace twofold::jinja
