// tokenizer.json: whatever the reader accepts must encode and decode without anything but an Error.
#include <nlohmann/json.hpp>

#include "formats/json.h"
#include "input.h"
#include "tokenizer/huggingface/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  return fuzz::accept_errors([&] {
    const std::string name = "input";
    const nlohmann::json document = formats::parse_json(text, name);
    const hf::HuggingFaceTokenizer tokenizer(hf::Node(document, name));
    const std::vector<int32_t> ids = tokenizer.encode("A  b\u00e9\xff<s>12 \u4e16");
    tokenizer.decode(ids);
    for (const int32_t id : ids) {
      if (id < 0 || id >= tokenizer.vocab_size()) std::abort();
    }
  });
}
