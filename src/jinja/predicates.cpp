#include "jinja/predicates.h"

#include <fmt/format.h>

#include "jinja/compare.h"
#include "jinja/filters/filters.h"
#include "jinja/iterate.h"
#include "jinja/methods/methods.h"
#include "jinja/operators.h"
#include "jinja/print.h"

namespace twofold::jinja {
namespace {

template <bool (*holds)(const Value&)>
Value simple(const Call& call) {
  const Parameters none(call, {});
  return Value::of(holds(call.self));
}

bool is_defined(const Value& value) { return !value.is_undefined(); }
bool is_undefined(const Value& value) { return value.is_undefined(); }
bool is_none(const Value& value) { return value.is(Kind::kNone); }
bool is_boolean(const Value& value) { return value.is(Kind::kBool); }
bool is_true(const Value& value) { return value.is(Kind::kBool) && value.flag; }
bool is_false(const Value& value) { return value.is(Kind::kBool) && !value.flag; }
bool is_int(const Value& value) { return value.is(Kind::kInt); }
bool is_float(const Value& value) { return value.is(Kind::kFloat); }
bool is_number(const Value& value) { return value.is_number(); }
bool is_string(const Value& value) { return value.is_text(); }
bool is_mapping(const Value& value) { return value.is(Kind::kDict); }
bool is_safe(const Value& value) { return value.is_text() && value.text->safe; }

bool is_sequence(const Value& value) {
  return value.is_undefined() || value.is_text() || value.is(Kind::kDict) || value.is_sequence();
}

bool is_callable(const Value& value) {
  return value.is_undefined() || value.is(Kind::kMacro) || value.is(Kind::kFunction) ||
         value.is(Kind::kMethod) || value.is(Kind::kLoop);
}

Value modulo_of(const Call& call, const Value& by) {
  return binary(call.heap, Op::kModulo, call.self, by);
}

template <int64_t rest>
Value is_parity(const Call& call) {
  const Parameters none(call, {});
  return Value::of(equal(call.heap, modulo_of(call, Value::of(int64_t{2})), Value::of(rest)));
}

Value is_divisible(const Call& call) {
  const Parameters given(call, {"num"}, 1);
  return Value::of(equal(call.heap, modulo_of(call, given[0]), Value::of(int64_t{0})));
}

template <Op op>
Value compared(const Call& call) {
  const Parameters given(call, {"other"}, 1);
  return Value::of(compare(call.heap, op, call.self, given[0]));
}

Value is_same(const Call& call) {
  const Parameters given(call, {"other"}, 1);
  return Value::of(same(call.self, given[0]));
}

template <bool upper>
Value is_cased(const Call& call) {
  const Parameters none(call, {});
  return Value::of(is_in_case(to_text(call.heap, call.self).bytes(), upper));
}

Value is_filter(const Call& call) {
  const Parameters none(call, {});
  return Value::of(call.self.is_text() && find_filter(call.self.bytes()) != nullptr);
}

Value is_test(const Call& call) {
  const Parameters none(call, {});
  return Value::of(call.self.is_text() && find_test(call.self.bytes()) != nullptr);
}

constexpr Function kTests[] = {{"defined", simple<is_defined>},
                               {"undefined", simple<is_undefined>},
                               {"none", simple<is_none>},
                               {"boolean", simple<is_boolean>},
                               {"true", simple<is_true>},
                               {"false", simple<is_false>},
                               {"integer", simple<is_int>},
                               {"float", simple<is_float>},
                               {"number", simple<is_number>},
                               {"string", simple<is_string>},
                               {"mapping", simple<is_mapping>},
                               {"sequence", simple<is_sequence>},
                               {"iterable", simple<is_iterable>},
                               {"callable", simple<is_callable>},
                               {"escaped", simple<is_safe>},
                               {"odd", is_parity<1>},
                               {"even", is_parity<0>},
                               {"divisibleby", is_divisible},
                               {"lower", is_cased<false>},
                               {"upper", is_cased<true>},
                               {"sameas", is_same},
                               {"filter", is_filter},
                               {"test", is_test},
                               {"in", compared<Op::kIn>},
                               {"==", compared<Op::kEqual>},
                               {"eq", compared<Op::kEqual>},
                               {"equalto", compared<Op::kEqual>},
                               {"!=", compared<Op::kUnequal>},
                               {"ne", compared<Op::kUnequal>},
                               {">", compared<Op::kGreater>},
                               {"gt", compared<Op::kGreater>},
                               {"greaterthan", compared<Op::kGreater>},
                               {"ge", compared<Op::kAtLeast>},
                               {">=", compared<Op::kAtLeast>},
                               {"<", compared<Op::kLess>},
                               {"lt", compared<Op::kLess>},
                               {"lessthan", compared<Op::kLess>},
                               {"<=", compared<Op::kAtMost>},
                               {"le", compared<Op::kAtMost>}};

}  // namespace

const Function* find_test(std::string_view name) { return find_function(kTests, name); }

}  // namespace twofold::jinja
