#include "model/families/names.h"

#include "config/fields.h"
#include "twofold/config/field.h"

namespace twofold {
namespace {

bool is_naming(const config::Field& field) {
  return field.shape.kind == config::Shape::Kind::kBool || field.key == "architecture/n_layers";
}

}  // namespace

std::vector<std::string> naming_keys(ModelConfig& config) {
  std::vector<std::string> keys;
  const config::Fields fields = config::fields_of(config);
  for (const auto& field : fields.all()) {
    if (is_naming(*field)) keys.push_back(field->key);
  }
  return keys;
}

std::unique_ptr<Model> build_usual_sizes(ModelConfig& config) {
  const std::unique_ptr<ModelConfig> usual = config.defaults();
  const config::Fields theirs = config::fields_of(*usual), ours = config::fields_of(config);
  for (const auto& field : theirs.all()) {
    if (!is_naming(*field)) continue;
    for (const auto& set : field->set) set(ours.find(field->key)->get());
  }
  return usual->build();
}

}  // namespace twofold
