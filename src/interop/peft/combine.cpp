#include "interop/peft/combine.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/text.h"
#include "interop/peft/settings.h"
#include "lora/select/selection.h"
#include "twofold/lora/lora.h"

namespace twofold {
namespace {

/// One adapter's term of a leaf: factor·A·B.
struct Term {
  at::Tensor A, B;
  double factor;
  const Path* folder;
};
using Terms = std::vector<Term>;

struct Product {
  at::Tensor A, B;
};

Product add_factors(const std::string& leaf, const Terms& terms, int64_t) {
  Product sum;
  for (const Term& term : terms) {
    if (term.A.size(1) != terms[0].A.size(1)) {
      fail({.what = "adapters of different ranks cannot be added factor by factor",
            .where = fmt::format("{}, {}", term.folder->string(), leaf),
            .expected = fmt::format("rank {}", terms[0].A.size(1)),
            .found = fmt::format("rank {}", term.A.size(1)),
            .hint = "use --method cat or svd"});
    }
    const double root = std::sqrt(std::abs(term.factor));
    const at::Tensor A = term.A * std::copysign(root, term.factor), B = term.B * root;
    sum = sum.A.defined() ? Product{sum.A + A, sum.B + B} : Product{A, B};
  }
  return sum;
}

Product stack(const std::string&, const Terms& terms, int64_t) {
  std::vector<at::Tensor> A, B;
  for (const Term& term : terms) {
    A.push_back(term.A * term.factor);
    B.push_back(term.B);
  }
  return {at::cat(A, 1), at::cat(B, 0)};
}

/// The nearest product of `rank` to the sum. Σ is a product of thin matrices, so its singular
/// values come from that of their triangular factors: nothing of the weight's size is made.
Product truncate(const std::string& leaf, const Terms& terms, int64_t rank) {
  const Product sum = stack(leaf, terms, rank);
  if (rank == 0) {
    for (const Term& term : terms) rank = std::max(rank, term.A.size(1));
  }
  const auto [Qa, Ra] = at::linalg_qr(sum.A, "reduced");
  const auto [Qb, Rb] = at::linalg_qr(sum.B.t(), "reduced");
  const auto [U, S, Vh] = at::linalg_svd(at::mm(Ra, Rb.t()), /*full_matrices=*/false);
  const int64_t kept = std::min(rank, S.size(0));
  const at::Tensor root = S.narrow(0, 0, kept).sqrt();
  return {at::mm(Qa, U.narrow(1, 0, kept) * root).contiguous(),
          at::mm(root.unsqueeze(1) * Vh.narrow(0, 0, kept), Qb.t()).contiguous()};
}

constexpr const char* kChoosesRank = "svd";

struct Method {
  const char* name;
  Product (*combine)(const std::string& leaf, const Terms& terms, int64_t rank);
};
constexpr Method kMethods[] = {{"linear", add_factors}, {"cat", stack}, {kChoosesRank, truncate}};

const Method& method_of(const std::string& name) {
  for (const Method& method : kMethods) {
    if (method.name == name) return method;
  }
  fail({.what = "unknown way to combine adapters",
        .where = "--method",
        .expected = join(combination_methods(), ", "),
        .found = name,
        .hint = did_you_mean(name, combination_methods(), "leave --method out: cat is exact")});
}

void check_rank(const Combination& combination) {
  const bool chosen = combination.method == kChoosesRank;
  if (combination.rank == 0 || (chosen && combination.rank > 0)) return;
  fail({.what = chosen ? "an adapter of this rank cannot be made"
                       : "the rank of this combination is what the adapters make it",
        .where = "--rank",
        .expected = chosen ? "at least 1, or 0 for the largest of the adapters'"
                           : std::string("--method ") + kChoosesRank + ", or no --rank",
        .found = std::to_string(combination.rank),
        .hint = "leave --rank out"});
}

void check_plain(const Path& folder, const PeftAdapter& adapter) {
  const LoRAConfig& lora = adapter.lora;
  const std::string key = beyond_low_rank(lora);
  const std::string reason = key == "dora"                  ? "use_dora"
                             : key == "variant"             ? "peft_type"
                             : !key.empty()                 ? key
                             : !lora.trained_tokens.empty() ? "trainable_token_indices"
                                                            : "";
  if (reason.empty()) return;
  fail({.what = "this adapter is more than a sum of products and cannot be combined",
        .where = folder.string() + ": " + reason,
        .expected = "an adapter of A and B only",
        .found = reason,
        .hint =
            "stack it instead: optimization/lora/base_adapters; or merge it: export --to merged"});
}

}  // namespace

std::vector<std::string> combination_methods() {
  std::vector<std::string> names;
  for (const Method& method : kMethods) names.emplace_back(method.name);
  return names;
}

PeftAdapter combine_peft_folders(const Combination& combination, const ModelConfig& config,
                                 const ParameterTree& parameters) {
  const at::NoGradGuard no_grad;
  const Method& method = method_of(combination.method);
  check_rank(combination);
  if (combination.adapters.empty()) {
    fail({.what = "there is no adapter to combine",
          .where = "--adapter",
          .expected = "at least one DIR or DIR:weight",
          .found = "none",
          .hint = "give --adapter for each"});
  }
  std::map<std::string, Terms> terms_of;
  for (const auto& [folder, weight] : combination.adapters) {
    PeftAdapter one = read_peft_folder(folder, config, parameters);
    check_plain(folder, one);
    for (const auto& [leaf, tensors] : by_leaf(one.tensors)) {
      terms_of[leaf].push_back(
          {tensors.at("lora_A"), tensors.at("lora_B"), weight * one.lora.scale_of(leaf), &folder});
    }
  }
  PeftLeaves leaves;
  PeftConfig settings;
  settings.r = 1;
  PeftAdapter result;
  for (const auto& [leaf, terms] : terms_of) {
    const Product product = method.combine(leaf, terms, combination.rank);
    const int64_t rank = product.A.size(1);
    leaves.ranks[leaf] = rank;
    leaves.alphas[leaf] = static_cast<double>(rank);
    settings.r = std::max(settings.r, rank);
    result.tensors.emplace_back(leaf + "/lora_A", product.A);
    result.tensors.emplace_back(leaf + "/lora_B", product.B);
  }
  settings.lora_alpha = static_cast<double>(settings.r);
  result.lora = settings_of(settings, leaves, parameters);
  return result;
}

}  // namespace twofold
