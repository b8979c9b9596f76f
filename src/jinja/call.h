#pragma once
// Functions that templates call: filters, tests, methods and globals, all of one signature.

#include <array>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "jinja/heap.h"
#include "jinja/value.h"

namespace twofold::jinja {

struct Arguments {
  std::vector<Value> places = {};
  std::vector<std::pair<std::string_view, Value>> names = {};
};

/// One call: `self` is what a filter or test is applied to, or whose method it is.
struct Call {
  Heap& heap;
  std::string_view name;
  Value self;
  const Arguments& given;
};

struct Function {
  std::string_view name;
  Value (*call)(const Call&);  ///< null: Python has it, twofold does not
};

struct Method {
  const Function* function;
  Value self;
};

/// The function of this name; null if the table has none.
const Function* find_function(std::span<const Function> table, std::string_view name);
/// Calls a function; one without a body is refused by its name.
Value call_function(Heap& heap, const Function& function, const Value& self,
                    const Arguments& given);

/// A call's arguments, each in the place of the parameter it is for.
class Parameters {
 public:
  /// A Refusal for an argument too many, one given twice, and for one of the first `required` that
  /// was not given.
  Parameters(const Call& call, std::initializer_list<std::string_view> names, size_t required = 0);

  bool has(size_t place) const { return given_[place]; }
  const Value& operator[](size_t place) const { return values_[place]; }
  bool flag(size_t place, bool otherwise) const;
  int64_t integer(size_t place, int64_t otherwise) const;
  /// A text; a Refusal for another value.
  const Text& text(size_t place) const;

 private:
  static constexpr size_t kMost = 6;
  size_t place_of(std::string_view name) const;

  const Call& call_;
  std::array<std::string_view, kMost> names_ = {};
  std::array<Value, kMost> values_ = {};
  std::array<bool, kMost> given_ = {};
};

}  // namespace twofold::jinja
