#include <nlohmann/json.hpp>

#include "formats/json.h"
#include "input.h"
#include "tokenizer/huggingface/tokenizer.h"
#include "use_tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  return fuzz::accept_errors([&] {
    const std::string name = "input";
    const nlohmann::json document = formats::parse_json(text, name);
    const hf::HuggingFaceTokenizer tokenizer(hf::read_tokenizer_json(document, name));
    fuzz::use(tokenizer);
  });
}
