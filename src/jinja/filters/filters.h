#pragma once
// `value|filter`. One table; what Jinja has beyond it is refused by name.

#include <span>
#include <string_view>

#include "jinja/call.h"

namespace twofold::jinja {

/// The filter of a name, without a body if Jinja has it and twofold does not; null if there is
/// none.
const Function* find_filter(std::string_view name);

std::span<const Function> text_filters();
std::span<const Function> sequence_filters();
std::span<const Function> order_filters();
std::span<const Function> selection_filters();
std::span<const Function> number_filters();

/// Something to go through once, without a length, as a generator is.
Value iterator_of(List& items);

}  // namespace twofold::jinja
