#include "run/module_norms.h"

#include <cmath>
#include <map>

namespace twofold {
namespace {

/// "blocks/0/attn/q_proj" of "blocks/0/attn/q_proj/kernel" and of ".../kernel/lora_A".
std::string module_of(const std::string& tensor) {
  const size_t kernel = tensor.rfind("/kernel");
  return tensor.substr(0, kernel != std::string::npos ? kernel : tensor.rfind('/'));
}

}  // namespace

std::vector<std::pair<std::string, double>> module_grad_norms(const std::vector<Trainable>& tensors,
                                                              const std::vector<double>& squares) {
  std::vector<std::pair<std::string, double>> norms;
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const std::string module = module_of(tensors[i].name);
    const auto [place, is_new] = places.emplace(module, norms.size());
    if (is_new) norms.emplace_back(module, 0);
    norms[place->second].second += squares.at(i);
  }
  for (auto& [module, norm] : norms) norm = std::sqrt(norm);
  return norms;
}

}  // namespace twofold
