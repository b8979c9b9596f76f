#include "jinja/filters/filters.h"

namespace twofold::jinja {
namespace {

constexpr Function kUnknown[] = {
    {"e", nullptr},         {"escape", nullptr},    {"filesizeformat", nullptr},
    {"pprint", nullptr},    {"random", nullptr},    {"forceescape", nullptr},
    {"striptags", nullptr}, {"urlencode", nullptr}, {"urlize", nullptr},
    {"wordwrap", nullptr},  {"xmlattr", nullptr},   {"truncate", nullptr}};

}  // namespace

const Function* find_filter(std::string_view name) {
  for (const auto table : {text_filters(), sequence_filters(), order_filters(), selection_filters(),
                           number_filters(), std::span<const Function>(kUnknown)}) {
    if (const Function* found = find_function(table, name)) return found;
  }
  return nullptr;
}

Value iterator_of(List& items) { return Value::of(Kind::kIterator, items); }

}  // namespace twofold::jinja
