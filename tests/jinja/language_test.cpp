// language.jsonl: small templates and what Jinja makes of them in transformers' environment
// (clients.render asks it live whether that is still so).

#include <fstream>

#include "support.h"

namespace twofold::jinja {
namespace {

using nlohmann::ordered_json;

const char* const kVariables =
    R"({"x": 3, "m": {"role": "user", "content": "hi"}, "l": [1, 2, 3]})";

void check(const ordered_json& one) {
  const auto text = one["template"].get<std::string>();
  SCOPED_TRACE(text);
  if (!one.contains("text")) {
    EXPECT_NE(refusal(text, kVariables).what, "");
    return;
  }
  const Rendered made = Template(text, "t").render(ordered_json::parse(kVariables));
  EXPECT_EQ(made.text, one["text"].get<std::string>());
  const ordered_json none = ordered_json::array();
  const ordered_json& spans = one.contains("generated") ? one["generated"] : none;
  ASSERT_EQ(made.generated.size(), spans.size());
  for (size_t i = 0; i < spans.size(); ++i) {
    EXPECT_EQ(made.generated[i].begin, spans[i][0].get<size_t>());
    EXPECT_EQ(made.generated[i].end, spans[i][1].get<size_t>());
  }
}

TEST(Language, IsJinjasToTheByte) {
  std::ifstream file(TWOFOLD_SOURCE_DIR "/tests/jinja/language.jsonl");
  size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    try {
      check(ordered_json::parse(line));
    } catch (const Error& error) {
      ADD_FAILURE() << line << "\n" << error.what();
    }
  }
  EXPECT_GE(count, 220U);
}

}  // namespace
}  // namespace twofold::jinja
