#pragma once
// How one question to a model is laid out as a turn of a chat.

#include <memory>
#include <optional>
#include <string>

#include "base/file_texts.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

class TurnLayout {
 public:
  /// By the chat template among a model's `files`. Without one: ChatML where its two marks are
  /// tokens, else the plain layout of Alpaca.
  TurnLayout(const FileTexts& files, const Tokenizer& tokenizer);
  ~TurnLayout();
  TurnLayout(TurnLayout&&) noexcept;

  /// What the model reads before it answers a user who says `message`, behind a turn of the
  /// system's, which may be empty. An Error if the template refuses it.
  std::string prompt(const std::string& system, const std::string& message) const;
  /// The token with which the model ends its turn, if the layout has one.
  std::optional<int32_t> end() const { return end_; }

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::optional<int32_t> end_;
};

}  // namespace twofold
