#pragma once
// The fields of a Hugging Face config.json that are settings of ours under another name. A family
// lists each of them once, in a template over ReadFields and WriteFields, and so reads and writes
// the same fields.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "formats/json_reader.h"

namespace twofold {

/// Reads each field into its setting, by the JsonReader's check for its kind.
struct ReadFields {
  const formats::JsonReader& in;

  void size(const char* name, int64_t& setting, std::optional<int64_t> otherwise = {},
            int64_t most = formats::JsonReader::kMaxSize) const {
    setting = in.size(name, otherwise, most);
  }
  void positive(const char* name, double& setting, double otherwise) const {
    setting = in.number(name, otherwise, kPositive);
  }
  void flag(const char* name, bool& setting, bool otherwise) const {
    setting = in.flag(name, otherwise);
  }
  void only(const char* name, const nlohmann::json& value) const { in.only(name, value); }
};

/// Writes each setting to its field.
struct WriteFields {
  nlohmann::json& out;

  void size(const char* name, int64_t setting, std::optional<int64_t> = {}, int64_t = 0) const {
    out[name] = setting;
  }
  void positive(const char* name, double setting, double) const { out[name] = setting; }
  void flag(const char* name, bool setting, bool) const { out[name] = setting; }
  void only(const char* name, const nlohmann::json& value) const { out[name] = value; }
};

}  // namespace twofold
