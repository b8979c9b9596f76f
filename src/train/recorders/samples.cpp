#include "train/recorders/samples.h"

#include <nlohmann/json.hpp>

namespace twofold {

void SamplesFile::samples(const SamplesReport& report) {
  std::string lines;
  for (const auto& [which, text] : report.texts) {
    const nlohmann::ordered_json line = {{"step", report.step}, {"which", which}, {"text", text}};
    lines += line.dump() + "\n";
  }
  write_atomic(file_, lines);
}

}  // namespace twofold
