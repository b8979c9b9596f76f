#pragma once
// What Python's own values can do: "…".split(), {…}.items(), […].index().

#include "jinja/call.h"
#include "jinja/value.h"

namespace twofold::jinja {

/// The method of that name of the value's type; null if the type has none. One that Python has and
/// twofold does not is there without a body.
const Function* find_method(const Value& value, std::string_view name);
/// Whether the method would change its value: Jinja's sandbox hides those.
bool is_mutating(const Function& method);

const Function* find_text_method(std::string_view name);

// What the filters of the same names do too.
enum class Side { kBoth, kLeft, kRight };
Value strip(Heap& heap, const Text& text, Side side, const Text* characters);
Value replaced(Heap& heap, std::string_view text, std::string_view old, std::string_view by,
               int64_t most);
enum class Case { kUpper, kLower, kCapitalized, kTitle, kSwapped };
std::string in_case(std::string_view text, Case letters);
/// Lines without their ends, as str.splitlines() cuts them.
std::vector<std::string_view> lines_of(std::string_view text, bool with_ends = false);

// text_search.cpp, text_tests.cpp, format.cpp
Value text_find(const Call& call);
Value text_rfind(const Call& call);
Value text_index(const Call& call);
Value text_rindex(const Call& call);
Value text_count(const Call& call);
Value text_starts_with(const Call& call);
Value text_ends_with(const Call& call);
Value text_split(const Call& call);
Value text_rsplit(const Call& call);
Value text_format(const Call& call);
bool is_all(std::string_view text, bool (*kind)(uint32_t));
bool is_in_case(std::string_view text, bool upper);

}  // namespace twofold::jinja
