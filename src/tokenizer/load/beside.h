#pragma once
// What the files beside a tokenizer's file say of it: tokenizer_config.json,
// special_tokens_map.json, added_tokens.json, and config.json for the token that ends a document.
// They are read by the rules of transformers.

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/files.h"
#include "tokenizer/huggingface/added_tokens.h"

namespace twofold {

struct FilesBeside {
  bool any = false;                    ///< one of the first three is there
  std::vector<hf::AddedToken> listed;  ///< with ids, in their order; from `list`
  std::vector<hf::AddedToken> named;   ///< for a purpose (bos_token, …): special, ids not given
  std::string list = {};               ///< the place that lists, for errors
  std::string bos = {}, eos = {}, pad = {};  ///< texts; empty if none is named
  std::optional<int64_t> end_id = {};  ///< config.json's (first) end token, where none is named
  std::optional<bool> add_bos = {}, add_eos = {};  ///< around every text
  std::optional<bool> prefix_space = {};           ///< before a text that begins without one
  bool legacy = false;                             ///< and after each token that was cut out
  std::string tokenizer_class = {};
};

/// Throws an Error that names the file and the place for what is malformed.
FilesBeside read_files_beside(const Path& folder);

/// The files as JSON; null for one that is not there. Of each, its name in errors.
struct JsonBeside {
  const nlohmann::json &tokenizer_config, &special_tokens_map, &added_tokens, &config;
  std::string folder = {};
};
FilesBeside files_beside(const JsonBeside& files);

}  // namespace twofold
