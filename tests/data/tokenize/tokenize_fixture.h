#pragma once
// Small texts and the settings to tokenize them with.

#include "data/data_fixture.h"
#include "data/tokenize/tokenize.h"

namespace twofold {

class TokenizeTest : public DataTest {
 protected:
  template <class Config>
  Config config(records::Format format = records::Format::kLines) const {
    Config config;
    config.dataset = "out";
    config.source = (root_ / "source.txt").string();
    config.format = format;
    config.num_proc = 2;
    config.tokenizer.backend = "bytes";
    return config;
  }
  TokenizeVariableConfig variable(records::Format format = records::Format::kLines) const {
    return config<TokenizeVariableConfig>(format);
  }
  TokenizeBlockwiseConfig blockwise(int64_t width) const {
    auto result = config<TokenizeBlockwiseConfig>();
    result.block_size = width;
    return result;
  }
  /// `count` lines of different lengths, numbered.
  void put_lines(int count) const {
    std::string text;
    for (int i = 0; i < count; ++i)
      text += fmt::format("line {} {}\n", i, std::string(static_cast<size_t>(i * 7 % 23), 'x'));
    put("source.txt", text);
  }
  Path data() const { return root_ / "data"; }
  Path out() const { return data() / "out"; }
};

/// Splits a stream of byte tokens at its end-of-text tokens.
inline std::vector<std::string> documents_in(const std::vector<int32_t>& ids) {
  std::vector<std::string> texts = {""};
  for (const int32_t id : ids) {
    if (id == 256) {
      texts.emplace_back();
    } else {
      texts.back() += static_cast<char>(id);
    }
  }
  EXPECT_EQ(texts.back(), "") << "the stream ends with an end-of-text token";
  texts.pop_back();
  return texts;
}

}  // namespace twofold
