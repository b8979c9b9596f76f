#pragma once
// A tokenizer of bytes with the marks of chats.

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tokenizer/load/extended.h"
#include "tokenizer/plain/plain.h"

namespace twofold::chat {

inline ExtendedTokenizer bytes_with_marks(const std::vector<std::string>& marks) {
  TokenizerExtension extension;
  for (const std::string& text : marks) {
    hf::AddedToken token;
    token.id = 257 + static_cast<int32_t>(extension.tokens.size());
    token.content = token.pattern = text;
    token.special = true;
    extension.tokens.push_back(std::move(token));
  }
  return {make_bytes_tokenizer(), std::move(extension)};
}

/// {"messages": […]} of pairs of role and content.
inline nlohmann::ordered_json row_of(
    const std::vector<std::pair<std::string, std::string>>& messages) {
  nlohmann::ordered_json row;
  for (const auto& [role, content] : messages) {
    row["messages"].push_back({{"role", role}, {"content", content}});
  }
  return row;
}

}  // namespace twofold::chat
