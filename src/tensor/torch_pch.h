#pragma once
// Precompiled once for every torch layer: parsing ATen costs each file 13 s without it, 1 s with
// it. Autograd's header stays with the few files that write a gradient, since it would cost every
// file 1 s.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
