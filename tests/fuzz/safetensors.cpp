#include "formats/safetensors.h"

#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const fuzz::MemoryFile input(data, size);
  return fuzz::accept_errors([&] {
    const formats::SafetensorsFile file(input.path());
    unsigned sum = 0;
    for (const formats::TensorEntry& entry : file.tensors()) {
      for (const std::byte byte : file.bytes(entry)) sum += static_cast<unsigned>(byte);
      if (file.find(entry.name) != &entry) std::abort();
    }
    volatile unsigned kept = sum;
    (void)kept;
  });
}
