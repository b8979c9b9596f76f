#include "lora/select/target.h"

#include <algorithm>
#include <string_view>

namespace twofold {
namespace {

constexpr std::string_view kKernel = "/kernel";
constexpr std::string_view kBlocks = "blocks/";

}  // namespace

bool is_dense_kernel(const std::string& path) { return path.ends_with(kKernel); }

bool is_head(const std::string& path) { return path == "lm_head"; }

bool has_head(const ParameterTree& parameters) {
  const auto& all = parameters.all();
  return std::any_of(all.begin(), all.end(),
                     [](const Parameter& leaf) { return is_head(leaf.path); });
}

std::string module_of(const std::string& path) {
  for (const std::string_view suffix :
       {kKernel, std::string_view("/weight"), std::string_view("/bias")}) {
    if (path.ends_with(suffix)) return path.substr(0, path.size() - suffix.size());
  }
  return path;
}

std::optional<int64_t> block_of(const std::string& path) {
  if (!path.starts_with(kBlocks)) return std::nullopt;
  return std::stoll(path.substr(kBlocks.size()));
}

Target::Target(std::string text, const std::string& key) : text_(std::move(text)) {
  const std::string_view mark = kRegexMark;
  if (text_.starts_with(mark)) pattern_.emplace(text_.substr(mark.size()), key);
}

bool Target::selects(const std::string& path) const {
  if (pattern_) return pattern_->matches(path);
  if (text_ == kAllLinear) return is_dense_kernel(path);
  return path.find(text_) != std::string::npos;
}

}  // namespace twofold
