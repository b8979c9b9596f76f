#include "formats/json.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "file_fixture.h"

namespace twofold::formats {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string error_in(const std::string& text) {
  return error_of([&] { parse_json(text, "x.json"); });
}

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(Json, BuildsTheDocument) {
  const std::string text = R"( {"a": [1, -2, 2.5, "é\u0041", null, true, {"b": {}}], "c": []} )";
  EXPECT_EQ(parse_json(text, "x.json"), nlohmann::json::parse(text));
  EXPECT_EQ(parse_json("3", "x.json"), 3);
}

TEST(Json, TellsWhereTopLevelKeysAre) {
  KeyOffsets offsets;
  parse_json(R"({"a":{"b":1},"c":2})", "x.json", &offsets);
  EXPECT_EQ(offsets, (KeyOffsets{{"a", 4}, {"c", 16}}));
}

TEST(Json, RefusesADuplicateKeyWithItsLine) {
  EXPECT_THAT(error_in("{\"a\": 1,\n \"b\": {\"c\": 1,\n \"c\": 2}}"),
              testing::AllOf(HasSubstr("x.json:3"), HasSubstr("twice"), HasSubstr("`c`")));
  EXPECT_THAT(error_in(R"({"ab": 1, "\u0061b": 2})"), HasSubstr("twice"));
}

TEST(Json, AcceptsTheSameKeyInTwoObjects) {
  EXPECT_EQ(error_in(R"([{"a": 1}, {"a": {"a": 2}}])"), "");
}

TEST(Json, RefusesNestingBeyondTheLimit) {
  EXPECT_EQ(error_in(nested(kMaxJsonDepth)), "");
  EXPECT_THAT(error_in(nested(kMaxJsonDepth + 1)), HasSubstr("nested too deeply"));
  EXPECT_THAT(error_in(std::string(1'000'000, '[')), HasSubstr("nested too deeply"));
}

TEST(Json, RefusesBadSyntaxWithItsLine) {
  for (const char* text : {"", "{", "{\"a\":}", "{\"a\":1,}", "[1 2]", "nul", "{} {}", "// c\n1",
                           "{a:1}", "[01]", "[1e999]", "\"\\ud800\"", "\"\xff\"", "\"\xc0\xaf\""}) {
    EXPECT_THAT(error_in(text), HasSubstr("not valid JSON")) << text;
  }
  EXPECT_THAT(error_in("{\n\n\"a\" 1}"), HasSubstr("x.json:3"));
}

TEST(Json, RefusesNulBytes) {
  EXPECT_THAT(error_in(std::string("{}\0", 3)), HasSubstr("NUL"));
  EXPECT_THAT(error_in(std::string("{}\0garbage", 10)), HasSubstr("byte 2"));
}

TEST(Json, NamesAFileThatIsNone) {
  EXPECT_THAT(
      error_in("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
      AllOf(HasSubstr("x.json:1"), HasSubstr("git-lfs pointer"), HasSubstr("git lfs pull")));
  EXPECT_THAT(error_in("<!DOCTYPE html><html>"), HasSubstr("web page"));
  EXPECT_THAT(error_in(std::string("\x1F\x8B\x08\0\0", 5)), HasSubstr("gzip"));
  EXPECT_THAT(error_in(std::string("\xFF\xFE{\0}\0", 6)), HasSubstr("UTF-16"));
}

TEST(Json, WhatGoesOverSeveralLinesIsNotLines) {
  const auto error_of_line = [](const char* line) {
    return error_of([&] { parse_json_line(line, "x.jsonl:1"); });
  };
  for (const char* line : {"[", " [{\"a\": 1},", "[{\"a\": 1}]"}) {
    EXPECT_THAT(error_of_line(line),
                AllOf(HasSubstr("x.jsonl:1"), HasSubstr("array"), HasSubstr("jq -c '.[]'")));
  }
  for (const char* line : {"{", "{\"a\":", "{\"a\": \"b\","}) {
    EXPECT_THAT(error_of_line(line), AllOf(HasSubstr("several lines"), HasSubstr("jq -c . ")));
  }
  EXPECT_THAT(error_of_line("{\"a\" 1}"), testing::Not(HasSubstr("several lines")));
}

TEST(Json, OfALineMayKeepItsOrder) {
  EXPECT_EQ(parse_ordered_json_line(R"({"b":1.0,"a":{"d":[2,{"z":0,"y":0}],"c":3}})", "x:1").dump(),
            R"({"b":1.0,"a":{"d":[2,{"z":0,"y":0}],"c":3}})");
  EXPECT_THAT(error_of([] { parse_ordered_json_line(R"({"a": 1, "a": 2})", "x:1"); }),
              HasSubstr("a key occurs twice"));
  EXPECT_THAT(error_of([] { parse_ordered_json_line(R"({"a": 123456789012345678901})", "x:1"); }),
              HasSubstr("64 bits"));
}

}  // namespace
}  // namespace twofold::formats
