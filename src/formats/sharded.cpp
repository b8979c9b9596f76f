#include "formats/sharded.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "formats/hub_cache.h"
#include "formats/json.h"
#include "formats/no_weights.h"

namespace twofold::formats {
namespace {

using nlohmann::json;

/// False also for names that the system refuses to look up (too long, no permission).
bool present(const Path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

/// True if `name` is a plain file name, so that an index cannot point outside its folder.
bool stays_in_folder(const std::string& name) {
  return !name.empty() && name != "." && name.find("..") == name.npos &&
         name.find_first_of("/\\") == name.npos && name.find('\0') == name.npos;
}

/// Reads an index and its shards, collecting every problem.
class IndexReader {
 public:
  explicit IndexReader(const Path& folder) : folder_(folder), path_(folder / kIndexFile) {}

  TensorFolder read() {
    const json index = parse_json(read_text(path_), path_.string());
    const json& weights = weight_map(index);
    for (const auto& [tensor, shard] : weights.items()) add_shard(tensor, shard);
    stop_if_broken();
    for (const auto& [name, file] : shards_) add_tensors(name, file);
    for (const auto& [tensor, shard] : weights.items()) check_listed(tensor, shard);
    stop_if_broken();
    for (auto& [name, located] : located_) result_.tensors.push_back(std::move(located));
    check_total(index);
    return std::move(result_);
  }

 private:
  void report(std::string what, std::string tensor, std::string expected, std::string found,
              std::string hint = "copy the folder again: its files do not belong together") {
    std::string where = path_.string();
    if (!tensor.empty()) where += fmt::format(", tensor `{}`", printable(tensor));
    problems_.push_back({std::move(what), std::move(where), std::move(expected), std::move(found),
                         std::move(hint)});
  }

  void stop_if_broken() { throw_first_problems(std::move(problems_), path_.string()); }

  const json& weight_map(const json& index) {
    const char* type = index.type_name();
    if (index.is_object()) {
      auto it = index.find("weight_map");
      if (it != index.end() && it->is_object()) return *it;
      type = it == index.end() ? "none" : it->type_name();
    }
    report("index has no weight_map", "", "an object `weight_map`: tensor name to shard file",
           type);
    throw Error(std::move(problems_));
  }

  void add_shard(const std::string& tensor, const json& shard) {
    if (!shard.is_string()) {
      return report("shard is not a file name", tensor, "a text", shard.type_name());
    }
    const auto& name = shard.get_ref<const std::string&>();
    if (shards_.contains(name)) return;
    shards_[name] = nullptr;  // reported once, however many tensors name it
    if (!stays_in_folder(name)) {
      return report("shard name leaves the folder", tensor, "a file name without `/` or `..`",
                    printable(name));
    }
    if (!present(folder_ / name)) {
      return report("shard is missing", tensor, (folder_ / name).string(), "no such file",
                    "download the file again; the folder is incomplete");
    }
    try {
      shards_[name] = std::make_shared<const SafetensorsFile>(folder_ / name);
    } catch (const Error& error) {
      problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
    }
  }

  void add_tensors(const std::string& shard, const std::shared_ptr<const SafetensorsFile>& file) {
    for (const TensorEntry& entry : file->tensors()) {
      auto [it, added] = located_.try_emplace(entry.name, LocatedTensor{entry, file});
      if (!added) {
        report("tensor is in two shards", entry.name, "one shard that holds it",
               fmt::format("{} and {}", it->second.file->path().filename().string(), shard));
      }
    }
  }

  void check_listed(const std::string& tensor, const json& shard) {
    const auto& name = shard.get_ref<const std::string&>();
    if (!shards_.at(name)->find(tensor)) {
      report("tensor is not in the shard that the index names", tensor, name,
             "no such tensor in it");
    }
  }

  void check_total(const json& index) {
    const json::json_pointer pointer("/metadata/total_size");
    if (!index.contains(pointer) || !index[pointer].is_number()) return;
    uint64_t sum = 0;
    for (const LocatedTensor& tensor : result_.tensors)
      sum += tensor.entry.end - tensor.entry.begin;
    if (index[pointer] != sum) {
      result_.warnings.push_back(fmt::format("{}: total_size is {}, but the tensors have {} bytes",
                                             path_.string(), index[pointer].dump(), sum));
    }
  }

  const Path& folder_;
  Path path_;
  std::map<std::string, std::shared_ptr<const SafetensorsFile>> shards_;
  std::map<std::string, LocatedTensor> located_;
  std::vector<Problem> problems_;
  TensorFolder result_;
};

TensorFolder open_single(const Path& path) {
  TensorFolder result;
  auto file = std::make_shared<const SafetensorsFile>(path);
  for (const TensorEntry& entry : file->tensors()) result.tensors.push_back({entry, file});
  std::sort(result.tensors.begin(), result.tensors.end(),
            [](const auto& a, const auto& b) { return a.entry.name < b.entry.name; });
  return result;
}

}  // namespace

const LocatedTensor* TensorFolder::find(const std::string& name) const {
  auto it = std::lower_bound(tensors.begin(), tensors.end(), name,
                             [](const auto& a, const std::string& b) { return a.entry.name < b; });
  return it != tensors.end() && it->entry.name == name ? &*it : nullptr;
}

TensorFolder open_tensor_folder(const Path& named) {
  const Path folder = hub_folder(named);
  if (present(folder / kSingleFile)) return open_single(folder / kSingleFile);
  if (present(folder / kIndexFile)) return IndexReader(folder).read();
  fail_no_weights(folder);
}

}  // namespace twofold::formats
