#pragma once
// Precompiled once for every torch layer: parsing these costs 17 s a file otherwise, 4 s with it.
#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
