#include "jinja/globals.h"

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>

#include "jinja/access.h"
#include "jinja/compare.h"
#include "jinja/iterate.h"
#include "jinja/print.h"

namespace twofold::jinja {
namespace {

constexpr int64_t kLongestRange = 100'000;  // as in Jinja's sandbox

Value make_range(const Call& call) {
  const Parameters given(call, {"start", "stop", "step"}, 1);
  const bool lone = !given.has(1);
  const int64_t start = lone ? 0 : given.integer(0, 0);
  const int64_t stop = given.integer(lone ? 0 : 1, 0), step = given.integer(2, 1);
  if (step == 0) refuse("a range whose step is 0");
  constexpr int64_t kFar = INT64_MAX / 4;
  for (const int64_t one : {start, stop, step}) {
    if (one > kFar || one < -kFar) refuse("a range beyond 64 bits");
  }
  const int64_t distance = step > 0 ? stop - start : start - stop;
  const int64_t count = distance <= 0 ? 0 : (distance - 1) / std::abs(step) + 1;
  if (count > kLongestRange) refuse(fmt::format("a range of more than {} numbers", kLongestRange));
  List& numbers = call.heap.list();
  for (int64_t i = 0; i < count; ++i) call.heap.push(numbers, Value::of(start + i * step));
  numbers.name = call.heap
                     .text(step == 1 ? fmt::format("range({}, {})", start, stop)
                                     : fmt::format("range({}, {}, {})", start, stop, step))
                     .bytes();
  return Value::of(Kind::kRange, numbers);
}

/// dict(…): of a dict, of pairs, and of named arguments.
Value make_dict(const Call& call) {
  if (call.given.places.size() > 1) refuse("'dict' takes at most one argument without a name");
  Dict& made = call.heap.dict();
  if (!call.given.places.empty() && call.given.places[0].is(Kind::kDict)) {
    for (const auto& [key, value] : call.given.places[0].dict->entries) {
      call.heap.put(made, key, value);
    }
  } else if (!call.given.places.empty()) {
    for (const Value& pair : items_of(call.heap, call.given.places[0]).items) {
      const List& both = items_of(call.heap, pair);
      if (both.items.size() != 2) refuse("'dict' takes pairs");
      call.heap.put(made, both.items[0], both.items[1]);
    }
  }
  for (const auto& [name, value] : call.given.names) {
    call.heap.put(made, call.heap.text(name), value);
  }
  return Value::of(made);
}

Value make_namespace(const Call& call) {
  Namespace& made = call.heap.space();
  for (const auto& [key, value] : make_dict(call).dict->entries) {
    if (!key.is_text()) refuse("the fields of a namespace have texts for names");
    set_field(made, key.bytes(), value);
  }
  return Value::of(made);
}

Value raise_exception(const Call& call) {
  const Parameters given(call, {"message"}, 1);
  std::string message;
  print(call.heap, message, given[0]);
  refuse(message);
}

constexpr Function kFunctions[] = {
    {"range", make_range},         {"dict", make_dict},
    {"namespace", make_namespace}, {"raise_exception", raise_exception},
    {"strftime_now", nullptr},     {"lipsum", nullptr},
    {"cycler", nullptr},           {"joiner", nullptr}};

/// Python's format knows two things that the C library does not.
std::string with_zero_microseconds(std::string_view format) {
  std::string made;
  for (size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      made += format[i];
    } else if (format[++i] == 'f') {
      made += "000000";
    } else if (format[i] != 'z' && format[i] != 'Z') {  // without a zone both are empty
      made.append("%") += format[i];
    }
  }
  return made;
}

}  // namespace

std::span<const Function> Globals::functions() const { return kFunctions; }

Value Globals::call(const Function& function, const Arguments& given) {
  if (function.name == "strftime_now") return strftime_now(given);
  return call_function(heap_, function, Value(), given);
}

Value Globals::strftime_now(const Arguments& given) {
  const Call call{heap_, "strftime_now", Value(), given};
  const Parameters parameters(call, {"format"}, 1);
  const std::string format = with_zero_microseconds(parameters.text(0).bytes);
  if (format.empty()) return heap_.text("");
  if (format.size() > 200) refuse("a date's format of more than 200 bytes");
  std::tm now{};
  if (settings_.now) {
    now = *settings_.now;
  } else {
    const std::time_t seconds = std::time(nullptr);
    localtime_r(&seconds, &now);
  }
  char text[4096];
  return heap_.text({text, std::strftime(text, sizeof text, format.c_str(), &now)});
}

}  // namespace twofold::jinja
