#pragma once
// What this machine does at best, measured in this run: the yardstick of each operation.

namespace twofold::bench {

struct Ceiling {
  double flops;  ///< a second: a large float32 product
  double bytes;  ///< a second: read and written by a copy that no cache holds
};
Ceiling measured_ceiling();

}  // namespace twofold::bench
