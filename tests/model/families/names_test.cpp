// The parameters' names, from the settings that decide them.
#include "model/families/names.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/families/registry.h"
#include "twofold/config/field.h"

namespace twofold {
namespace {

std::vector<std::string> paths(const Model& model) {
  std::vector<std::string> all;
  for (const Parameter& parameter : model.parameters().all()) all.push_back(parameter.path);
  return all;
}

TEST(Names, AreThoseOfTheModelWhateverSwitchIsTurned) {
  for (const std::string& family : model_families()) {
    const auto keys = naming_keys(*make_model_config(family));
    ASSERT_TRUE(std::ranges::count(keys, "architecture/n_layers")) << family;
    for (const std::string& key : keys) {
      const auto config = make_model_config(family);
      config::Fields fields;
      config->declare(fields);
      const config::Field& field = *fields.find(key);
      const bool was_on = field.get().text == "true";
      const bool is_switch = field.shape.kind == config::Shape::Kind::kBool;
      field.set.front()(config::Value::scalar(!is_switch ? "3" : was_on ? "false" : "true"));
      EXPECT_EQ(paths(*build_usual_sizes(*config)), paths(*config->build()))
          << family << " " << key;
    }
  }
}

TEST(Names, DoNotDependOnSizesThatDoNotAddUp) {
  for (const std::string& family : model_families()) {
    const auto right = make_model_config(family), wrong = make_model_config(family);
    wrong->n_embd = 7;
    wrong->n_head = 0;
    wrong->block_size = -1;
    EXPECT_EQ(paths(*build_usual_sizes(*wrong)), paths(*right->build())) << family;
  }
}

}  // namespace
}  // namespace twofold
