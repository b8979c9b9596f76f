#pragma once
// Models to use: a Hugging Face folder, or the weights of a run.
//
//   #include <twofold/model.h>
//   const twofold::Scorer scorer({.model = "path/to/Qwen3-0.6B"});
//   const twofold::Score score = scorer.score(ids, "my ids");
//
// Faults of the input are thrown as twofold::Error.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "twofold/error.h"

namespace twofold {

/// Which model: a Hugging Face folder or, if `root` is set, the run NAME whose files are below it.
struct ModelSource {
  std::string model = {};  ///< folder, or NAME
  std::filesystem::path root = {};
  std::string project = "general";
  std::string group = "default";
  std::string checkpoint = {};  ///< of a run: a suffix; empty: the newest
  bool adapters = true;         ///< of a run in phase 2: with its adapters on
  /// PEFT folders to put on it, each "DIR" or "DIR:weight"; one by one, each on top of those
  /// before.
  std::vector<std::string> adapter_folders = {};
  /// What computes: cpu, cuda, …; empty: what computed the run, and the processor for a folder.
  std::string device = {};
  std::string dtype = {};  ///< what is computed in: float32 (the same if empty) or bfloat16
};

/// How several adapters become one.
struct CombineRequest {
  std::string method = "cat";      ///< cat: the exact sum; svd: the nearest to it of rank `rank`;
                                   ///< linear: sums of A and of B
  int64_t rank = 0;                ///< of svd; 0: the largest of the adapters'
  std::filesystem::path out = {};  ///< folder to write; must not exist
};
/// Combines the adapters of source.adapter_folders, each times its weight, and writes them as one
/// PEFT folder for the model of `source`. A run's own adapters are left out.
void combine_adapters(const ModelSource& source, const CombineRequest& request);

/// How probable a model finds a sequence of ids.
struct Score {
  double loss = 0;                   ///< mean of −logprobs; NaN for fewer than two ids
  std::vector<float> logprobs = {};  ///< ln p of each id after the first, given those before it
  std::vector<float> logits = {};    ///< if asked for: (ids, vocabulary), row-major
};

/// Scores sequences, in the source's dtype whatever dtype the weights have.
class Scorer {
 public:
  /// Loads the model; a folder's weights are mapped, not copied, where their layout allows.
  explicit Scorer(const ModelSource& source);
  ~Scorer();
  Scorer(Scorer&&) noexcept;
  Scorer& operator=(Scorer&&) noexcept;

  /// Throws an Error naming `where` for ids outside the vocabulary and for more ids than the
  /// context holds.
  Score score(std::span<const int64_t> ids, const std::string& where, bool logits = false) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// How to continue texts.
struct GenerateRequest {
  int64_t max_tokens = -1;  ///< new tokens at most; -1: 200, fewer where the context ends
  double temperature = 0.8;
  double top_p = 1.0;
  int64_t top_k = 0;
  double min_p = 0.0;
  /// Makes tokens that the text already contains less likely; 1: off; unset: as the folder's
  /// generation_config.json says.
  std::optional<double> repetition_penalty = {};
  int64_t seed = 0;
  std::vector<std::string> stops = {};  ///< texts; each ends a text and is not part of it
  /// Told of prompts that begin with the token that begins a text, twice.
  std::function<void(const std::string& warning)> warn = {};
};

/// Continues texts. Each ends at one of the model's end tokens, at a stop, after max_tokens, or
/// where the context is full. Up to kSideBySide prompts are continued at once. Each gets the text
/// that it would get alone, except that every prompt has random numbers of its own.
class Generator {
 public:
  static constexpr size_t kSideBySide = 16;
  /// Loads the model, as Scorer does.
  explicit Generator(const ModelSource& source);
  ~Generator();
  Generator(Generator&&) noexcept;
  Generator& operator=(Generator&&) noexcept;

  /// `emit` gets each prompt's continuation in pieces of whole UTF-8 characters, as they come.
  /// Throws an Error if a prompt is not UTF-8, or if a prompt, or a prompt and max_tokens together,
  /// exceed the context.
  void text(const std::vector<std::string>& prompts, const GenerateRequest& request,
            const std::function<void(size_t prompt, const std::string& piece)>& emit) const;
  /// The new ids after `prompt`; `where` is shown in errors. request.stops are ignored, since they
  /// are texts.
  std::vector<int32_t> ids(std::span<const int64_t> prompt, const GenerateRequest& request,
                           const std::string& where) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace twofold
