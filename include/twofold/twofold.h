#pragma once
// Everything that needs no tensors. <twofold/lora.h> and <twofold/train.h> show libtorch's.
#include "twofold/error.h"
#include "twofold/job.h"
#include "twofold/observer.h"
