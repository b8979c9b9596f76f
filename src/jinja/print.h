#pragma once
// Values as text: as `{{ … }}` writes them (Python's str) and inside of lists (repr); as JSON.

#include <optional>
#include <string>

#include "jinja/heap.h"
#include "jinja/value.h"

namespace twofold::jinja {

/// Adds str(value). A Refusal for a value whose text would be an address in memory, and beyond the
/// heap's limit.
void print(Heap& heap, std::string& out, const Value& value);
void print_repr(Heap& heap, std::string& out, const Value& value);
std::string float_text(double number);
/// The text of a value: itself, or what print() makes of it.
Value to_text(Heap& heap, const Value& value);
/// `text` with &, <, > and quotes as HTML writes them, unless it is marked as safe.
std::string escaped(const Text& text);

struct JsonStyle {
  bool ascii = false;
  std::optional<std::string> indent = {};  ///< of one level; without it all is on one line
  std::string item_separator = ", ", key_separator = ": ";
  bool sort_keys = false;
};
/// Adds what Python's json.dumps() makes of the value.
void print_json(Heap& heap, std::string& out, const Value& value, const JsonStyle& style);

}  // namespace twofold::jinja
