#include "tokenizer/tiktoken/encodings.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "tokenizer/patterns.h"

namespace twofold {
namespace {

constexpr const char* kEndOfText = "<|endoftext|>";

using Specials = std::vector<std::pair<std::string, int32_t>>;

/// Llama 3's 256 special tokens: five by name, the rest reserved by number.
Specials llama3_specials() {
  Specials named = {{"<|begin_of_text|>", 128000},
                    {"<|end_of_text|>", 128001},
                    {"<|start_header_id|>", 128006},
                    {"<|end_header_id|>", 128007},
                    {"<|eot_id|>", 128009}};
  Specials all;
  int reserved = 0;
  size_t next = 0;
  for (int32_t id = 128000; id < 128256; ++id) {
    if (next < named.size() && named[next].second == id) {
      all.push_back(named[next++]);
    } else {
      all.emplace_back(fmt::format("<|reserved_special_token_{}|>", reserved++), id);
    }
  }
  return all;
}

Encoding cl100k_base() {
  return {"cl100k_base",
          kCl100kPattern,
          100256,
          // The chat marks are not tiktoken's own: the Python program whose names we keep
          // (DESIGN.md) gives them these free ids.
          {{kEndOfText, 100257},
           {"<|fim_prefix|>", 100258},
           {"<|fim_middle|>", 100259},
           {"<|fim_suffix|>", 100260},
           {"<|im_start|>", 100264},
           {"<|im_end|>", 100265},
           {"<|endofprompt|>", 100276}},
          kEndOfText,
          {"cl100k_base.tiktoken", "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"}};
}

/// Ids: tiktoken 0.12 (tiktoken_ext/openai_public.py) and, for llama3, Meta's tokenizer. The
/// hexadecimal names are those under which Python's tiktoken keeps a file in its cache.
std::vector<Encoding> encodings() {
  const Specials gpt2 = {{kEndOfText, 50256}};
  const std::vector<std::string> r50k_files = {"r50k_base.tiktoken",
                                               "0ea1e91bbb3a60f729a8dc8f777fd2fc07cd8df4"};
  const std::vector<std::string> p50k_files = {"p50k_base.tiktoken",
                                               "ec7223a39ce59f226a68acc30dc1af2788490e15"};
  return {
      cl100k_base(),
      {"o200k_base",
       kO200kPattern,
       199998,
       {{kEndOfText, 199999}, {"<|endofprompt|>", 200018}},
       kEndOfText,
       {"o200k_base.tiktoken", "fb374d419588a4632f3f557e76b4b70aebbca790"}},
      {"gpt2",
       kGpt2Pattern,
       50256,
       gpt2,
       kEndOfText,
       {"gpt2.tiktoken", "r50k_base.tiktoken", "vocab.bpe"}},
      {"r50k_base", kGpt2Pattern, 50256, gpt2, kEndOfText, r50k_files},
      {"p50k_base", kGpt2Pattern, 50280, gpt2, kEndOfText, p50k_files},
      {"p50k_edit",
       kGpt2Pattern,
       50280,
       {{kEndOfText, 50256},
        {"<|fim_prefix|>", 50281},
        {"<|fim_middle|>", 50282},
        {"<|fim_suffix|>", 50283}},
       kEndOfText,
       p50k_files},
      {"llama3", kLlama3Pattern, 128000, llama3_specials(), "<|end_of_text|>", {"llama3.tiktoken"}},
  };
}

}  // namespace

Encoding find_encoding(const std::string& name) {
  std::vector<std::string> names;
  for (Encoding& encoding : encodings()) {
    if (encoding.name == name) return std::move(encoding);
    names.push_back(encoding.name);
  }
  fail({.what = "unknown tiktoken encoding",
        .where = "tokenizer/name",
        .expected = join(names, ", "),
        .found = name,
        .hint = did_you_mean(name, names)});
}

Encoding find_encoding_of(size_t ranks, const std::string& file) {
  std::vector<std::string> known;
  for (Encoding& encoding : encodings()) {
    if (encoding.ranks == ranks) return std::move(encoding);
    known.push_back(fmt::format("{} ({})", encoding.ranks, encoding.name));
  }
  fail({.what = "rank file of no encoding that twofold knows",
        .where = file,
        .expected = fmt::format("as many tokens as {}", join(known, ", ")),
        .found = fmt::format("{} tokens", ranks),
        .hint = "a rank file alone does not say how text is split"});
}

}  // namespace twofold
