#pragma once
// Text to ids and back with any tokenizer that twofold reads.
//
//   const auto tokenizer = twofold::tokenizer_from_path("path/to/Qwen3-0.6B");
//   std::vector<int32_t> ids = tokenizer->encode("Hello");
#include "tokenizer/lines.h"           // encode_line, decode_line: of JSON lines
#include "tokenizer/load/from_path.h"  // tokenizer_from_path, Tokenizer
