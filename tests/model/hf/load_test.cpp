// Numbers of a folder that nothing can be computed with, named before anything is.
#include <gmock/gmock.h>

#include <limits>

#include "model/support.h"
#include "tensor/io.h"

namespace twofold::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr const char* kUp = "model.layers.1.mlp.up_proj.weight";

/// A small llama's folder, and its tensors to change.
class LoadHf : public testing::Test {
 protected:
  LoadHf() {
    TestModel tested = tiny("llama", {});
    save_hf_folder(*tested.config, tested.model->parameters().named(), "float32", folder_);
    for (auto& [name, tensor] : read_tensors(file())) tensors_[name] = tensor.clone();
  }
  Path file() const { return folder_ / "model.safetensors"; }
  void write() const { write_tensors(file(), {tensors_.begin(), tensors_.end()}); }

  /// What loading says, whichever way a tensor takes into the model: copied, borrowed or mapped.
  std::vector<std::string> faults() const {
    const auto config = make_model_config("llama");
    configure_from_hf(*config, folder_, {});
    std::vector<std::string> texts;
    for (const bool borrow : {false, true}) {
      const auto model = config->build();
      texts.push_back(error_of([&] { load_hf_weights(*model, *config, folder_, {}, borrow); }));
    }
    const auto model = config->build();
    texts.push_back(error_of([&] { map_hf_weights(*model, *config, folder_); }));
    return texts;
  }

  Path folder_ = unique_folder("not_finite");
  std::map<std::string, at::Tensor> tensors_;
};

TEST_F(LoadHf, OneNumberThatIsNotFiniteIsNamedByFileTensorAndPlace) {
  const at::Tensor sound = tensors_.at(kUp);
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kHalf, at::kDouble}) {
    for (const double value : {kNaN, kInfinity, -kInfinity}) {
      tensors_[kUp] = sound.to(type, false, /*copy=*/true);
      tensors_[kUp][3][5].fill_(value);
      write();
      for (const std::string& text : faults()) {
        EXPECT_THAT(text, AllOf(HasSubstr("not finite"), HasSubstr(file().string() + ": " + kUp),
                                HasSubstr("[3, 5]"), Not(HasSubstr("more"))))
            << type;
      }
    }
  }
}

TEST_F(LoadHf, TheFirstOfManyIsNamedAndTheOthersAreCounted) {
  tensors_[kUp].fill_(kNaN);
  write();
  const int64_t others = tensors_[kUp].numel() - 1;
  EXPECT_THAT(faults()[0], AllOf(HasSubstr("[0, 0]"),
                                 HasSubstr("NaN, and " + std::to_string(others) + " more")));
}

TEST_F(LoadHf, AllTensorsOfAFolderFitAScreen) {
  for (auto& [name, tensor] : tensors_) tensor.fill_(kInfinity);
  write();
  const std::string text = faults()[0];
  EXPECT_THAT(text, HasSubstr("more of the kind"));
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 40);
}

TEST_F(LoadHf, ATableAndItsCopyAsTheHeadAreOneFault) {
  TestModel tested = tiny("llama", {"architecture.tie_word_embeddings=true"});
  folder_ = unique_folder("tied");
  save_hf_folder(*tested.config, tested.model->parameters().named(), "float32", folder_);
  tensors_.clear();
  for (auto& [name, tensor] : read_tensors(file())) tensors_[name] = tensor.clone();
  tensors_.at("model.embed_tokens.weight")[4][2].fill_(kNaN);
  tensors_["lm_head.weight"] = tensors_.at("model.embed_tokens.weight");
  write();
  for (const std::string& text : faults()) {
    EXPECT_THAT(text,
                AllOf(HasSubstr("model.embed_tokens.weight[4, 2]"), Not(HasSubstr("differs"))));
  }
}

TEST_F(LoadHf, ANumberThatItsParameterCannotHoldIsNamedToo) {
  tensors_[kUp] = tensors_[kUp].to(at::kDouble);
  tensors_[kUp][3][5].fill_(1e300);
  write();
  for (const std::string& text : faults()) {
    EXPECT_THAT(text, AllOf(HasSubstr("beyond the range of float32"), HasSubstr("[3, 5]")));
  }
}

}  // namespace
}  // namespace twofold::test
