#include "lora/init/init.h"

#include "base/error.h"

namespace twofold {

const std::vector<InitMethod>& init_methods() {
  static const std::vector<InitMethod> kMethods = {
      {"reference", false, reference_init}, {"gaussian", false, gaussian_init},
      {"kaiming", false, kaiming_init},     {"pissa", true, pissa_init},
      {"olora", true, olora_init},
  };
  return kMethods;
}

std::vector<std::string> init_names() {
  std::vector<std::string> names;
  for (const InitMethod& method : init_methods()) names.emplace_back(method.name);
  return names;
}

const InitMethod& init_method(const std::string& name) {
  for (const InitMethod& method : init_methods()) {
    if (method.name == name) return method;
  }
  throw Bug("init_method", __FILE__, __LINE__, "no initialisation called " + name);
}

}  // namespace twofold
