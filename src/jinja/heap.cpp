#include "jinja/heap.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "jinja/call.h"
#include "jinja/compare.h"
#include "unicode/character.h"

namespace twofold::jinja {
namespace {

constexpr size_t kBytesAStep = 32;

size_t depth_of(const Value& value) {
  if (value.is_listed()) return value.list->depth;
  return value.is(Kind::kDict) ? value.dict->depth : 0;
}

}  // namespace

void refuse(std::string what) { throw Refusal{std::move(what)}; }

void Heap::refuse_steps() const {
  refuse(fmt::format("the template takes more than {} evaluation steps", limits_.steps));
}

void Heap::check_size(size_t bytes) const {
  if (bytes > limits_.text) {
    refuse(fmt::format("the template makes a text of more than {} MiB", limits_.text >> 20));
  }
}

std::string_view Heap::copy(std::string_view bytes) {
  check_size(bytes.size());
  step(bytes.size() / kBytesAStep);
  if (bytes.empty()) return {};
  char* const place = static_cast<char*>(memory_.allocate(bytes.size(), 1));
  std::memcpy(place, bytes.data(), bytes.size());
  return {place, bytes.size()};
}

Value Heap::text(std::string_view bytes) { return text_of_kept(copy(bytes)); }

Value Heap::text(std::string_view bytes, bool safe) {
  const std::string_view kept = copy(bytes);
  return Value::of(*make<Text>(kept, count_characters(kept), safe));
}

Value Heap::text_of_kept(std::string_view bytes) {
  step(2);
  return Value::of(*make<Text>(bytes, count_characters(bytes)));
}

Value Heap::joined(const Text& first, const Text& second) {
  const size_t size = first.bytes.size() + second.bytes.size();
  check_size(size);
  step(size / kBytesAStep + 2);
  if (size == 0) return Value::of(*make<Text>());
  char* const place = static_cast<char*>(memory_.allocate(size, 1));
  std::ranges::copy(second.bytes, std::ranges::copy(first.bytes, place).out);
  return Value::of(
      *make<Text>(std::string_view(place, size), first.characters + second.characters));
}

List& Heap::list(size_t room) {
  step(room);
  List& made = list();
  made.items.reserve(room);
  return made;
}

Value Heap::list(Kind kind, std::span<const Value> items) {
  List& made = list(items.size());
  for (const Value& item : items) push(made, item);
  return Value::of(kind, made);
}

Value Heap::pair(const Value& first, const Value& second) {
  return list(Kind::kTuple, std::array{first, second});
}

size_t Heap::deeper(size_t depth, const Value& value) const {
  depth = std::max(depth, depth_of(value) + 1);
  if (depth > limits_.depth) {
    refuse(fmt::format("values are nested more than {} deep", limits_.depth));
  }
  return depth;
}

void Heap::push(List& list, const Value& value) {
  step();
  list.depth = deeper(list.depth, value);
  list.items.push_back(value);
}

const Value* Heap::find(const Dict& dict, const Value& key) {
  if (key.is_text()) return find(dict, key.bytes());
  check_key(key);
  for (const auto& [name, value] : dict.entries) {
    if (equal(*this, name, key)) return &value;
  }
  return nullptr;
}

const Value* Heap::find(const Dict& dict, std::string_view key) {
  step(dict.entries.size() / 8);
  for (const auto& [name, value] : dict.entries) {
    if (name.is_text() && name.bytes() == key) return &value;
  }
  return nullptr;
}

void Heap::put(Dict& dict, const Value& key, const Value& value) {
  if (const Value* found = find(dict, key)) {
    dict.depth = deeper(dict.depth, value);
    *const_cast<Value*>(found) = value;
  } else {
    put_new(dict, key, value);
  }
}

void Heap::put_new(Dict& dict, const Value& key, const Value& value) {
  step();
  dict.depth = std::max(deeper(dict.depth, value), deeper(dict.depth, key));
  dict.entries.emplace_back(key, value);
}

Value Heap::method(const Function& function, const Value& self) {
  return Value::of(*make<Method>(&function, self));
}

}  // namespace twofold::jinja
