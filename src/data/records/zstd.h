#pragma once

#include <memory>

#include "data/records/byte_stream.h"

namespace twofold::records {

/// What the zstd frames of `packed` hold, one after the other.
std::unique_ptr<ByteStream> unzstd(std::unique_ptr<ByteStream> packed);

}  // namespace twofold::records
