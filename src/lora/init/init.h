#pragma once
// How adapters start. A method is one file in lora/init/ and one line of the registry in init.cpp.

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "twofold/tensor/parameters.h"

namespace twofold {

/// What the start of an adapter may depend on.
struct InitSubject {
  const std::string& path;
  int64_t in = 0, out = 0;  ///< of the leaf; (V, D) for a table
  int64_t rank = 0;
  double scale = 1;
  uint64_t seed = 0;
  at::Tensor value = {};  ///< (in, out) float32; for methods that start from the weights

  RandomStream stream() const { return {seed, Purpose::kAdapterInit, hash64(path)}; }
};

/// A (in, r) and B (r, out), float32 on the CPU.
struct Factors {
  at::Tensor A, B;
};

struct InitMethod {
  const char* name;
  /// A and B are derived from the weight, and s·A·B is subtracted from it: the frozen base changes.
  bool from_weights;
  Factors (*make)(const InitSubject&);
};

const std::vector<InitMethod>& init_methods();
std::vector<std::string> init_names();
const InitMethod& init_method(const std::string& name);  ///< a Bug for an unknown name

// lora/init/*
Factors reference_init(const InitSubject& subject);
Factors gaussian_init(const InitSubject& subject);
Factors kaiming_init(const InitSubject& subject);
Factors pissa_init(const InitSubject& subject);
Factors olora_init(const InitSubject& subject);

}  // namespace twofold
