#include "data/records/format.h"

#include <array>
#include <filesystem>

#include "base/ascii.h"

namespace twofold::records {
namespace {

constexpr std::array kEndings = {
    std::pair{".jsonl", Format::kJsonl}, std::pair{".ndjson", Format::kJsonl},
    std::pair{".json", Format::kJson},   std::pair{".csv", Format::kCsv},
    std::pair{".tsv", Format::kTsv},     std::pair{".parquet", Format::kParquet},
};

}  // namespace

Format format_of_name(const std::string& name) {
  std::filesystem::path path = ascii_lower(name);
  if (path.extension() == ".gz" || path.extension() == ".zst") path = path.stem();
  const std::string ending = path.extension();
  for (const auto& [known, format] : kEndings) {
    if (ending == known) return format;
  }
  return Format::kText;
}

}  // namespace twofold::records
