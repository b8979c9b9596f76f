#pragma once
// Models as GGUF files, out and in again.

#include "interop/gguf/plan.h"

namespace twofold {

/// Writes `tensors` (our paths, any float dtype) as `type`: `plan`'s metadata, then `tokenizer`'s.
/// Vectors, norms and learned positions are float32, as llama.cpp demands; a matrix whose rows are
/// not whole blocks of `type` is float16. `name` becomes general.name. Not atomic: the caller
/// publishes. Returns notes, for people, on what was written otherwise than asked for.
std::vector<std::string> write_gguf_model(const GgufPlan& plan, const NamedTensors& tensors,
                                          const formats::GgufMetadata& tokenizer,
                                          formats::GgmlType type, const std::string& name,
                                          const Path& file);

/// Our tensors back from a file that has exactly the tensors of `plan`: (in, out), float32
/// (bfloat16 where the file has that). Throws an Error naming a tensor that is missing, extra, or
/// of another shape or type.
NamedTensors read_gguf_model(const GgufPlan& plan, const Path& file);

/// "f32", "f16", "bf16" or "q8_0"; also the names that twofold's dtypes have.
std::vector<std::string> gguf_dtypes();
formats::GgmlType gguf_dtype(const std::string& name);  ///< an Error for another name

}  // namespace twofold
