#include "jinja/call.h"

#include <fmt/format.h>

#include <algorithm>

#include "jinja/compare.h"

namespace twofold::jinja {

const Function* find_function(std::span<const Function> table, std::string_view name) {
  const auto found = std::ranges::find(table, name, &Function::name);
  return found == table.end() ? nullptr : &*found;
}

Value call_function(Heap& heap, const Function& function, const Value& self,
                    const Arguments& given) {
  if (!function.call) {
    refuse(fmt::format("'{}' is not known to twofold's templates", function.name));
  }
  heap.step(self.is_text() ? 1 + self.bytes().size() / 8 : 1);
  return function.call({heap, function.name, self, given});
}

Parameters::Parameters(const Call& call, std::initializer_list<std::string_view> names,
                       size_t required)
    : call_(call) {
  std::copy(names.begin(), names.end(), names_.begin());
  const auto& places = call.given.places;
  if (places.size() > names.size()) {
    refuse(fmt::format("'{}' takes at most {} arguments, not {}", call.name, names.size(),
                       places.size()));
  }
  for (size_t i = 0; i < places.size(); ++i) {
    values_[i] = places[i];
    given_[i] = true;
  }
  for (const auto& [name, value] : call.given.names) {
    const size_t place = place_of(name);
    values_[place] = value;
    given_[place] = true;
  }
  for (size_t i = 0; i < required; ++i) {
    if (!given_[i]) refuse(fmt::format("'{}' needs '{}'", call.name, names_[i]));
  }
}

size_t Parameters::place_of(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) {
    refuse(fmt::format("'{}' takes no argument '{}'", call_.name, name));
  }
  const auto place = static_cast<size_t>(found - names_.begin());
  if (given_[place]) refuse(fmt::format("'{}' is given '{}' twice", call_.name, name));
  return place;
}

bool Parameters::flag(size_t place, bool otherwise) const {
  return has(place) ? truth(values_[place]) : otherwise;
}

int64_t Parameters::integer(size_t place, int64_t otherwise) const {
  if (!has(place)) return otherwise;
  if (values_[place].is_integer()) return values_[place].whole();
  refuse(fmt::format("'{}' of '{}' must be an int, not {}", names_[place], call_.name,
                     type_name(values_[place])));
}

const Text& Parameters::text(size_t place) const {
  if (values_[place].is_text()) return *values_[place].text;
  refuse(fmt::format("'{}' of '{}' must be a str, not {}", names_[place], call_.name,
                     type_name(values_[place])));
}

}  // namespace twofold::jinja
