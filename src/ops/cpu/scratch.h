#pragma once
// Working memory that starts at a cache line: a BLAS chooses its path by alignment, so products
// over memory that lies differently from run to run would not give the same bits.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "ops/cpu/level.h"

namespace twofold::ops::cpu::TWOFOLD_LEVEL {

template <typename C>
class Scratch {
 public:
  explicit Scratch(int64_t count) : memory_(allocate(count)) {}
  C* data() { return memory_.get(); }

 private:
  static constexpr size_t kCacheLine = 64;
  static C* allocate(int64_t count) {
    const size_t bytes = static_cast<size_t>(count) * sizeof(C);
    void* memory =
        std::aligned_alloc(kCacheLine, (bytes + kCacheLine - 1) / kCacheLine * kCacheLine);
    if (!memory) throw std::bad_alloc();
    return static_cast<C*>(memory);
  }
  struct Free {
    void operator()(C* memory) const { std::free(memory); }
  };
  std::unique_ptr<C, Free> memory_;
};

}  // namespace twofold::ops::cpu::TWOFOLD_LEVEL
