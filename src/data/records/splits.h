#pragma once
// Files that are named after the split that they belong to.

#include <string>
#include <vector>

#include "data/records/source.h"

namespace twofold::records {

/// The split that a path names: "train", "validation" or "test" for data/train-00000.parquet,
/// gsm8k_test.jsonl, dev/a.csv; empty if it names none.
std::string split_of(const std::string& name);

/// The files of `split`, if any of the files is named after a split; else all of them, and all for
/// "all". Throws an Error if other splits are named, but not this one.
std::vector<SourceFile> of_split(std::vector<SourceFile> files, const std::string& split,
                                 const Path& source);

}  // namespace twofold::records
