#include "formats/json_reader.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace twofold::formats {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string error_of(const std::function<void()>& run) {
  try {
    run();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

const json& document() {
  static const json kDocument = {{"heads", 4},          {"rate", 0.5},
                                 {"name", "llama"},     {"nothing", nullptr},
                                 {"huge", UINT64_MAX},  {"list", {1, 2, 3}},
                                 {"mixed", {1, "two"}}, {"inner", {{"flag", true}, {"size", 0}}}};
  return kDocument;
}

TEST(JsonReader, FieldsAreThereOrWhatIsSaidInstead) {
  const JsonReader reader(document(), "a.json", "try b.json");
  EXPECT_EQ(reader.integer("heads"), 4);
  EXPECT_EQ(reader.integer("absent", 7), 7);
  EXPECT_EQ(reader.integer("nothing", 7), 7);
  EXPECT_EQ(reader.number("rate", {}, kShare), 0.5);
  EXPECT_EQ(reader.text("name", ""), "llama");
  EXPECT_TRUE(reader.is_null("nothing"));
  EXPECT_FALSE(reader.has("nothing"));
  EXPECT_TRUE(reader.child("inner").flag("flag", false));
  EXPECT_FALSE(reader.child("absent").flag("flag", false));
  EXPECT_THAT(reader.integers("list"), ElementsAre(1, 2, 3));
  EXPECT_THAT(reader.integers("heads"), ElementsAre(4));
  EXPECT_EQ(reader.place("list", 2), 2);
  EXPECT_EQ(reader.place("list", 9), 0);
  reader.finish();
}

TEST(JsonReader, KeepsEveryFaultWithItsPlace) {
  const JsonReader reader(document(), "a.json", "try b.json");
  EXPECT_EQ(reader.integer("name"), 1);
  EXPECT_EQ(reader.integer("absent"), 1);
  EXPECT_EQ(reader.integer("huge"), 1);
  EXPECT_EQ(reader.number("heads", {}, kShare), 1);
  EXPECT_EQ(reader.child("inner").size("size"), 1);
  reader.texts("mixed");
  const std::string text = error_of([&] { reader.finish(); });
  for (const char* part : {"a.json: name", "found:    \"llama\"", "a.json: absent", "no such field",
                           "18446744073709551615", "in (0, 1]", "a.json: inner/size", "1 to ",
                           "a.json: mixed", "try:      try b.json"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(JsonReader, ThrowsTheFirstFaultWhereItIsToldTo) {
  const JsonReader reader(document(), "a.json", "try b.json", JsonReader::Faults::kThrow);
  EXPECT_THAT(error_of([&] { reader.at("absent"); }),
              AllOf(HasSubstr("a.json: absent"), HasSubstr("missing")));
  EXPECT_THAT(error_of([&] { reader.at("inner").at("size").integer(1, 5); }),
              AllOf(HasSubstr("a.json: inner/size"), HasSubstr("from 1 to 5"), HasSubstr("0")));
  EXPECT_THAT(error_of([&] { reader.at("mixed").items().at(0).text(); }),
              AllOf(HasSubstr("a.json: mixed/0"), HasSubstr("a text")));
  EXPECT_THAT(error_of([&] { reader.at("name").find("x"); }), HasSubstr("an object"));
}

TEST(JsonReader, AnythingButAnObjectIsAFault) {
  const json list = json::array({1});
  const JsonReader reader(list, "a.json", "try b.json");
  EXPECT_FALSE(reader.has("x"));
  EXPECT_THAT(error_of([&] { reader.finish(); }),
              AllOf(HasSubstr("an object"), HasSubstr("array")));
}

TEST(JsonReader, TellsWhatNobodyAskedFor) {
  const json some = {{"a", 1}, {"b", 2}, {"c", {{"d", 3}}}};
  const JsonReader reader(some, "a.json", "");
  reader.integer("b");
  EXPECT_THAT(reader.unread(), ElementsAre("a", "c"));
  EXPECT_THAT(reader.child("c").unread(), ElementsAre("d"));
  EXPECT_THAT(reader.unread(), ElementsAre("a"));
}

TEST(JsonReader, AnOlderNameStandsForTheField) {
  const json some = {{"rotary_emb_base", 500}, {"rope_theta", 7}};
  JsonReader reader(some, "a.json", "");
  reader.alias("rope_theta", "rotary_emb_base");
  reader.alias("other", "absent");
  EXPECT_EQ(reader.number("rope_theta"), 500);
  EXPECT_FALSE(reader.has("other"));
}

}  // namespace
}  // namespace twofold::formats
