#pragma once
// Pieces of Hugging Face configs and tensor lists that every family uses.

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "formats/json_reader.h"
#include "model/hf/format.h"

namespace twofold {

/// Gathers the tensors of a model.
class HfNames {
 public:
  void add(std::string ours, std::string theirs, std::string alias = {});
  /// ours/kernel ↔ theirs.weight, and the bias if there is one.
  void dense(const std::string& ours, const std::string& theirs, bool transpose, bool bias);
  void norm(const std::string& ours, const std::string& theirs, bool bias);
  std::vector<HfTensor> take() { return std::move(tensors_); }

 private:
  std::vector<HfTensor> tensors_;
};

/// The hint of an error about a setting in config.json that is not supported.
inline constexpr const char* kOtherModel =
    "take a model of the expected kind; this setting changes what it computes";

/// Refuses, at once, a `model_type` other than these; `what` is the text of the error.
void check_model_type(const formats::JsonReader& reader, const std::vector<std::string>& supported,
                      const std::string& what);
/// Refuses a config of another architecture.
void check_family(const formats::JsonReader& reader, const ModelConfig& config);
void refuse_quantised(const formats::JsonReader& reader);
void read_special_ids(ModelConfig& config, const formats::JsonReader& reader);
/// The fields that every config.json of ours has: special ids, dtype under both names.
nlohmann::json hf_config_frame(const ModelConfig& config, const std::string& dtype);
void set_architecture(nlohmann::json& config, const char* model_type, const char* architecture);
/// Throws: a model with this setting has no counterpart in Hugging Face's architecture.
[[noreturn]] void not_exportable(const std::string& key, std::string expected, std::string found);

}  // namespace twofold
