#include "jinja/loop.h"

#include <utility>

#include "jinja/call.h"
#include "jinja/compare.h"

namespace twofold::jinja {
namespace {

Value call_cycle(const Call& call) { return call.self.loop->cycle(call.given.places); }
Value call_changed(const Call& call) {
  return Value::of(call.self.loop->changed(call.given.places));
}

constexpr Function kLoopMethods[] = {{"cycle", call_cycle}, {"changed", call_changed}};

}  // namespace

Loop::Loop(Heap& heap, const Value& items, LoopFilter* filter, size_t depth)
    : heap_(heap), whole_(items), items_(heap, items), filter_(filter), depth_(depth) {}

bool Loop::pull(Value& item) {
  if (rest_) {
    if (rest_at_ >= rest_->items.size()) return false;
    item = rest_->items[rest_at_++];
    return true;
  }
  while (items_.next(item)) {
    if (!filter_ || filter_->passes(item)) return true;
  }
  return false;
}

bool Loop::peek() {
  if (!has_after_) has_after_ = pull(after_);
  return has_after_;
}

bool Loop::next(Value& item) {
  if (!peek()) return false;
  item = after_;
  has_after_ = false;
  ++taken_;
  before_ = current_;
  current_ = item;
  return true;
}

size_t Loop::length() {
  if (has_length_) return length_;
  has_length_ = true;
  const std::optional<size_t> known = filter_ ? std::nullopt : jinja::length(whole_);
  if (known) return length_ = *known;
  List& rest = heap_.list();
  for (Value item; pull(item);) heap_.push(rest, item);
  rest_ = &rest;
  return length_ = rest.items.size() + taken_ + (has_after_ ? 1 : 0);
}

bool Loop::field(const Value& self, std::string_view name, Value& value) {
  using Get = Value (*)(Loop&);
  static constexpr std::pair<std::string_view, Get> kFields[] = {
      {"index", [](Loop& loop) { return Value::of(loop.taken_); }},
      {"index0", [](Loop& loop) { return Value::of(static_cast<int64_t>(loop.taken_) - 1); }},
      {"first", [](Loop& loop) { return Value::of(loop.taken_ == 1); }},
      {"last", [](Loop& loop) { return Value::of(!loop.peek()); }},
      {"length", [](Loop& loop) { return Value::of(loop.length()); }},
      {"revindex", [](Loop& loop) { return Value::of(loop.length() - loop.taken_ + 1); }},
      {"revindex0", [](Loop& loop) { return Value::of(loop.length() - loop.taken_); }},
      {"previtem", [](Loop& loop) { return loop.taken_ <= 1 ? Value() : loop.before_; }},
      {"nextitem", [](Loop& loop) { return loop.peek() ? loop.after_ : Value(); }},
      {"depth", [](Loop& loop) { return Value::of(loop.depth_ + 1); }},
      {"depth0", [](Loop& loop) { return Value::of(loop.depth_); }}};
  for (const auto& [field, get] : kFields) {
    if (field != name) continue;
    value = get(*this);
    return true;
  }
  const Function* method = find_function(kLoopMethods, name);
  if (method) value = heap_.method(*method, self);
  return method != nullptr;
}

Value Loop::cycle(const std::vector<Value>& choices) const {
  if (choices.empty()) refuse("'cycle' needs something to choose from");
  return choices[(taken_ - 1) % choices.size()];
}

bool Loop::changed(const std::vector<Value>& values) {
  const Value now = heap_.list(Kind::kTuple, values);
  const bool is_same = last_changed_ && equal(heap_, now, Value::of(Kind::kTuple, *last_changed_));
  last_changed_ = now.list;
  return !is_same;
}

}  // namespace twofold::jinja
