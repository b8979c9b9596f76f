// Tokenizers of every kind that `twofold encode` takes.
#include "interop/gguf/tokenizer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "inspect/inspect.h"
#include "tokenizer/load/from_path.h"

namespace twofold {
namespace {

/// What a tokenizer.json is made of.
void add_parts(Table& table, const nlohmann::json& root) {
  const nlohmann::json model = root.value("model", nlohmann::json::object());
  table.rows.push_back({"model", model.value("type", "not said")});
  if (model.contains("merges")) {
    table.rows.push_back(
        {"merges", with_thousands(static_cast<int64_t>(model.at("merges").size()))});
  }
  table.rows.push_back(
      {"added tokens", std::to_string(root.value("added_tokens", nlohmann::json::array()).size())});
  for (const char* part : {"normalizer", "pre_tokenizer", "post_processor", "decoder"}) {
    const nlohmann::json step = root.value(part, nlohmann::json());
    table.rows.push_back({part, step.is_object() ? step.value("type", "not said") : "none"});
  }
}

}  // namespace

bool is_tokenizer(const Path& path) {
  if (std::filesystem::is_directory(path)) return holds_tokenizer(path);
  const std::string name = path.filename().string();
  const std::vector<std::string>& known = tokenizer_file_names();
  if (std::find(known.begin(), known.end(), name) != known.end()) return true;
  for (const char* end : {".tiktoken", ".bpe", "merges.txt"}) {
    if (name.ends_with(end)) return true;
  }
  try {
    tokenizer_from_path(path);
    return true;
  } catch (const Error&) {
    return false;
  }
}

std::vector<Table> inspect_tokenizer(const Path& path) {
  Path file = path;
  for (const std::string& name : tokenizer_file_names()) {
    if (!std::filesystem::is_directory(path) || !has_file(path, name.c_str())) continue;
    file = path / name;
    break;
  }
  Table table{.title = "Tokenizer " + file.string()};
  table.rows.push_back(
      {"file", human_bytes(static_cast<double>(std::filesystem::file_size(file)))});
  try {
    const std::unique_ptr<Tokenizer> tokenizer = tokenizer_from_path(path);
    table.rows.push_back({"vocabulary", with_thousands(tokenizer->vocab_size())});
    table.rows.push_back({"end of a text", std::to_string(tokenizer->eot_token())});
    table.rows.push_back(
        {"\"Hello, world\"", fmt::format("{}", fmt::join(tokenizer->encode("Hello, world"), " "))});
  } catch (const Error& error) {
    return {table, problem_table("twofold refuses it", error)};
  }
  if (file.filename() == "tokenizer.json") add_parts(table, read_json(file));
  table.rows.push_back({"in GGUF", gguf_tokenizer_summary(file)});
  table.note = "in a config: tokenizer: {backend: huggingface, file: " + path.string() + "}";
  return {table};
}

}  // namespace twofold
