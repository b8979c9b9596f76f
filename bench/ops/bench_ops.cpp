// Times each operation beside its reference, and says what share of the machine's ceiling it has:
// the least time that its arithmetic or its memory traffic could take here, over the time it took.
//
//   bench_ops [--benchmark_filter=attention] [--benchmark_min_time=0.2]     TWOFOLD_ISA=avx2 …

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <twofold/processor.h>

#include <algorithm>

#include "ops/cases.h"
#include "ops/ceiling.h"
#include "tensor/process.h"

namespace twofold::bench {
namespace {

void add(const std::string& name, const std::function<void()>& work, double least_seconds) {
  const auto timed = [=](benchmark::State& state) {
    for (auto _ : state) work();
    state.counters["of_ceiling"] =
        benchmark::Counter(least_seconds, benchmark::Counter::kIsIterationInvariantRate);
  };
  benchmark::RegisterBenchmark(name.c_str(), timed)->UseRealTime()->Unit(benchmark::kMicrosecond);
}

void add_all() {
  const Ceiling ceiling = measured_ceiling();
  fmt::print("{} threads, {}: {:.0f} GFLOP/s, {:.1f} GB/s at best\n", threads(), instruction_set(),
             1e-9 * ceiling.flops, 1e-9 * ceiling.bytes);
  for (const Case& one : cases()) {
    const double least = std::max(one.flops / ceiling.flops, one.bytes / ceiling.bytes);
    add(one.name + "/ours", one.ours, least);
    add(one.name + "/reference", one.reference, least);
  }
}

}  // namespace
}  // namespace twofold::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  twofold::set_threads(0);
  twofold::bench::add_all();
  benchmark::RunSpecifiedBenchmarks();
}
