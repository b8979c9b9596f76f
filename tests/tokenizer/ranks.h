#pragma once
// Small vocabularies for tests, written as rank files.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace twofold {

inline std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; ++j) {
      bits = bits << 8 | (i + j < bytes.size() ? static_cast<uint8_t>(bytes[i + j]) : 0u);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += i + j <= bytes.size() ? kDigits[bits >> (18 - 6 * j) & 63] : '=';
    }
  }
  return out;
}

/// A rank file: the 256 bytes in order, then `tokens`.
inline std::string rank_file(const std::vector<std::string>& tokens = {}) {
  std::string text;
  int rank = 0;
  for (; rank < 256; ++rank) {
    const char byte = static_cast<char>(rank);
    text += base64({&byte, 1}) + " " + std::to_string(rank) + "\n";
  }
  for (const std::string& token : tokens) {
    text += base64(token) + " " + std::to_string(rank++) + "\n";
  }
  return text;
}

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace twofold
