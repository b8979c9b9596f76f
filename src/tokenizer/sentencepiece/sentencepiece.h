#pragma once
// SentencePiece models, through SentencePiece's own library.

#include <memory>
#include <string>
#include <string_view>

#include "tokenizer/tokenizer.h"

namespace twofold {

/// The tokenizer of a serialized ModelProto. Control tokens written in a text are ordinary text, as
/// they are to SentencePiece. `prefix`: false leaves out the space that the model may put before a
/// text, both ways. Throws an Error, naming `file`, for what the library does not accept.
std::unique_ptr<Tokenizer> make_sentencepiece(std::string_view model, const std::string& file,
                                              bool prefix = true);

}  // namespace twofold
