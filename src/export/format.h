#pragma once
// An export format writes a run's weights under a temporary name and reads its own files back: into
// a fresh model or, if it writes adapters alone, onto a given model. export.cpp checks that the
// files and the live model compute the same, and publishes the files.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "export/base.h"
#include "twofold/export.h"

namespace twofold {

/// Everything a format may need to know.
struct ExportSource {
  const ExecutionSpec& spec;
  const ExportRequest& request;
  LoadedRun& run;
  std::string dtype;  ///< one of the format's dtypes
  Observer& observer;
  AdapterBase base = {};  ///< the weights that adapters alone are made for

  const ModelConfig& model_config() const { return run.model_config(); }
  Model& model() const { return *run.state->model; }
};

/// One line of the registry.
struct ExportFormat {
  const char* name;
  const char* summary;
  std::vector<std::string> dtypes;  ///< that --dtype may name; the first is the default, if not ""
  /// Writes a file or a folder called `temporary`, which does not exist. May change the live model,
  /// which is not used afterwards.
  void (*write)(ExportSource& source, const Path& temporary);
  /// A fresh model made from the files, as another program would read them. Formats of adapters
  /// alone have `attach` instead.
  std::unique_ptr<Model> (*read_back)(const ExportSource& source, const Path& temporary);
  /// Puts the written adapters on a model.
  void (*attach)(const ExportSource& source, const Path& temporary, Model& model) = nullptr;
  const char* base_format = nullptr;  ///< of the adapters' base, for `--adapters-off`
};

const std::vector<ExportFormat>& export_formats();

// One pair of functions for each format, in a file of its own.
void write_merged(ExportSource& source, const Path& temporary);
std::unique_ptr<Model> read_merged(const ExportSource& source, const Path& temporary);
void write_gguf(ExportSource& source, const Path& temporary);
std::unique_ptr<Model> read_gguf(const ExportSource& source, const Path& temporary);
void write_gguf_adapters(ExportSource& source, const Path& temporary);
void attach_gguf_adapters(const ExportSource& source, const Path& temporary, Model& model);
void write_peft(ExportSource& source, const Path& temporary);
void attach_peft(const ExportSource& source, const Path& temporary, Model& model);

/// Every weight of the live model with its adapters added, rounded once (when it is written).
NamedTensors merged_weights(ExportSource& source);
/// Writes the files of the run's tokenizer, with tokenizer/add_tokens added to them, into the
/// folder `to`. An Error if there are none, unless the request goes without.
void write_tokenizer(const ExportSource& source, const Path& to);
/// A model of `config` with `tensors` (our paths) as its weights, each in its storage order, on the
/// device that they are on.
std::unique_ptr<Model> model_of(const ModelConfig& config, const NamedTensors& tensors);

}  // namespace twofold
