#include "formats/json_repair.h"

#include <gtest/gtest.h>

namespace twofold::formats {
namespace {

TEST(JsonRepair, HalfAPairIsReplacedAndNothingElse) {
  const std::pair<const char*, const char*> texts[] = {
      {R"("\ud800")", R"("\ufffd")"},
      {R"("\udc00\ud800")", R"("\ufffd\ufffd")"},
      {R"("\ud83d\ude00")", R"("\ud83d\ude00")"},
      {R"("\ud83d\ud83d\ude00\ude00")", R"("\ufffd\ud83d\ude00\ufffd")"},
      {R"("\uD800A")", R"("\ufffdA")"},
      {R"("\ud800\u0041")", R"("\ufffd\u0041")"},
      {R"("\\ud800 \\\ud800")", R"("\\ud800 \\\ufffd")"},  // an escaped backslash begins no escape
      {R"("\n\"\ud8")", R"("\n\"\ud8")"},                  // no escape at all: still bad JSON
      {R"(\)", R"(\)"},
  };
  for (const auto& [text, repaired] : texts) EXPECT_EQ(repair_json(text), repaired) << text;
}

TEST(JsonRepair, BytesThatAreNotUtf8AreReplaced) {
  EXPECT_EQ(repair_json("\"a\xFF\xE2\x82z\""), "\"a\uFFFD\uFFFDz\"");
}

}  // namespace
}  // namespace twofold::formats
