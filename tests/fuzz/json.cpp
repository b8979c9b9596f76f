// parse_json, by way of its three users among the model configs: plain, with offsets, and as the
// index of a sharded folder would be read.
#include "formats/json.h"

#include <nlohmann/json.hpp>

#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  return fuzz::accept_errors([&] {
    formats::KeyOffsets offsets;
    const nlohmann::json value = formats::parse_json(text, "input", &offsets);
    for (const auto& [key, byte] : offsets) {
      if (byte > text.size() || !value.contains(key)) std::abort();
    }
    if (formats::parse_json(value.dump(), "again") != value) std::abort();
  });
}
