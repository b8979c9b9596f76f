// Filters on numbers: abs, int, float, round, sum.

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "jinja/access.h"
#include "jinja/compare.h"
#include "jinja/filters/filters.h"
#include "jinja/iterate.h"
#include "jinja/methods/methods.h"
#include "jinja/operators.h"

namespace twofold::jinja {
namespace {

Value absolute(const Call& call) {
  const Parameters none(call, {});
  if (call.self.is_undefined()) refuse_undefined(call.self);
  if (!call.self.is_number()) refuse(fmt::format("'abs' of a {}", type_name(call.self)));
  if (call.self.is(Kind::kFloat)) return Value::of(std::abs(call.self.real));
  return call.self.whole() < 0 ? negative(call.self) : Value::of(call.self.whole());
}

/// The digits of a number as Python reads them: space around it, underscores within.
std::string digits_of(const Call& call) {
  const Text& text = *strip(call.heap, *call.self.text, Side::kBoth, nullptr).text;
  std::string digits;
  for (size_t i = 0; i < text.bytes.size(); ++i) {
    const char c = text.bytes[i];
    const bool between = c == '_' && i > 0 && i + 1 < text.bytes.size() &&
                         text.bytes[i - 1] >= '0' && text.bytes[i - 1] <= '9' &&
                         text.bytes[i + 1] >= '0' && text.bytes[i + 1] <= '9';
    if (!between) digits += c;
  }
  if (digits.starts_with('+') && !digits.starts_with("+-")) digits.erase(0, 1);
  return digits;
}

template <class Number>
bool read(const std::string& digits, Number& number) {
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, number);
  if (result.ec == std::errc::result_out_of_range) refuse("a number of more than 64 bits");
  return result.ec == std::errc() && result.ptr == end && !digits.empty();
}

Value whole_of(double number, const Value& otherwise) {
  if (!std::isfinite(number)) return otherwise;
  if (std::abs(number) >= 9.2e18) refuse("a number of more than 64 bits");
  return Value::of(static_cast<int64_t>(number));
}

Value to_int(const Call& call) {
  const Parameters given(call, {"default", "base"});
  if (given.integer(1, 10) != 10) refuse("'int' with a base is not known to twofold's templates");
  if (call.self.is_undefined()) refuse_undefined(call.self);
  const Value otherwise = given.has(0) ? given[0] : Value::of(int64_t{0});
  if (call.self.is_integer()) return Value::of(call.self.whole());
  if (call.self.is(Kind::kFloat)) return whole_of(call.self.real, otherwise);
  if (!call.self.is_text()) return otherwise;
  const std::string digits = digits_of(call);
  int64_t number = 0;
  if (read(digits, number)) return Value::of(number);
  double real = 0;
  return read(digits, real) ? whole_of(real, otherwise) : otherwise;
}

Value to_float(const Call& call) {
  const Parameters given(call, {"default"});
  if (call.self.is_undefined()) refuse_undefined(call.self);
  if (call.self.is_number()) return Value::of(call.self.number());
  double number = 0;
  if (call.self.is_text() && read(digits_of(call), number)) return Value::of(number);
  return given.has(0) ? given[0] : Value::of(0.0);
}

/// Python rounds what a float is, not how it is written: to `digits` behind the point.
double rounded(double number, int64_t digits) {
  if (digits < 0 || digits > 15) refuse("'round' is to 0 to 15 digits");
  const std::string text = fmt::format("{:.{}f}", number, digits);
  double made = 0;
  std::from_chars(text.data(), text.data() + text.size(), made);
  return made;
}

Value round(const Call& call) {
  const Parameters given(call, {"precision", "method"});
  const int64_t digits = given.integer(0, 0);
  const std::string_view method = given.has(1) ? given.text(1).bytes : "common";
  if (call.self.is_undefined()) refuse_undefined(call.self);
  if (!call.self.is_number()) refuse(fmt::format("'round' of a {}", type_name(call.self)));
  if (method != "common" && method != "ceil" && method != "floor") {
    refuse("the method of 'round' is common, ceil or floor");
  }
  if (method == "common") {
    return call.self.is_integer() ? call.self : Value::of(rounded(call.self.real, digits));
  }
  if (digits < 0 || digits > 15) refuse("'round' is to 0 to 15 digits");
  const double scale = std::pow(10.0, static_cast<double>(digits));
  const double scaled = call.self.number() * scale;
  return Value::of((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / scale);
}

Value sum(const Call& call) {
  const Parameters given(call, {"attribute", "start"});
  Value total = given.has(1) ? given[1] : Value::of(int64_t{0});
  if (total.is_text()) refuse("'sum' of texts");
  Iteration items(call.heap, call.self);
  for (Value item; items.next(item);) {
    if (given.has(0) && !given[0].is(Kind::kNone)) item = path_item(call.heap, item, given[0]);
    total = binary(call.heap, Op::kAdd, total, item);
  }
  return total;
}

constexpr Function kNumbersFilters[] = {
    {"abs", absolute}, {"int", to_int}, {"float", to_float}, {"round", round}, {"sum", sum}};

}  // namespace

std::span<const Function> number_filters() { return kNumbersFilters; }

}  // namespace twofold::jinja
