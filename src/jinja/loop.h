#pragma once
// A loop while it runs: what comes next, and what `loop` says of it.

#include <string_view>
#include <vector>

#include "jinja/heap.h"
#include "jinja/iterate.h"
#include "jinja/tree.h"

namespace twofold::jinja {

class Scope;

/// The `if` of a loop.
class LoopFilter {
 public:
  virtual bool passes(const Value& item) = 0;

 protected:
  ~LoopFilter() = default;
};

/// Lives in the heap, whose objects are never destroyed: a template may keep it.
class Loop {
 public:
  /// `filter` (or null) is asked as late as possible, since the loop's body may change what it
  /// says.
  Loop(Heap& heap, const Value& items, LoopFilter* filter, size_t depth);

  bool next(Value& item);
  /// `loop.name`; null if it has no such field. A function of it is a method.
  bool field(const Value& self, std::string_view name, Value& value);
  size_t depth() const { return depth_; }

  /// `loop.cycle(…)` and `loop.changed(…)`.
  Value cycle(const std::vector<Value>& choices) const;
  bool changed(const std::vector<Value>& values);

  const Statement* recursive = nullptr;  ///< the statement, if loop(…) may run it again
  Scope* around = nullptr;

 private:
  bool pull(Value& item);
  bool peek();
  size_t length();

  Heap& heap_;
  Value whole_;
  Iteration items_;
  LoopFilter* filter_;
  size_t depth_;
  size_t taken_ = 0;
  Value before_ = {}, current_ = {}, after_ = {};
  bool has_after_ = false, has_length_ = false;
  size_t length_ = 0;
  List* rest_ = nullptr;  // what was gone through to know the length
  size_t rest_at_ = 0;
  List* last_changed_ = nullptr;  // what changed() was called with
};

}  // namespace twofold::jinja
