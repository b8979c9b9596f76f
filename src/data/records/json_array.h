#pragma once

#include <memory>

#include "data/records/file_reader.h"

namespace twofold::records {

/// Whether what comes first, white space aside, is an array.
bool begins_with_array(Input input);

/// The values of the array that the input is; each is looked at no closer than to find its end.
std::unique_ptr<FileReader> make_array_reader(Input input);

}  // namespace twofold::records
