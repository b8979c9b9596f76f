#pragma once
// What the values of one rendering live in, and what they may cost. Nothing is freed before the
// end; what a hostile template could take is bounded by its steps.

#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "jinja/limits.h"
#include "jinja/value.h"

namespace twofold::jinja {

class Heap {
 public:
  explicit Heap(const Limits& limits = {}) : limits_(limits) {}
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  const Limits& limits() const { return limits_; }
  /// Counts evaluation steps; a Refusal when there were too many.
  void step(size_t steps = 1) {
    steps_ += steps;
    if (steps_ > limits_.steps) refuse_steps();
  }
  /// Counts what it takes to look for `part` in `whole`.
  void step_for_search(std::string_view whole, std::string_view part) {
    step((whole.size() / 32 + 1) * (part.size() / 64 + 1));
  }
  /// A Refusal if a text of so many bytes is too long.
  void check_size(size_t bytes) const;

  Value text(std::string_view bytes);  ///< a copy
  Value text(std::string_view bytes, bool safe);
  Value joined(const Text& first, const Text& second);
  /// Of bytes that stay where they are as long as the values.
  Value text_of_kept(std::string_view bytes);

  List& list() {
    step(4);
    return *make<List>(&memory_);
  }
  List& list(size_t room);
  Value list(Kind kind, std::span<const Value> items);
  Value pair(const Value& first, const Value& second);
  void push(List& list, const Value& value);

  Dict& dict() {
    step(4);
    return *make<Dict>(&memory_);
  }
  /// The value of a key; null if there is none. A Refusal for a key that cannot be one.
  const Value* find(const Dict& dict, const Value& key);
  const Value* find(const Dict& dict, std::string_view key);
  void put(Dict& dict, const Value& key, const Value& value);
  /// Of a key that is not there.
  void put_new(Dict& dict, const Value& key, const Value& value);

  Namespace& space() {
    step(4);
    return *make<Namespace>(&memory_);
  }
  Value method(const Function& function, const Value& self);

  /// An object that is never destroyed: what it holds must be memory of this heap.
  template <class T, class... Given>
  T* make(Given&&... given) {
    return new (memory_.allocate(sizeof(T), alignof(T))) T(std::forward<Given>(given)...);
  }
  std::pmr::memory_resource* memory() { return &memory_; }

 private:
  [[noreturn]] void refuse_steps() const;
  std::string_view copy(std::string_view bytes);
  size_t deeper(size_t depth, const Value& value) const;

  Limits limits_;
  size_t steps_ = 0;
  std::pmr::monotonic_buffer_resource memory_;
};

}  // namespace twofold::jinja
