// A template comes with a model from anywhere: whatever it does, it ends, soon and with an error.

#include <gmock/gmock.h>

#include "support.h"

namespace twofold::jinja {
namespace {

using testing::HasSubstr;

std::string repeated(const std::string& text, size_t times) {
  std::string made;
  for (size_t i = 0; i < times; ++i) made += text;
  return made;
}

TEST(Limits, LoopsEnd) {
  EXPECT_THAT(refusal("{% for i in range(10**9) %}{% endfor %}").what,
              HasSubstr("a range of more"));
  const std::string nested =
      "{% for i in range(100000) %}{% for j in range(100000) %}"
      "{% endfor %}{% endfor %}";
  EXPECT_THAT(refusal(nested).what, HasSubstr("10000000 evaluation steps"));
  EXPECT_THAT(
      refusal("{% for i in range(9223372036854775807, -9223372036854775807) %}x{% endfor %}").what,
      HasSubstr("64 bits"));
}

TEST(Limits, MacrosEnd) {
  EXPECT_THAT(refusal("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}").what,
              HasSubstr("more than 200 deep"));
  EXPECT_THAT(refusal("{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}").what,
              HasSubstr("more than 200 deep"));
  EXPECT_THAT(refusal("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}").what,
              HasSubstr("more than 200 deep"));
  const std::string wide =
      "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}"
      "{% endmacro %}{{ f(100) }}";
  EXPECT_THAT(refusal(wide).what, HasSubstr("evaluation steps"));
  const std::string deep = "{% macro f() %}" + repeated("{% if true %}", 90) + "{{ f() }}" +
                           repeated("{% endif %}", 90) + "{% endmacro %}{{ f() }}";
  EXPECT_THAT(refusal(deep).what, HasSubstr("1000 parts"));
}

TEST(Limits, TextsEnd) {
  const std::string doubling =
      "{% set n = namespace(s='x') %}{% for i in range(99) %}"
      "{% set n.s = n.s + n.s %}{% endfor %}";
  EXPECT_THAT(refusal(doubling).what, HasSubstr("16 MiB"));
  EXPECT_THAT(refusal("{{ 'x' * 10**9 }}").what, HasSubstr("16 MiB"));
  EXPECT_THAT(refusal("{{ 'x' * 9223372036854775807 }}").what, HasSubstr("16 MiB"));
  EXPECT_THAT(refusal("{{ 'x'.center(10**9) }}").what, HasSubstr("16 MiB"));
  EXPECT_THAT(refusal("{{ [1]|tojson(indent=10**9) }}").what, HasSubstr("16 MiB"));
  EXPECT_THAT(refusal("{% set s = 'x' * 10**6 %}{% for i in range(99) %}{{ s }}{% endfor %}").what,
              HasSubstr("16 MiB"));
  EXPECT_THAT(refusal("{% set s = 'x' * 10**6 %}{{ [s] * 99 }}").what, HasSubstr("16 MiB"));
  EXPECT_THAT(refusal("{% set s = 'x' * 10**6 %}{{ s.replace('x', s) }}").what,
              HasSubstr("16 MiB"));
}

TEST(Limits, WorkOnLongTextsEnds) {
  const std::string text = "{% set s = 'a' * 10**7 %}{% set p = 'a' * 10**6 ~ 'b' %}";
  const std::string often = "{% for i in range(99999) %}";
  for (const char* work :
       {"s.find(p)", "p in s", "s.replace(p, '')", "s.split(p)[0][0]", "s.count(p)", "s.rfind(p)",
        "s is lower", "'%.1s' % s", "s.strip(p)", "s|length == s.upper()", "s == s", "s[:1]",
        "s.startswith('b')", "s|wordcount", "s|int", "[s, s]|unique"}) {
    EXPECT_THAT(refusal(text + often + "{% set x = " + work + " %}{% endfor %}").what,
                HasSubstr("evaluation steps"))
        << work;
  }
  std::string names = "{% macro f() %}{{ a0 }}{% endmacro %}";
  for (size_t i = 0; i < 20'000; ++i) names += "{% set a" + std::to_string(i) + " = 1 %}";
  EXPECT_THAT(refusal(names + often + "{{ f() }}{% endfor %}").what, HasSubstr("evaluation steps"));
  EXPECT_THAT(refusal(std::string((1 << 20) + 1, 'x')).what, HasSubstr("too long"));
}

TEST(Limits, ValuesEnd) {
  EXPECT_THAT(refusal("{{ [1] * 10**9 }}").what, HasSubstr("evaluation steps"));
  EXPECT_THAT(refusal("{% set n = namespace(l=[]) %}{% for i in range(999) %}"
                      "{% set n.l = [n.l] %}{% endfor %}")
                  .what,
              HasSubstr("nested more than 200 deep"));
  const std::string shared =
      "{% set n = namespace(l=[]) %}{% for i in range(190) %}"
      "{% set n.l = [n.l, n.l] %}{% endfor %}";
  EXPECT_THAT(refusal(shared + "{{ n.l }}").what, HasSubstr("16 MiB"));
  EXPECT_THAT(refusal(shared + "{{ n.l|tojson }}").what, HasSubstr("16 MiB"));
  EXPECT_THAT(refusal(shared + "{% set k = n.l %}{% set n.l = [] %}{% for i in range(190) %}"
                               "{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l == k }}")
                  .what,
              HasSubstr("evaluation steps"));
  EXPECT_THAT(refusal("{{ 10**18 * 10 }}").what, HasSubstr("64 bits"));
  EXPECT_THAT(refusal("{{ 9223372036854775808 }}").what, HasSubstr("64 bits"));
}

TEST(Limits, NamespacesMayHoldEachOther) {
  EXPECT_EQ(rendered("{% set a = namespace() %}{% set b = namespace(a=a) %}{% set a.b = b %}"
                     "{% set a.self = a %}{{ a.b.a.self.b is defined }}"),
            "True");
}

TEST(Limits, TheParserEnds) {
  const size_t many = 10'000;
  const auto around = [&](const std::string& open, const std::string& close) {
    return "{{ " + repeated(open, many) + "1" + repeated(close, many) + " }}";
  };
  for (const std::string& text :
       {around("(", ")"), around("[", "]"), around("{1:", "}"), around("-", ""), around("not ", ""),
        around("", " + 1"), around("", ".x"), around("", "|trim"), around("", "()"),
        around("", " if 1 else 1"), around("x(", ")"), around("x|f(", ")"),
        repeated("{% if true %}", many), repeated("{% for x in y %}", many),
        "{% set " + repeated("(", many) + "x" + repeated(")", many) + " = 1 %}"}) {
    EXPECT_THAT(refusal(text).what, HasSubstr("nested more than 200 deep")) << text.substr(0, 40);
  }
  EXPECT_EQ(rendered("{% if false %}" + repeated("{% elif false %}", many) + "{% endif %}"), "");
}

TEST(Limits, CanBeSet) {
  const Settings few{.limits = {.steps = 50}};
  EXPECT_EQ(rendered("{{ 1 + 1 }}", "{}", few), "2");
  EXPECT_THAT(refusal("{% for i in range(99) %}{% endfor %}", "{}", few).what,
              HasSubstr("more than 50 evaluation steps"));
}

}  // namespace
}  // namespace twofold::jinja
