// Single files of tensors: safetensors and GGUF.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fstream>
#include <map>

#include "base/text.h"
#include "formats/gguf.h"
#include "formats/json.h"
#include "formats/safetensors.h"
#include "inspect/inspect.h"

namespace twofold {
namespace {

constexpr size_t kShownTensors = 24;

std::string first_bytes(const Path& path, size_t count) {
  std::string bytes(count, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(count));
  bytes.resize(static_cast<size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return bytes;
}

/// Tensors as a table: all of them, or the first ones.
struct Listing {
  Table table{.title = "Tensors", .header = {"name", "dtype", "shape"}};
  size_t total = 0;

  void add(const std::string& name, std::string dtype, const std::vector<int64_t>& shape) {
    if (++total > kShownTensors) return;
    table.rows.push_back(
        {formats::printable(name), std::move(dtype), fmt::format("[{}]", fmt::join(shape, ", "))});
  }
  Table finish() {
    if (total > kShownTensors) table.note = fmt::format("and {} more", total - kShownTensors);
    return std::move(table);
  }
};

template <class T>
std::string shown(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return formats::printable(value, 80);
  } else if constexpr (std::is_same_v<T, formats::GgufArray>) {
    return std::visit(
        [](const auto& held) {
          if constexpr (requires { held.size(); }) {
            return fmt::format("{} elements", held.size());
          }
          return std::string();
        },
        value);
  } else {
    return fmt::format("{}", value);
  }
}

}  // namespace

bool is_safetensors(const Path& path) {
  return std::filesystem::is_regular_file(path) && path.extension() == ".safetensors";
}

std::vector<Table> inspect_safetensors(const Path& path) {
  const formats::SafetensorsFile file(path);
  Table table{.title = "Safetensors file " + path.string()};
  TensorSums sums;
  Listing listing;
  for (const formats::TensorEntry& entry : file.tensors()) {
    const std::string dtype(formats::safetensors_name(entry.dtype));
    sums.add(entry);
    listing.add(entry.name, dtype, entry.shape);
  }
  table.rows.push_back(sums.row());
  for (const auto& [key, value] : file.metadata()) {
    table.rows.push_back({"metadata " + formats::printable(key), formats::printable(value)});
  }
  table.note = "to train from it, give the folder that also holds its config.json";
  return {table, listing.finish()};
}

bool is_gguf(const Path& path) {
  return std::filesystem::is_regular_file(path) && first_bytes(path, 4) == "GGUF";
}

std::vector<Table> inspect_gguf(const Path& path) {
  const formats::GgufFile file(path);
  Table table{.title = fmt::format("GGUF file {} (version {})", path.string(), file.version())};
  TensorSums sums;
  Listing listing;
  for (const formats::GgufTensor& tensor : file.tensors()) {
    const std::string dtype(formats::ggml_layout(tensor.type)->name);
    sums.add(dtype, static_cast<int64_t>(tensor.elements()),
             static_cast<int64_t>(tensor.end - tensor.begin));
    listing.add(tensor.name, dtype, tensor.shape);
  }
  table.rows.push_back(sums.row());
  for (const auto& [key, value] : file.metadata()) {
    table.rows.push_back(
        {formats::printable(key), std::visit([](const auto& held) { return shown(held); }, value)});
  }
  table.note = file.text("general.type") == "adapter"
                   ? "an adapter for llama.cpp (--lora); twofold trains from PEFT adapters"
                   : "a model for llama.cpp; twofold trains from Hugging Face folders";
  return {table, listing.finish()};
}

}  // namespace twofold
