#include "ops/isa.h"

#include <array>
#include <cstdlib>
#include <string_view>

#include "base/error.h"

namespace twofold::ops {
namespace {

struct Level {
  const char* name;
  bool (*is_supported)();
  cpu::Loops (*loops)();
};

/// From the lowest to the highest.
constexpr std::array<Level, 2> kLevels = {{
    {"avx2", [] { return __builtin_cpu_supports("x86-64-v3") != 0; }, cpu::avx2::loops},
    {"avx512", [] { return __builtin_cpu_supports("x86-64-v4") != 0; }, cpu::avx512::loops},
}};

std::string supported_names() {
  std::string names;
  for (const Level& level : kLevels) {
    if (level.is_supported()) names += (names.empty() ? "" : " or ") + std::string(level.name);
  }
  return names;
}

[[noreturn]] void refuse_processor() {
  fail({.what = "this processor is too old for twofold",
        .where = "this machine",
        .expected = "AVX2, FMA and BMI2 (x86-64-v3): Intel Haswell, AMD Excavator or newer",
        .found = "a processor without them",
        .hint = "run it on a newer machine; an emulator or a virtual machine may hide what the "
                "processor has"});
}

const Level& named_level(std::string_view name) {
  for (const Level& level : kLevels) {
    if (name == level.name && level.is_supported()) return level;
  }
  fail({.what = "no such instruction set on this processor",
        .where = "the environment variable TWOFOLD_ISA",
        .expected = supported_names(),
        .found = std::string(name),
        .hint = "unset it: the best that the processor has is then used"});
}

const Level& pick_level() {
  if (!kLevels.front().is_supported()) refuse_processor();
  const char* name = std::getenv("TWOFOLD_ISA");
  if (name && *name) return named_level(name);
  const Level* best = &kLevels.front();
  for (const Level& level : kLevels) {
    if (level.is_supported()) best = &level;
  }
  return *best;
}

const Level& level() {
  static const Level& picked = pick_level();
  return picked;
}

}  // namespace

const std::string& isa() {
  static const std::string name = level().name;
  return name;
}

const cpu::Loops& loops() {
  static const cpu::Loops picked = level().loops();
  return picked;
}

}  // namespace twofold::ops
