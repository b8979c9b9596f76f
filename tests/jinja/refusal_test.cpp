// What is refused names the thing, the line and the column.

#include <gmock/gmock.h>

#include "support.h"

namespace twofold::jinja {
namespace {

using testing::HasSubstr;

TEST(Refusal, SaysLineAndColumn) {
  EXPECT_EQ(refusal("a\n  {{ x.y.z }}").where, "t.jinja:2:7");
  EXPECT_EQ(refusal("é{{ 1 / 0 }}").where, "t.jinja:1:7");
  EXPECT_EQ(refusal("\r\n\r\n{% if true %}{{ raise_exception('no') }}{% endif %}").where,
            "t.jinja:3:32");
  EXPECT_EQ(refusal("{% macro f() %}\n{{ 1 + '' }}{% endmacro %}\n{{ f() }}").where, "t.jinja:2:6");
  EXPECT_EQ(refusal("{{ 1 }\n}").where, "t.jinja:1:6");
  EXPECT_EQ(refusal("\n{% foo %}").where, "t.jinja:2:4");
  EXPECT_EQ(refusal("{{ 'a\\u12' }}").where, "t.jinja:1:10");
}

TEST(Refusal, NamesWhatIsNotKnown) {
  EXPECT_THAT(refusal("{% include 'x' %}").what, HasSubstr("'include'"));
  EXPECT_THAT(refusal("{% block a %}{% endblock %}").what, HasSubstr("'block'"));
  EXPECT_THAT(refusal("{{ 1|nothing }}").what, HasSubstr("'nothing'"));
  EXPECT_THAT(refusal("{{ 'a'|urlize }}").what, HasSubstr("'urlize' is not known to twofold"));
  EXPECT_THAT(refusal("{{ 'a'.zfill(3) }}").what, HasSubstr("'zfill' is not known to twofold"));
  EXPECT_THAT(refusal("{{ cycler(1) }}").what, HasSubstr("'cycler' is not known to twofold"));
  EXPECT_THAT(refusal("{{ 1 is weird }}").what, HasSubstr("'weird'"));
  EXPECT_THAT(refusal("{{ x.y }}").what, HasSubstr("'x' is undefined"));
  EXPECT_THAT(refusal("{{ x.y.z }}", R"({"x": {}})").what, HasSubstr("'y' is undefined"));
  EXPECT_THAT(refusal("{{ 'a' + 1 }}").what, HasSubstr("'+' is not for str and int"));
}

TEST(Refusal, NamesTheArgument) {
  EXPECT_EQ(refusal("{{ 'a'.count(1) }}").what, "'sub' of 'count' must be a str, not int");
  EXPECT_EQ(refusal("{{ 'a'.count('b', 'c') }}").what,
            "'start' of 'count' must be an int, not str");
  EXPECT_EQ(refusal("{{ 'a'.count(sub='b', sep=1) }}").what, "'count' takes no argument 'sep'");
}

TEST(Refusal, NamesWhatIsLookedForInAList) {
  EXPECT_EQ(refusal("{{ ['1', '2'].index('B') }}").what,
            "'index' of 'B', which is not in the list");
  EXPECT_EQ(refusal("{{ [1].index('B' * 100) }}").what,
            "'index' of a value, which is not in the list");
}

TEST(Refusal, IsTheTemplatesOwn) {
  EXPECT_EQ(refusal("{{ raise_exception('Roles must alternate') }}").what, "Roles must alternate");
}

TEST(Refusal, OfWhatIsNotUtf8) { EXPECT_THAT(refusal("a\xff").what, HasSubstr("not UTF-8")); }

TEST(Now, IsWhatTheSettingsSay) {
  Settings settings;
  std::tm now{};
  now.tm_year = 126;
  now.tm_mday = 2;
  now.tm_hour = 3;
  now.tm_min = 4;
  now.tm_sec = 5;
  now.tm_wday = 5;
  now.tm_yday = 1;
  settings.now = now;
  EXPECT_EQ(rendered("{{ strftime_now('%d %b %Y %H:%M:%S %A %j %f %% %B') }}", "{}", settings),
            "02 Jan 2026 03:04:05 Friday 002 000000 % January");
}

TEST(Variables, AreTheRows) {
  EXPECT_EQ(
      rendered("{{ a }}{{ b.z }}{{ b }}", R"({"a": "x", "b": {"z": 1, "a": [null, true, 1.0]}})"),
      "x1{'z': 1, 'a': [None, True, 1.0]}");
  EXPECT_EQ(rendered("{{ range }}", R"({"range": "mine"})"), "mine");
}

}  // namespace
}  // namespace twofold::jinja
