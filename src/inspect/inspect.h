#pragma once
// What `twofold inspect` recognises: one pair of functions for each kind. A kind recognises a path
// by its contents, not by its name.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "formats/safetensors.h"
#include "twofold/observer.h"

namespace twofold {

struct InspectedKind {
  const char* name;  ///< "a Hugging Face model folder"
  bool (*is)(const Path& path);
  std::vector<Table> (*describe)(const Path& path);
};

/// In the order in which they are tried.
const std::vector<InspectedKind>& inspected_kinds();

bool is_model_folder(const Path& path);
std::vector<Table> inspect_model_folder(const Path& path);
bool is_adapter_folder(const Path& path);
std::vector<Table> inspect_adapter_folder(const Path& path);
bool is_tokenizer(const Path& path);
std::vector<Table> inspect_tokenizer(const Path& path);
bool is_safetensors(const Path& path);
std::vector<Table> inspect_safetensors(const Path& path);
bool is_gguf(const Path& path);
std::vector<Table> inspect_gguf(const Path& path);
bool is_dataset(const Path& path);
std::vector<Table> inspect_dataset(const Path& path);
bool is_checkpoint(const Path& path);
std::vector<Table> inspect_checkpoint(const Path& path);

bool has_file(const Path& folder, const char* name);
nlohmann::json read_json(const Path& file);

/// An Error as a table, for faults that are themselves the answer.
Table problem_table(const std::string& title, const Error& error);

/// Elements and bytes of tensors by dtype, for a table.
class TensorSums {
 public:
  void add(const std::string& dtype, int64_t elements, int64_t bytes);
  void add(const formats::TensorEntry& entry);
  int64_t elements() const;
  std::vector<std::string> row()
      const;  ///< "tensors", "291 (226 BF16, 65 F32), 1,235,814,400 elements, …"

 private:
  struct Sum {
    std::string dtype;
    int64_t tensors = 0, elements = 0, bytes = 0;
  };
  std::vector<Sum> sums_;
};

}  // namespace twofold
