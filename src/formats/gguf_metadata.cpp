// Keys and values of a GGUF file.

#include <fmt/format.h>

#include <array>
#include <set>
#include <utility>

#include "formats/gguf_cursor.h"
#include "formats/json.h"

namespace twofold::formats {
namespace {

constexpr uint64_t kMaxArrayCount = uint64_t{1} << 30;
constexpr std::array<const char*, 13> kTypeNames = {
    "u8", "i8", "u16", "i16", "u32", "i32", "f32", "bool", "string", "array", "u64", "i64", "f64"};
constexpr uint32_t kArrayType = 9;

template <class T>
T read_scalar(GgufCursor& in) {
  if constexpr (std::is_same_v<T, bool>) {
    return in.boolean();
  } else if constexpr (std::is_same_v<T, std::string>) {
    return in.text("a string");
  } else {
    return in.number<T>("a value");
  }
}

/// An array of `count` elements; refuses a count that the rest of the file cannot hold.
template <class T>
GgufArray read_elements(GgufCursor& in, uint64_t count) {
  constexpr uint64_t kLeast = std::is_same_v<T, std::string> ? sizeof(uint64_t) : sizeof(T);
  if (count > in.left() / kLeast) {
    in.refuse("array goes beyond the end of the file",
              fmt::format("at most {} elements", in.left() / kLeast), std::to_string(count),
              kGgufDamagedHint);
  }
  std::vector<T> values;
  values.reserve(count);
  for (uint64_t i = 0; i < count; ++i) values.push_back(read_scalar<T>(in));
  return values;
}

template <size_t... type>
GgufArray read_array_of(GgufCursor& in, uint32_t wanted, uint64_t count,
                        std::index_sequence<type...>) {
  GgufArray result;
  const auto attempt = [&]<size_t id>() {
    if constexpr (id != kArrayType) {
      using Vector = std::variant_alternative_t<id, GgufArray>;
      if (wanted == id) result = read_elements<typename Vector::value_type>(in, count);
    }
  };
  (attempt.template operator()<type>(), ...);
  return result;
}

GgufArray read_array(GgufCursor& in) {
  const auto type = in.number<uint32_t>("an array's type");
  if (type >= kTypeNames.size() || type == kArrayType) {
    in.refuse("array of an unknown type", "a type from 0 to 12, no array of arrays",
              std::to_string(type));
  }
  const auto count = in.number<uint64_t>("an array's length");
  if (count > kMaxArrayCount) {
    in.refuse("array is too long", fmt::format("at most {} elements", kMaxArrayCount),
              std::to_string(count));
  }
  return read_array_of(in, type, count, std::make_index_sequence<std::variant_size_v<GgufArray>>());
}

template <size_t... type>
GgufValue read_value_of(GgufCursor& in, uint32_t wanted, std::index_sequence<type...>) {
  GgufValue result;
  const auto attempt = [&]<size_t id>() {
    using T = std::variant_alternative_t<id, GgufValue>;
    if (wanted != id) return;
    if constexpr (id == kArrayType) {
      result = read_array(in);
    } else {
      result.emplace<id>(read_scalar<T>(in));
    }
  };
  (attempt.template operator()<type>(), ...);
  return result;
}

GgufValue read_value(GgufCursor& in) {
  const auto type = in.number<uint32_t>("a value's type");
  if (type >= kTypeNames.size()) {
    in.refuse("metadata value of an unknown type", "a type from 0 to 12", std::to_string(type));
  }
  return read_value_of(in, type, std::make_index_sequence<std::variant_size_v<GgufValue>>());
}

}  // namespace

GgufMetadata read_gguf_metadata(GgufCursor& in, uint64_t count) {
  GgufMetadata metadata;
  std::set<std::string> seen;
  for (uint64_t i = 0; i < count; ++i) {
    in.name(fmt::format("metadata value {}", i));
    std::string key = in.text("a key");
    if (key.empty()) in.refuse("metadata key is empty", "a name", "no characters");
    in.name(fmt::format("key `{}`", printable(key)));
    if (!seen.insert(key).second) {
      in.refuse("metadata key occurs twice", "each key once", printable(key));
    }
    GgufValue value = read_value(in);
    metadata.emplace_back(std::move(key), std::move(value));
  }
  return metadata;
}

std::string gguf_type_name(const GgufValue& value) {
  if (const auto* array = std::get_if<GgufArray>(&value)) {
    return fmt::format("array of {}", kTypeNames[array->index()]);
  }
  return kTypeNames[value.index()];
}

}  // namespace twofold::formats
