// A run's settings: the text, and behind a line "---" the overrides of the command line.
#include "../config/sample.h"
#include "base/text.h"
#include "config/fields.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const size_t mark = text.find("\n---\n");
  std::vector<std::string> overrides;
  if (mark != text.npos) overrides = split(text.substr(mark + 5), '\n');
  return fuzz::accept_errors([&] {
    sample::Bound bound;
    bound.load(text.substr(0, mark), overrides);
    // What was accepted can be kept in a checkpoint and read again.
    const std::string kept = config::dump(bound.fields, "job", false);
    sample::Bound again;
    again.load(kept, {});
    if (config::dump(again.fields, "job", false) != kept) std::abort();
  });
}
