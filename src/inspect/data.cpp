// What twofold itself writes: datasets and checkpoints.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "checkpoint/manifest.h"
#include "data/read/dataset_folder.h"
#include "data/read/token_file.h"
#include "formats/json.h"
#include "formats/safetensors.h"
#include "inspect/inspect.h"
#include "run/resume/saved_config.h"

namespace twofold {
namespace {

constexpr int64_t kAnyVocabulary = int64_t{1} << 31;

int64_t largest_id(const TokenFile& file) {
  const auto ids = file.tokens(0, file.size());
  return *std::max_element(ids.begin(), ids.end());
}

std::vector<std::string> stream_row(const Path& folder, Split split) {
  const TokenFile file(folder / fmt::format("{}.bin", split_name(split)), kAnyVocabulary);
  std::string blocks;
  for (const int64_t width : {256, 1024, 4096}) {
    blocks += fmt::format("{}{} of {}", blocks.empty() ? "" : ", ",
                          with_thousands(std::max<int64_t>(0, (file.size() - 1) / width)), width);
  }
  return {split_name(split), with_thousands(file.size()), blocks, std::to_string(largest_id(file))};
}

std::vector<std::string> rows_row(const Path& folder, Split split, const std::string& side) {
  const std::string infix = side.empty() ? "" : "." + side;
  const Path path = folder / fmt::format("{}{}.bin", split_name(split), infix);
  const Shape shape = read_shape(folder, split, side);
  const TokenFile file(path, kAnyVocabulary);
  require_shape(path, file.size(), shape);
  const MaskFile mask(path.string() + ".mask", file);
  const auto bytes = mask.bytes(0, file.size());
  return {split_name(split) + infix, with_thousands(file.size()),
          fmt::format("{} of {}", with_thousands(shape.rows), shape.width),
          std::to_string(largest_id(file)),
          fmt::format("{:.1f} %",
                      100.0 * static_cast<double>(std::count(bytes.begin(), bytes.end(), 1)) /
                          static_cast<double>(bytes.size()))};
}

void add_origin(Table& table, const Path& folder) {
  if (!has_file(folder, "config.json")) return;
  const Path path = folder / "config.json";
  const nlohmann::json config = formats::parse_json(read_text(path), path.string());
  std::vector<std::string> parts;
  for (const auto& [key, value] : config.items()) {
    if (value.is_primitive())
      parts.push_back(
          fmt::format("{} {}", formats::printable(key), formats::printable(value.dump(), 40)));
  }
  table.note = "config.json: " + join(parts, ", ");
}

}  // namespace

bool is_dataset(const Path& path) {
  return has_file(path, "train.bin") || has_file(path, "val.bin") ||
         has_file(path, "train.pos.bin");
}

std::vector<Table> inspect_dataset(const Path& path) {
  const bool pairs = has_file(path, "train.pos.bin");
  const bool rows = pairs || has_file(path, "shape.json");
  const char* style = pairs ? "CONTRASTIVE" : rows ? "PADDED" : "PMD";
  Table table{.title = fmt::format("Dataset {} ({})", path.string(), style),
              .header = {"split", "tokens", rows ? "rows" : "blocks", "largest id"}};
  if (rows) table.header.emplace_back("trained on");
  const std::vector<std::string> sides =
      pairs ? std::vector<std::string>{"pos", "neg"} : std::vector<std::string>{""};
  for (const Split split : {Split::kTrain, Split::kVal}) {
    for (const std::string& side : sides) {
      if (!has_split(path, split, side.empty() ? "" : "." + side)) continue;
      table.rows.push_back(rows ? rows_row(path, split, side) : stream_row(path, split));
    }
  }
  add_origin(table, path);
  Table use{.title = "What twofold does with it"};
  if (pairs) {
    use.rows.push_back({"nothing yet", "no trainer uses CONTRASTIVE data"});
  } else {
    use.rows.push_back({"in a config", fmt::format("{{name: {}, rate: 1.0, style: {}}}",
                                                   path.filename().string(), style)});
  }
  if (!has_split(path, Split::kVal, pairs ? ".pos" : "")) {
    use.rows.push_back({"warning", "no val split: train with training/validation: false"});
  }
  return {table, use};
}

bool is_checkpoint(const Path& path) {
  return has_file(path, "manifest.json") && has_file(path, "state.json");
}

std::vector<Table> inspect_checkpoint(const Path& path) {
  const CheckpointInfo info = CheckpointStore::open(path, path.filename().string());
  const RunConfig config = saved_config(info);
  Table table{.title = "Checkpoint " + path.string()};
  table.rows.push_back({"phase", std::to_string(info.phase())});
  table.rows.push_back({"step", with_thousands(info.step())});
  table.rows.push_back({"tokens", with_thousands(info.tokens())});
  table.rows.push_back(
      {"size", human_bytes(static_cast<double>(info.bytes)) + ", every checksum right"});
  table.rows.push_back({"family", config.model->family()});
  table.rows.push_back({"block_size", std::to_string(config.model->block_size)});
  if (CheckpointStore::has(info, "adapters")) {
    const LoRAConfig& lora = config.lora;
    table.rows.push_back({"adapters", fmt::format("rank {}, alpha {}, targets {}", lora.rank,
                                                  lora.alpha, join(lora.target_modules, ", "))});
  }
  for (const char* stem : {"model", "base", "adapters", "optimizer"}) {
    if (!CheckpointStore::has(info, stem)) continue;
    TensorSums sums;
    const formats::SafetensorsFile file(info.folder / fmt::format("{}.safetensors", stem));
    for (const formats::TensorEntry& entry : file.tensors()) {
      sums.add(entry);
    }
    table.rows.push_back({stem, sums.row().back()});
  }
  table.note = "twofold generate, score and export take the run: NAME ROOT [--checkpoint SUFFIX]";
  return {table};
}

}  // namespace twofold
