#include "tokenizer/lines.h"

#include <fmt/format.h>

#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "tokenizer/backends.h"
#include "tokenizer/utf8.h"

namespace twofold {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& where, std::string expected, std::string found) {
  fail({.what = "not a line that can be read",
        .where = where,
        .expected = std::move(expected),
        .found = formats::printable(found),
        .hint = {}});
}

const json& member(const json& object, const char* key, const std::string& where,
                   const char* expected) {
  if (!object.is_object()) refuse(where, expected, object.dump());
  const auto found = object.find(key);
  if (found == object.end()) refuse(where, expected, object.dump());
  return *found;
}

}  // namespace

std::string encode_line(const Tokenizer& tokenizer, const EncodeOptions& options,
                        std::string_view line, const std::string& where) {
  constexpr const char* kExpected = R"({"text": "…"})";
  const json object = formats::parse_json(line, where);
  const json& text = member(object, "text", where, kExpected);
  if (!text.is_string()) refuse(where, kExpected, object.dump());
  const auto& words = text.get_ref<const std::string&>();
  std::vector<int32_t> ids =
      options.ordinary ? tokenizer.encode_ordinary(words) : tokenizer.encode(words);
  if (options.add_special) ids = tokenizer.with_special(std::move(ids));
  std::string out = R"({"ids":[)";
  for (size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ',';
    fmt::format_to(std::back_inserter(out), "{}", ids[i]);
  }
  return out += "]}";
}

std::string decode_line(const Tokenizer& tokenizer, const DecodeOptions& options,
                        std::string_view line, const std::string& where) {
  constexpr const char* kExpected = R"({"ids": [0, 1, …]})";
  const json object = formats::parse_json(line, where);
  const json& list = member(object, "ids", where, kExpected);
  if (!list.is_array()) refuse(where, kExpected, object.dump());
  std::vector<int32_t> ids;
  for (const json& id : list) {
    const int64_t end = std::min<int64_t>(tokenizer.vocab_size(), INT64_C(1) << 31);
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= static_cast<uint64_t>(end)) {
      refuse(where, fmt::format("ids from 0 to {}", end - 1), id.dump());
    }
    const auto number = id.get<int32_t>();
    if (!options.skip_special || !tokenizer.is_special(number)) ids.push_back(number);
  }
  std::string storage;
  const std::string decoded = tokenizer.decode(ids);
  const json text = std::string(as_utf8(decoded, storage));
  return fmt::format(R"({{"text":{}}})", text.dump());
}

}  // namespace twofold
