#include "tokenizer/lines.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "formats/json.h"
#include "formats/json_lines.h"
#include "unicode/utf8.h"

namespace twofold {
namespace {

using nlohmann::json;

const std::string& text_of(const json& object, const std::string& where) {
  const auto text = object.find("text");
  if (text != object.end() && text->is_string()) return text->get_ref<const std::string&>();
  fail({.what = "not a line that can be encoded",
        .where = where,
        .expected = R"({"text": "…"})",
        .found = formats::printable(object.dump()),
        .hint = "give each line a field `text` that is a text"});
}

/// The ids, each known to the tokenizer.
std::vector<int32_t> ids_of(const Tokenizer& tokenizer, const json& object,
                            const std::string& where) {
  const int64_t end = std::min<int64_t>(tokenizer.vocab_size(), int64_t{1} << 31);
  std::vector<int32_t> ids;
  for (const int64_t id : formats::integer_list(object, "ids", where)) {
    if (id < 0 || id >= end) {
      fail({.what = "the tokenizer has no such id",
            .where = where,
            .expected = fmt::format("ids from 0 to {}", end - 1),
            .found = fmt::format("{}", id),
            .hint = "decode with the tokenizer that the ids are from"});
    }
    ids.push_back(static_cast<int32_t>(id));
  }
  return ids;
}

}  // namespace

std::string encode_line(const Tokenizer& tokenizer, const EncodeOptions& options,
                        const json& object, const std::string& where) {
  const std::string& text = text_of(object, where);
  std::vector<int32_t> ids =
      options.ordinary ? tokenizer.encode_ordinary(text) : tokenizer.encode(text);
  if (options.add_special) ids = tokenizer.with_special(std::move(ids));
  return fmt::format(R"({{"ids":[{}]}})", fmt::join(ids, ","));
}

std::string decode_line(const Tokenizer& tokenizer, const DecodeOptions& options,
                        const json& object, const std::string& where) {
  std::vector<int32_t> ids = ids_of(tokenizer, object, where);
  if (options.skip_special) {
    std::erase_if(ids, [&](int32_t id) { return tokenizer.is_special(id); });
  }
  std::string storage;
  const std::string decoded = tokenizer.decode(ids);
  const json text = std::string(as_utf8(decoded, storage));
  return fmt::format(R"({{"text":{}}})", text.dump());
}

}  // namespace twofold
