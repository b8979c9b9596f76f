// A program's own parts in a run: a family of models, a variant of adapters, an evaluator and a log
// writer:  own_parts run.yaml ROOT
#include <ATen/ATen.h>
#include <twofold/extend.h>
#include <twofold/model/loss.h>
#include <twofold/twofold.h>

#include <cstdio>

namespace {

using namespace twofold;

// ── a family: predicts each token from the one before it ────────────────────────────────────────

struct BigramConfig final : ModelConfig {
  int64_t width = 64;

  std::string family() const override { return "bigram"; }
  std::unique_ptr<ModelConfig> defaults() const override {
    return std::make_unique<BigramConfig>();
  }
  void declare(config::Fields& fields) override {
    declare_common(fields);
    fields.add("architecture/width", width, "Width of the hidden layer.", {.min = 1});
  }
  void validate() const override {}
  std::unique_ptr<Model> build() const override;
};

class Bigram final : public Model {
 public:
  explicit Bigram(const BigramConfig& config)
      : Model(config),
        wte_(declare("wte", {config.vocab_size, config.n_embd}, {kVocabularyAxis, "n_embd"})),
        up_(declare("blocks/0/mlp/up_proj/kernel", {config.n_embd, config.width})),
        down_(declare("blocks/0/mlp/down_proj/kernel", {config.width, config.n_embd})),
        head_(declare("lm_head", {config.vocab_size, config.n_embd}, {kHeadAxis, "n_embd"})) {}

  at::Tensor hidden(const ModelInput& input) override {
    const at::Tensor x = ops::Adapted(wte_).lookup(input.tokens, activation());
    const at::Tensor wide = ops::Adapted(up_).product(x, {}, input.pass()).tanh();
    return x + ops::Adapted(down_).product(wide, {}, input.pass());
  }
  const Weight& head() const override { return head_; }

 private:
  const Weight& declare(const std::string& path, std::vector<int64_t> shape,
                        std::vector<std::string> axes = {"n_embd", "n_embd_ff"}) {
    return parameters_.declare({.path = path,
                                .shape = std::move(shape),
                                .init = {},
                                .axes = std::move(axes),
                                .weight = {}});
  }
  const Weight &wte_, &up_, &down_, &head_;
};

std::unique_ptr<Model> BigramConfig::build() const { return std::make_unique<Bigram>(*this); }

// ── a variant: (IA)³, a factor for each output of a dense layer (arXiv 2205.05638) ──────────────

class Gain final : public Adapter {
 public:
  using Adapter::Adapter;

  at::Tensor product(const ops::Adapted& below, const at::Tensor& x, const at::Tensor& bias,
                     const ops::ForwardPass& pass) const override {
    const at::Tensor y = below.product(x, {}, pass);
    const at::Tensor scaled = (y * tensor("gain")).to(y.scalar_type());
    return bias.defined() ? scaled + bias : scaled;
  }
  at::Tensor merged(const at::Tensor& value) const override {
    return (value * tensor("gain")).to(value.scalar_type());
  }
};

class GainVariant final : public Variant {
 public:
  std::string name() const override { return "gain"; }
  std::string setting() const override { return "gain"; }
  bool adapts_targets(const LoRAConfig& config) const override {
    return config.variant == setting();
  }
  bool trains(const Site& site) const override {
    return site.selected.targeted && adapts_targets(site.config());
  }
  std::vector<TensorSpec> tensors(const Site& site) const override {
    return {{.name = "gain", .shape = {site.leaf().shape[1]}}};
  }
  AdapterTensors fresh(const Site& site, Parameter& leaf, Injection&) const override {
    const auto options = leaf.weight.value.options().dtype(at::kFloat);
    return {{"gain", at::ones({site.leaf().shape[1]}, options)}};
  }
  std::shared_ptr<Adapter> make(const Site& site, AdapterTensors tensors) const override {
    return std::make_shared<Gain>(*this, site, std::move(tensors));
  }
};

// ── an evaluator: how well the model knows the alphabet ──────────────────────────────────────────

class Alphabet final : public Evaluator {
 public:
  std::string name() const override { return "alphabet"; }
  std::vector<Metric> evaluate(const Evaluation& evaluation) override {
    Batch batch(1, 25);
    for (int32_t t = 0; t < 25; ++t) {
      const auto at = static_cast<size_t>(t);
      batch.tokens[at] = 'a' + t;
      batch.labels[at] = 'a' + t + 1;
      batch.positions[at] = t;
    }
    return {{.name = "task/alphabet/loss",
             .value = evaluate_loss(evaluation.model, batch, batch.rows).mean()}};
  }
};

// ── a log writer ─────────────────────────────────────────────────────────────────────────────────

class Lines final : public Observer {
 public:
  void step(const StepReport& report) override {
    std::printf("%ld\t%d\t%.4f\n", static_cast<long>(report.step), report.phase, report.loss);
  }
  void validation(const ValidationReport& report) override {
    for (const Metric& metric : report.metrics) {
      std::printf("%s\t%.4f\n", metric.name.c_str(), metric.value);
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: own_parts run.yaml ROOT\n");
    return 2;
  }
  register_model_family([] { return std::make_unique<BigramConfig>(); });
  register_adapter_variant(std::make_unique<GainVariant>());
  register_evaluator([] { return std::make_unique<Alphabet>(); });
  Lines lines;
  try {
    run({.file = argv[1]}, {.name = "own_parts", .root = argv[2]}, {}, lines);
  } catch (const Error& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return Error::kExitCode;
  }
  return 0;
}
