#pragma once
// What is done to text before it is cut: the "normalizer" of tokenizer.json.

#include <memory>
#include <string>

#include "tokenizer/huggingface/edits.h"
#include "tokenizer/huggingface/json.h"

namespace twofold::hf {

/// Thread-safe: never changed once built.
class Normalizer {
 public:
  virtual ~Normalizer() = default;
  /// `text` is valid UTF-8 before and after. What was changed is appended to `passes`, if they are
  /// wanted.
  virtual void apply(std::string& text, Passes* passes = nullptr) const = 0;
};

/// Sequence, NFC, NFD, NFKC, NFKD, Replace, Prepend, Strip. Any other is an Error that names it.
std::unique_ptr<Normalizer> make_normalizer(const JsonReader& node);

/// `text` with every `from` (not empty) replaced by `to`.
void replace_all(std::string& text, const std::string& from, const std::string& to);

}  // namespace twofold::hf
