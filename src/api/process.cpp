#include "twofold/process.h"

#include "tensor/process.h"

namespace twofold {

void apply_process_settings(int threads) {
  configure_allocator();
  set_threads(threads);
}

}  // namespace twofold
