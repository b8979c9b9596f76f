#include "input.h"
#include "tokenizer/bpe/rank_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  return fuzz::accept_errors([&] {
    const RankTable ranks = parse_ranks(text, "input");
    for (uint32_t rank = 0; rank < ranks.end(); ++rank) {
      const auto bytes = ranks.bytes_of(rank);
      if (bytes && ranks.find(*bytes) != rank) std::abort();
    }
  });
}
