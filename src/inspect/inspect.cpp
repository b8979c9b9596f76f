#include "inspect/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/is_file.h"
#include "base/shape.h"
#include "base/text.h"
#include "formats/file_kind.h"
#include "formats/hub_cache.h"
#include "formats/json.h"
#include "twofold/inspect.h"

namespace twofold {

const std::vector<InspectedKind>& inspected_kinds() {
  static const std::vector<InspectedKind> kKinds = {
      {"a checkpoint of a run", is_checkpoint, inspect_checkpoint},
      {"an adapter (PEFT)", is_adapter_folder, inspect_adapter_folder},
      {"a model folder (Hugging Face)", is_model_folder, inspect_model_folder},
      {"a dataset folder", is_dataset, inspect_dataset},
      {"a GGUF file", is_gguf, inspect_gguf},
      {"a tokenizer", is_tokenizer, inspect_tokenizer},
      {"a safetensors file", is_safetensors, inspect_safetensors},
  };
  return kKinds;
}

std::vector<Table> inspect(const std::filesystem::path& named) {
  const Path path = formats::hub_folder(named);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    fail({.what = "there is nothing to inspect",
          .where = path.string(),
          .expected = "a file or a folder",
          .found = formats::absence(path, "no such file"),
          .hint = "check the path"});
  }
  std::vector<std::string> names;
  for (const InspectedKind& kind : inspected_kinds()) {
    if (kind.is(path)) return kind.describe(path);
    names.emplace_back(kind.name);
  }
  const formats::FileKind* kind = formats::kind_of_file(path);
  const bool run = std::filesystem::exists(path / "checkpoints", ignored);
  fail({.what = "twofold does not know what this is",
        .where = path.string(),
        .expected = join(names, ", "),
        .found = kind ? std::string(kind->name) : "none of them",
        .hint = kind  ? std::string(kind->hint)
                : run ? "a ROOT: `twofold checkpoints NAME ROOT` lists a run's checkpoints"
                      : "give the folder or the file itself"});
}

bool has_file(const Path& folder, const char* name) { return is_file(folder / name); }

nlohmann::json read_json(const Path& file) {
  return formats::parse_json(read_text(file), file.string());
}

Table problem_table(const std::string& title, const Error& error) {
  Table table{.title = title, .header = {"what", "where", "expected", "found"}};
  for (const Problem& problem : error.problems()) {
    table.rows.push_back({problem.what, problem.where, problem.expected, problem.found});
  }
  return table;
}

void TensorSums::add(const std::string& dtype, int64_t elements, int64_t bytes) {
  auto found =
      std::find_if(sums_.begin(), sums_.end(), [&](const Sum& sum) { return sum.dtype == dtype; });
  if (found == sums_.end()) found = sums_.insert(sums_.end(), Sum{.dtype = dtype});
  ++found->tensors;
  found->elements += elements;
  found->bytes += bytes;
}

void TensorSums::add(const formats::TensorEntry& entry) {
  add(std::string(formats::safetensors_name(entry.dtype)), element_count(entry.shape),
      static_cast<int64_t>(entry.end - entry.begin));
}

int64_t TensorSums::elements() const {
  int64_t total = 0;
  for (const Sum& sum : sums_) total += sum.elements;
  return total;
}

std::vector<std::string> TensorSums::row() const {
  int64_t tensors = 0, bytes = 0;
  std::vector<std::string> parts;
  for (const Sum& sum : sums_) {
    tensors += sum.tensors;
    bytes += sum.bytes;
    parts.push_back(fmt::format("{} {}", sum.tensors, sum.dtype));
  }
  return {"tensors",
          fmt::format("{} ({}), {} elements, {}", tensors, join(parts, ", "),
                      with_thousands(elements()), human_bytes(static_cast<double>(bytes)))};
}

}  // namespace twofold
