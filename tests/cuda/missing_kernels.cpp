// Reads names of operations ("aten::add.Tensor", a line each) and prints those that this libtorch
// cannot compute on a GPU. No GPU is needed: the dispatcher knows what is registered.

#include <ATen/core/dispatch/Dispatcher.h>

#include <iostream>
#include <string>

namespace {

bool runs_on_cuda(const c10::OperatorHandle& op) {
  using enum c10::DispatchKey;
  for (const c10::DispatchKey key : {CUDA, CompositeExplicitAutograd, CompositeImplicitAutograd,
                                     CompositeExplicitAutogradNonFunctional}) {
    if (op.hasKernelForDispatchKey(key)) return true;
  }
  return false;
}

}  // namespace

int main() {
  int missing = 0;
  for (std::string line; std::getline(std::cin, line);) {
    const size_t dot = line.find('.');
    const auto op = c10::Dispatcher::singleton().findSchema(
        {line.substr(0, dot), dot == std::string::npos ? "" : line.substr(dot + 1)});
    if (op && runs_on_cuda(*op)) continue;
    std::cout << line << (op ? ": no CUDA kernel" : ": unknown to this libtorch") << "\n";
    ++missing;
  }
  return missing == 0 ? 0 : 1;
}
