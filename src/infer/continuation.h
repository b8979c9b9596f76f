#pragma once
// Prompts of token ids, continued as texts: what all ways to generate text share.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eval/generate.h"
#include "infer/loaded_model.h"
#include "tokenizer/tokenizer.h"

namespace twofold {

struct Prompt {
  std::vector<int32_t> ids;
  std::string where;  ///< as errors name it
};

/// One Error with every setting that is out of its range.
void check_request(const GenerateRequest& request);

/// How many tokens may follow a prompt; an Error if it and the tokens asked for exceed the context.
int64_t room_after(int64_t prompt, int64_t asked, int64_t context, const std::string& where);

/// What is asked for, and what the model's own files say where nothing is.
SamplingOptions sampling_of(const GenerateRequest& request, const HfGeneration& model);

/// Continues each prompt to one of the model's end tokens, one of `ends`, a stop, or as far as
/// there is room. `emit` gets its text in pieces. An Error for ids that the model does not know and
/// for prompts that are too long, before anything is generated.
void continue_prompts(const LoadedModel& loaded, const Tokenizer& tokenizer,
                      const std::vector<Prompt>& prompts, const GenerateRequest& request,
                      const std::vector<int32_t>& ends,
                      const std::function<void(size_t prompt, const std::string& piece)>& emit);

}  // namespace twofold
