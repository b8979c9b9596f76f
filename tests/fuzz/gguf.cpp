#include "formats/gguf.h"

#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const fuzz::MemoryFile input(data, size);
  return fuzz::accept_errors([&] {
    const formats::GgufFile file(input.path());
    for (const formats::GgufTensor& tensor : file.tensors()) {
      const auto bytes = file.bytes(tensor);
      if (!formats::is_convertible(tensor.type)) continue;
      std::vector<float> values(tensor.elements());
      formats::decode_ggml(static_cast<formats::GgmlType>(tensor.type), bytes, values);
    }
    for (const auto& [key, value] : file.metadata()) {
      if (file.value(key) != &value || formats::gguf_type_name(value).empty()) std::abort();
    }
  });
}
