// A chat template and its rendering: whatever a model's folder holds, it ends, with an Error or a
// text within the limits.
#include <nlohmann/json.hpp>

#include "input.h"
#include "jinja/template.h"

namespace {

const nlohmann::ordered_json& variables() {
  static const auto kVariables = nlohmann::ordered_json::parse(R"({
    "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Grüße"},
                 {"role": "assistant", "content": "", "tool_calls": [{"type": "function",
                  "function": {"name": "f", "arguments": {"a": [1, 2.5, null, true]}}}]},
                 {"role": "tool", "content": [{"type": "text", "text": "x"}]}],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "add_generation_prompt": true, "x": 3, "m": {"role": "user", "content": "hi"}, "l": [1, 2, 3],
    "bos_token": "<s>"})");
  return kVariables;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  return fuzz::accept_errors([&] {
    const jinja::Settings settings{.limits = {.steps = 100'000, .text = size_t{1} << 20}};
    const jinja::Rendered made = jinja::Template(text, "input").render(variables(), settings);
    if (made.text.size() > settings.limits.text) std::abort();
  });
}
