#pragma once
// What an export format is to the framework: something that writes a run's weights under a
// temporary name and reads its own files back: into a fresh model, or adapters alone onto one.
// Checking that the two compute the same, and publishing, are the framework's (export.cpp).

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
  AdapterBase base = {};  ///< what adapters alone are for

  const ModelConfig& model_config() const { return run.model_config(); }
  Model& model() const { return *run.state->model; }
};

/// One line of the registry.
struct ExportFormat {
  const char* name;
  const char* summary;
  std::vector<std::string> dtypes;  ///< that --dtype may name; the first is the default, if not ""
  /// Writes a file or a folder called `temporary`, which does not exist. May change the live model:
  /// it is not used afterwards.
  void (*write)(ExportSource& source, const Path& temporary);
  /// A fresh model that computes what the files say, as a client would read them. Of adapters alone
  /// there is `attach` instead.
  std::unique_ptr<Model> (*read_back)(const ExportSource& source, const Path& temporary);
  /// Puts the written adapters on a model.
  void (*attach)(const ExportSource& source, const Path& temporary, Model& model) = nullptr;
  const char* base_format = nullptr;  ///< in which `--adapters-off` writes what they belong on
};

const std::vector<ExportFormat>& export_formats();

// One function pair a format, each in its own file.
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
/// Copies the files of the run's tokenizer, with tokenizer/add_tokens in them, into the folder
/// `to`.
void copy_tokenizer(const ExportSource& source, const Path& to);
/// A model of `config` with `tensors` (our paths) as its weights, each in its storage order.
std::unique_ptr<Model> model_of(const ModelConfig& config, const NamedTensors& tensors);

}  // namespace twofold
