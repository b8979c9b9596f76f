#include "tokenizer/llama2c/llama2c.h"

#include "input.h"
#include "use_tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  return fuzz::accept_errors([&] { fuzz::use(*make_llama2c(bytes, "input")); });
}
