#include "data/tokenize/tokenize.h"

namespace twofold {

void TokenizeConfig::declare(config::Fields& fields) {
  fields.add("data/dataset", dataset, "Name of the dataset: its folder under the data root.",
             {.required = true});
  fields.add("data/suffix", suffix, "Suffix of the folder: <dataset>_<suffix>.");
  fields.add(
      "data/source", source,
      "The text, in UTF-8: a file, or a folder, of which every file is read, subfolders included "
      "(except names that begin with a dot).",
      {.required = true});
  fields.add("data/format", format,
             "What a document is: text (a whole file), lines (a line), paragraphs (lines up to a "
             "blank one), jsonl (a JSON object a line).");
  fields.add("data/text_key", text_key, "Entry of a JSONL object that holds its text.");
  fields.add(
      "data/on_bad_record", on_bad_record,
      "What to do with a document that is not UTF-8, or a line that is not JSON with a text: stop, "
      "skip it, or replace the faulty parts with U+FFFD (and stop where that does not help).");
  fields.add("data/val_pct", val_pct, "Share of the documents kept for validation.",
             {.min = 0, .max = 1, .exclusive_max = true});
  fields.add("data/seed", seed, "Seed of the split and of the order of rows.", {.min = 0});
  fields.add("system/num_proc", num_proc,
             "Threads that tokenize; the files are the same for any number.",
             {.min = 1, .max = kMaxThreads});
  tokenizer.declare(fields);
}

void TokenizeVariableConfig::declare(config::Fields& fields) {
  TokenizeConfig::declare(fields);
  fields.add("data/max_samples", max_samples, "Stop after so many documents; -1: never.",
             {.min = -1});
  fields.add("data/max_tokens", max_tokens,
             "Begin no document once there are so many tokens; -1: no limit.", {.min = -1});
}

void TokenizeBlockwiseConfig::declare(config::Fields& fields) {
  TokenizeConfig::declare(fields);
  fields.add("architecture/block_size", block_size, "Width of a row in tokens.",
             {.min = 1, .max = kMaxSize});
  fields.add("data/pad_token", pad_token, "Id that rows are padded with on the left.", {.min = 0});
}

}  // namespace twofold
