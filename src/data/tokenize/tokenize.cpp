#include "data/tokenize/tokenize.h"

#include "base/error.h"

namespace twofold {

void TokenizeConfig::declare(config::Fields& fields) {
  fields.add("data/dataset", dataset, "Name of the dataset: its folder under the data root.",
             {.required = true});
  fields.add("data/suffix", suffix, "Suffix of the folder: <dataset>_<suffix>.");
  fields.add("data/source", source,
             "The records: a file, a folder, of which every file is read, subfolders included "
             "(except names that begin with a dot), a pattern such as data/*.jsonl, or several of "
             "these: '{a.jsonl,b/*.csv}'. Files may be packed by gzip or zstd.",
             {.required = true});
  declare_reading(fields);
  tokenizer.declare(fields);
}

void TokenizeConfig::declare_reading(config::Fields& fields) {
  fields.add("data/split", split,
             "Of a folder in which files are named after splits (train, validation, test): the one "
             "to read; all: every file.");
  fields.add("data/config", config,
             "Folder inside data/source that holds the files to read, as configurations of a "
             "dataset on the Hub are kept; empty: data/source itself.");
  fields.add("data/format", format,
             "What a record is: text (a whole file), lines (a line), paragraphs (lines up to a "
             "blank one), jsonl (a JSON object a line), json (an object of an array), csv, tsv and "
             "parquet (a row of a table); auto: by the name of each file, text for unknown ones.");
  form.declare(fields);
  fields.add(
      "data/content_marks", content_marks,
      "What a special token is that a message, a prompt or a completion spells: ids (its id, "
      "as in transformers), text (characters).");
  fields.add("data/on_bad_record", on_bad_record,
             "What to do with a record that is not UTF-8, not JSON, or not of the form: stop, skip "
             "it, or replace the faulty parts with U+FFFD (and stop where that does not help).");
  fields.add("data/val_pct", val_pct, "Share of the documents kept for validation.",
             {.min = 0, .max = 1, .exclusive_max = true});
  fields.add("data/seed", seed, "Seed of the split and of the order of rows.", {.min = 0});
  fields.add("system/num_proc", num_proc,
             "Threads that tokenize; the files are the same for any number.",
             {.min = 1, .max = kMaxThreads});
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
  declare_rows(fields);
  fields.add("data/pad_token", pad_token,
             "Id that rows are padded with on the left; where a document begins with it, "
             "another one that none begins with.",
             {.min = 0});
}

TokenizeBlockwiseConfig TokenizeBlockwiseConfig::of_entries() {
  TokenizeBlockwiseConfig config;
  config.truncate = Truncate::kEnd;
  return config;
}

void TokenizeBlockwiseConfig::declare_rows(config::Fields& fields) {
  fields.add("data/truncate", truncate,
             "What is cut off a document that is longer than a row: its start (its last tokens "
             "stay), its end (its first tokens stay); drop: the document is left out.");
  fields.add("data/train_on", train_on,
             "Which tokens are learnt: all; completion (what follows the prompt; of a chat, the "
             "assistant's last turn); assistant (its turns); last (its last one); auto: completion "
             "of prompt and completion and of Alpaca, assistant of a chat, all of a text.");
  fields.add("data/assistant_only", assistant_only, "The same as data/train_on: assistant.");
}

TrainOn TokenizeBlockwiseConfig::learnt_part() const {
  if (!assistant_only) return train_on;
  if (train_on == TrainOn::kAuto || train_on == TrainOn::kAssistant) return TrainOn::kAssistant;
  fail({.what = "two settings say which tokens are learnt",
        .where = "data/train_on, data/assistant_only",
        .expected = "one of them",
        .found = "assistant_only: true beside another part",
        .hint = "leave data/assistant_only out"});
}

}  // namespace twofold
