#pragma once
// Sizes and checksums by which a run notices that the files of a dataset have changed.

#include <map>
#include <string>

#include "base/files.h"

namespace twofold {

/// For each file of the dataset `label` that a run reads (those of the validation split only if
/// `validation`): "<label>/train.bin" → "11200 bytes, <checksum>". The checksum of a large file
/// covers samples of it only, so that it takes no time: text that was tokenized anew is noticed,
/// one changed token may not be.
std::map<std::string, std::string> fingerprint(const Path& data_root, const std::string& label,
                                               bool validation);

}  // namespace twofold
