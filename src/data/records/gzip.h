#pragma once

#include <memory>

#include "data/records/byte_stream.h"

namespace twofold::records {

/// What the gzip members of `packed` hold, one after the other.
std::unique_ptr<ByteStream> gunzip(std::unique_ptr<ByteStream> packed);

}  // namespace twofold::records
