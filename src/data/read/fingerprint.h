#pragma once
// What tells a dataset from the same one after somebody has written to it.

#include <map>
#include <string>

#include "base/files.h"

namespace twofold {

/// The files that a run reads of the dataset `label`, of its validation split only if that is
/// wanted: "<label>/train.bin" → "11200 bytes, <checksum>". Of a large file the checksum is that of
/// samples, so that it takes no time: text that was tokenized anew is found out, one changed token
/// may not be.
std::map<std::string, std::string> fingerprint(const Path& data_root, const std::string& label,
                                               bool validation);

}  // namespace twofold
