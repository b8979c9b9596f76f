#include "jinja/operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "jinja/compare.h"
#include "jinja/print.h"

namespace twofold::jinja {
namespace {

const char* sign_of(Op op) {
  switch (op) {
    case Op::kAdd:
      return "+";
    case Op::kSubtract:
      return "-";
    case Op::kMultiply:
      return "*";
    case Op::kDivide:
      return "/";
    case Op::kFloorDivide:
      return "//";
    case Op::kModulo:
      return "%";
    default:
      return "**";
  }
}

[[noreturn]] void refuse_types(Op op, const Value& left, const Value& right) {
  if (left.is_undefined()) refuse_undefined(left);
  if (right.is_undefined()) refuse_undefined(right);
  refuse(fmt::format("'{}' is not for {} and {}", sign_of(op), type_name(left), type_name(right)));
}

[[noreturn]] void refuse_size() { refuse("a number of more than 64 bits"); }

int64_t plus(int64_t left, int64_t right) {
  int64_t result = 0;
  if (__builtin_add_overflow(left, right, &result)) refuse_size();
  return result;
}

int64_t minus(int64_t left, int64_t right) {
  int64_t result = 0;
  if (__builtin_sub_overflow(left, right, &result)) refuse_size();
  return result;
}

int64_t times(int64_t left, int64_t right) {
  int64_t result = 0;
  if (__builtin_mul_overflow(left, right, &result)) refuse_size();
  return result;
}

int64_t floor_divide(int64_t left, int64_t right) {
  if (right == 0) refuse("division by zero");
  if (right == -1) return minus(0, left);
  const int64_t quotient = left / right;
  return left % right != 0 && (left < 0) != (right < 0) ? quotient - 1 : quotient;
}

int64_t modulo(int64_t left, int64_t right) {
  if (right == 0) refuse("division by zero");
  if (right == -1) return 0;
  const int64_t rest = left % right;
  return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
}

Value power(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) refuse("division by zero");
    return Value::of(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  int64_t result = 1;
  if (base == 0 || base == 1) return Value::of(exponent == 0 ? int64_t{1} : base);
  if (base == -1) return Value::of(int64_t{exponent % 2 == 0 ? 1 : -1});
  for (; exponent > 0; --exponent) result = times(result, base);
  return Value::of(result);
}

Value of_integers(Op op, int64_t left, int64_t right) {
  switch (op) {
    case Op::kAdd:
      return Value::of(plus(left, right));
    case Op::kSubtract:
      return Value::of(minus(left, right));
    case Op::kMultiply:
      return Value::of(times(left, right));
    case Op::kFloorDivide:
      return Value::of(floor_divide(left, right));
    case Op::kModulo:
      return Value::of(modulo(left, right));
    case Op::kPower:
      return power(left, right);
    default:
      break;
  }
  if (right == 0) refuse("division by zero");
  return Value::of(static_cast<double>(left) / static_cast<double>(right));
}

double float_modulo(double left, double right) {
  const double rest = std::fmod(left, right);
  return rest != 0 && (rest < 0) != (right < 0) ? rest + right : rest;
}

double of_floats(Op op, double left, double right) {
  const bool divides = op == Op::kDivide || op == Op::kFloorDivide || op == Op::kModulo;
  if (divides && right == 0) refuse("division by zero");
  switch (op) {
    case Op::kAdd:
      return left + right;
    case Op::kSubtract:
      return left - right;
    case Op::kMultiply:
      return left * right;
    case Op::kDivide:
      return left / right;
    case Op::kFloorDivide:
      return std::floor(left / right);
    case Op::kModulo:
      return float_modulo(left, right);
    default:
      break;
  }
  const double result = std::pow(left, right);
  if (!std::isfinite(result)) refuse("a power that is no finite number");
  return result;
}

Value repeated(Heap& heap, const Value& value, int64_t times) {
  const auto count = static_cast<size_t>(std::max<int64_t>(times, 0));
  if (value.is_text()) {
    const std::string_view text = value.bytes();
    if (!text.empty()) heap.check_size(count > heap.limits().text ? count : count * text.size());
    std::string made;
    for (size_t i = 0; i < (text.empty() ? 0 : count); ++i) made += text;
    return heap.text(made, value.text->safe);
  }
  const auto& items = value.list->items;
  if (!items.empty()) heap.step(count > heap.limits().steps ? count : count * items.size());
  List& made = heap.list();
  for (size_t i = 0; i < (items.empty() ? 0 : count); ++i) {
    for (const Value& item : items) heap.push(made, item);
  }
  return Value::of(value.kind, made);
}

Value added_texts(Heap& heap, const Text& left, const Text& right) {
  if (left.safe || right.safe) return heap.text(escaped(left) + escaped(right), true);
  return heap.joined(left, right);
}

Value added_lists(Heap& heap, const Value& left, const Value& right) {
  List& made = heap.list(left.list->items.size() + right.list->items.size());
  for (const Value& item : left.list->items) heap.push(made, item);
  for (const Value& item : right.list->items) heap.push(made, item);
  return Value::of(left.kind, made);
}

bool is_array(const Value& value) { return value.is(Kind::kList) || value.is(Kind::kTuple); }

}  // namespace

Value binary(Heap& heap, Op op, const Value& left, const Value& right) {
  if (left.is_integer() && right.is_integer()) {
    return of_integers(op, left.whole(), right.whole());
  }
  if (left.is_number() && right.is_number()) {
    return Value::of(of_floats(op, left.number(), right.number()));
  }
  if (op == Op::kAdd && left.is_text() && right.is_text()) {
    return added_texts(heap, *left.text, *right.text);
  }
  if (op == Op::kAdd && is_array(left) && left.kind == right.kind) {
    return added_lists(heap, left, right);
  }
  if (op == Op::kModulo && left.is_text()) return percent(heap, *left.text, right);
  if (op == Op::kMultiply && right.is_integer() && (left.is_text() || is_array(left))) {
    return repeated(heap, left, right.whole());
  }
  if (op == Op::kMultiply && left.is_integer() && (right.is_text() || is_array(right))) {
    return repeated(heap, right, left.whole());
  }
  refuse_types(op, left, right);
}

Value negative(const Value& value) {
  if (value.is_integer()) return of_integers(Op::kSubtract, 0, value.whole());
  if (value.is(Kind::kFloat)) return Value::of(-value.real);
  if (value.is_undefined()) refuse_undefined(value);
  refuse(fmt::format("a {} has no negative", type_name(value)));
}

Value positive(const Value& value) {
  if (value.is_integer()) return Value::of(value.whole());
  if (value.is(Kind::kFloat)) return value;
  if (value.is_undefined()) refuse_undefined(value);
  refuse(fmt::format("'+' is not for a {}", type_name(value)));
}

bool compare(Heap& heap, Op op, const Value& left, const Value& right) {
  switch (op) {
    case Op::kEqual:
      return equal(heap, left, right);
    case Op::kUnequal:
      return !equal(heap, left, right);
    case Op::kLess:
      return less(heap, left, right);
    case Op::kAtMost:
      return at_most(heap, left, right);
    case Op::kGreater:
      return less(heap, right, left);
    case Op::kAtLeast:
      return at_most(heap, right, left);
    case Op::kIn:
      return contains(heap, right, left);
    default:
      return !contains(heap, right, left);
  }
}

Value joined(Heap& heap, const Value& left, const Value& right) {
  std::string text;
  print(heap, text, left);
  print(heap, text, right);
  return heap.text(text);
}

}  // namespace twofold::jinja
