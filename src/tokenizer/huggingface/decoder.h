#pragma once
// How the texts of tokens become text again: the "decoder" of tokenizer.json.

#include <memory>
#include <string>
#include <vector>

#include "tokenizer/huggingface/json.h"

namespace twofold::hf {

using Texts = std::vector<std::string>;

/// Thread-safe: never changed once built.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Rewrites the texts of a sequence of tokens, so that their concatenation is the decoded text.
  virtual void apply(Texts& texts) const = 0;
};

/// Sequence, ByteLevel, ByteFallback, Fuse, Strip, Replace, Metaspace. Any other is an Error that
/// names it. ByteLevel's text may be cut inside a character: repairing it is left to the caller.
std::unique_ptr<Decoder> make_decoder(const JsonReader& node);

}  // namespace twofold::hf
