#include <twofold/processor.h>

#include "ops/backend.h"
#include "ops/isa.h"

namespace twofold {

const std::string& instruction_set() {
  ops::reference_everywhere();  // refuses a back end that there is not
  return ops::isa();
}

}  // namespace twofold
