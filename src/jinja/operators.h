#pragma once
// What operators make of values.

#include "jinja/heap.h"
#include "jinja/tree.h"
#include "jinja/value.h"

namespace twofold::jinja {

/// `left op right` of an arithmetic operator.
Value binary(Heap& heap, Op op, const Value& left, const Value& right);
Value negative(const Value& value);
Value positive(const Value& value);
/// Whether `left op right` of a comparison.
bool compare(Heap& heap, Op op, const Value& left, const Value& right);
/// `left ~ right`.
Value joined(Heap& heap, const Value& left, const Value& right);
/// Python's "…" % values.
Value percent(Heap& heap, const Text& format, const Value& values);

}  // namespace twofold::jinja
