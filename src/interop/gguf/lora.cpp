#include "interop/gguf/lora.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "interop/gguf/model.h"
#include "lora/variants/lora.h"
#include "tensor/gguf.h"
#include "twofold/tensor/host.h"

namespace twofold {
namespace {

constexpr const char* kEmbedding = "token_embd.weight";
constexpr const char* kSuffixA = ".lora_a";
constexpr const char* kSuffixB = ".lora_b";
constexpr const char* kAlphaKey = "adapter.lora.alpha";

/// A and B as the file has them. For y = x·Wᵀ with W (out, in): a (r, in), b (out, r). For the
/// embedding, whose rows are looked up: a (V, r), b (D, r).
struct StoredPair {
  at::Tensor a, b;
};

StoredPair to_file(const GgufWeight& weight, const LowRank& term) {
  if (weight.name == kEmbedding) return {term.A, term.B.t()};
  if (!weight.transpose) return {term.B, term.A};  // a head: (V, D) as it is
  at::Tensor b = term.B.t();
  if (!weight.rows.empty()) b = b.index_select(0, tensor_of(weight.rows, b.device()));
  if (weight.factor != 1) b = b * weight.factor;
  return {term.A.t(), b};
}

LowRank from_file(const GgufWeight& weight, const StoredPair& pair, double alpha) {
  LowRank term;
  if (weight.name == kEmbedding) {
    term = {.A = pair.a, .B = pair.b.t().contiguous()};
  } else if (!weight.transpose) {
    term = {.A = pair.b, .B = pair.a};
  } else {
    at::Tensor b = pair.b;
    if (!weight.rows.empty()) {
      b = at::empty_like(b).index_copy_(0, tensor_of(weight.rows, b.device()), pair.b);
    }
    if (weight.factor != 1) b = b / weight.factor;
    term = {.A = pair.a.t().contiguous(), .B = b.t().contiguous()};
  }
  const auto rank = static_cast<double>(term.B.size(0));
  term.scale = alpha == 0 ? 1.0 : alpha / rank;
  return term;
}

constexpr const char* kExportAdaptersAgain = "write it again with `twofold export --to gguf-lora`";

[[noreturn]] void not_expressible(const std::string& path, std::string what) {
  fail({.what = std::move(what),
        .where = path,
        .expected = "adapters of matrices that llama.cpp adapts",
        .found = "an adapter of this one",
        .hint = "export the merged model instead: --to gguf"});
}

LowRank term_of(const Parameter& parameter) {
  const auto& attachments = parameter.weight.attachments;
  const auto term = attachments.size() == 1 ? attachments[0]->as_low_rank() : std::nullopt;
  if (!term) not_expressible(parameter.path, "llama.cpp's adapters are A and B");
  return *term;
}

const GgufWeight& place_of(const GgufPlan& plan, const Model& model, const Parameter& parameter) {
  const GgufWeight* weight = plan.find_ours(parameter.path);
  if (!weight || weight->name == "position_embd.weight" || weight->shape.size() != 2) {
    not_expressible(parameter.path, "llama.cpp applies no adapter to this tensor");
  }
  if (weight->name == kEmbedding && &model.head() == &parameter.weight) {
    not_expressible(parameter.path, "llama.cpp cannot adapt a table that is the head as well");
  }
  return *weight;
}

at::Tensor read_matrix(const formats::GgufFile& file, const std::string& name) {
  const formats::GgufTensor* tensor = file.find(name);
  const bool usable = tensor && tensor->shape.size() == 2 &&
                      tensor->type == static_cast<uint32_t>(formats::GgmlType::kF32);
  if (!usable) {
    fail({.what = "an adapter is incomplete",
          .where = file.path().string() + ": " + name,
          .expected = "a float32 matrix",
          .found = tensor ? fmt::format("[{}]", fmt::join(tensor->shape, ", ")) : "no such tensor",
          .hint = kExportAdaptersAgain});
  }
  return read_gguf_tensor(file, *tensor);
}

void check_header(const formats::GgufFile& file, const GgufPlan& plan) {
  for (const auto& [key, wanted] :
       {std::pair<std::string, std::string>{"general.architecture", plan.architecture},
        {"general.type", "adapter"},
        {"adapter.type", "lora"}}) {
    if (file.text(key) == wanted) continue;
    fail({.what = "not an adapter of this model",
          .where = file.path().string() + ": " + key,
          .expected = wanted,
          .found = file.text(key),
          .hint = kExportAdaptersAgain});
  }
}

}  // namespace

void write_gguf_lora(const GgufPlan& plan, const Model& model, const std::string& name,
                     const Path& path) {
  const at::NoGradGuard no_grad;
  std::vector<formats::GgufTensorToWrite> entries;
  std::vector<StoredPair> pairs;
  double alpha = 0;
  for (const Parameter& parameter : model.parameters().all()) {
    if (parameter.weight.attachments.empty()) continue;
    const LowRank term = term_of(parameter);
    const GgufWeight& weight = place_of(plan, model, parameter);
    const double own = term.scale * static_cast<double>(term.B.size(0));
    if (alpha == 0) alpha = own;
    LowRank scaled = term;
    if (own != alpha) scaled.B = term.B * (own / alpha);
    pairs.push_back(to_file(weight, scaled));
    entries.push_back(
        {weight.name + kSuffixA, formats::GgmlType::kF32, pairs.back().a.sizes().vec()});
    entries.push_back(
        {weight.name + kSuffixB, formats::GgmlType::kF32, pairs.back().b.sizes().vec()});
  }
  if (pairs.empty()) {
    fail({.what = "there is no adapter to write",
          .where = "--to gguf-lora",
          .expected = "a checkpoint of phase 2",
          .found = "a model without adapters",
          .hint = "export the model itself: --to gguf"});
  }
  const formats::GgufMetadata metadata = {{"general.architecture", plan.architecture},
                                          {"general.type", std::string("adapter")},
                                          {"general.name", name},
                                          {"general.file_type", uint32_t{0}},
                                          {"adapter.type", std::string("lora")},
                                          {kAlphaKey, static_cast<float>(alpha)}};
  formats::GgufWriter writer(path, metadata, std::move(entries));
  for (const StoredPair& pair : pairs) {
    append_rows(writer, pair.a);
    append_rows(writer, pair.b);
  }
  writer.close();
}

void attach_gguf_lora(const GgufPlan& plan, const Path& path, Model& model) {
  const formats::GgufFile file(path);
  check_header(file, plan);
  const formats::GgufValue* alpha = file.value(kAlphaKey);
  const auto* number = alpha ? std::get_if<float>(alpha) : nullptr;
  for (const formats::GgufTensor& tensor : file.tensors()) {
    const bool is_a = tensor.name.ends_with(kSuffixA);
    const std::string base = tensor.name.substr(0, tensor.name.rfind('.'));
    const GgufWeight* weight = plan.find(base);
    if (!weight || (!is_a && !tensor.name.ends_with(kSuffixB))) {
      fail({.what = "a tensor that is no adapter of this model",
            .where = path.string() + ": " + tensor.name,
            .expected = "<tensor of the base>.lora_a or .lora_b",
            .found = "another name",
            .hint = kExportAdaptersAgain});
    }
    if (!is_a) continue;
    const StoredPair pair{read_matrix(file, base + kSuffixA), read_matrix(file, base + kSuffixB)};
    LowRank term = from_file(*weight, pair, number ? *number : 0.0);
    Parameter& leaf = model.parameters().at(weight->ours);
    const bool fits = term.A.size(0) == leaf.shape[0] && term.B.size(1) == leaf.shape[1] &&
                      term.A.size(1) == term.B.size(0);
    if (!fits) {
      fail({.what = "an adapter does not fit the weight it is for",
            .where = path.string() + ": " + base,
            .expected = fmt::format("({}, r) and (r, {})", leaf.shape[0], leaf.shape[1]),
            .found = fmt::format("({}) and ({})", fmt::join(term.A.sizes(), ", "),
                                 fmt::join(term.B.sizes(), ", ")),
            .hint = kExportAdaptersAgain});
    }
    attach_low_rank(leaf, term);
  }
}

}  // namespace twofold
