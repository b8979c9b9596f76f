// Readers of config.json beside a fuzzer's reach (they stand above the torch line): sound configs
// of every family with some thousand faults each. Whatever comes is settings that hold or an Error.
#include <sys/resource.h>

#include "base/random.h"
#include "model/families/registry.h"
#include "model/hf/format.h"
#include "model/support.h"

namespace twofold::test {
namespace {

using nlohmann::json;

/// Reads as the program reads a folder, before anything is made.
void read(const json& config) {
  const auto settings = config_of_hf(config, "config.json");
  for (const HfTensor& tensor : hf_format(*settings).hf_tensors())
    ASSERT_FALSE(tensor.ours.empty());
}

/// The config.json of small models of every kind, and of every scaling of the rotation.
std::vector<json> sound_configs() {
  std::vector<json> configs;
  const auto add = [&](const std::string& name, const std::vector<std::string>& more) {
    configs.push_back(hf_format(*tiny(name, more).config).to_hf("float32"));
  };
  add("gpt", {"architecture.rope=false"});
  for (const char* name :
       {"llama", "qwen", "gpt_neox", "qwen3", "smollm3", "gemma", "gemma2", "gemma3"}) {
    add(name, {});
  }
  add("llama", {"architecture.sliding_window=3", "architecture.n_kv_head=1"});
  const std::string rope = "architecture.rope_scaling.";
  for (const char* type : {"linear", "dynamic", "llama3", "yarn", "longrope"}) {
    std::vector<std::string> more = {rope + "rope_type=" + type, rope + "factor=4",
                                     rope + "original_max_position_embeddings=4"};
    if (std::string(type) == "longrope") {
      more.push_back(rope + "short_factor=[1,1]");
      more.push_back(rope + "long_factor=[1,2]");
    }
    add("llama", more);
    // As transformers 5 writes it.
    json config = configs.back();
    config["rope_parameters"] = config["rope_scaling"];
    config["rope_parameters"]["rope_theta"] = config["rope_theta"];
    config.erase("rope_scaling");
    configs.push_back(std::move(config));
  }
  return configs;
}

/// Values that no field expects, and some that only a few do.
const std::vector<json>& hostile_values() {
  static const std::vector<json> kValues = {nullptr,
                                            true,
                                            false,
                                            0,
                                            1,
                                            -1,
                                            2,
                                            3,
                                            7,
                                            4096,
                                            4097,
                                            int64_t{1} << 30,
                                            (int64_t{1} << 30) + 1,
                                            INT64_MAX,
                                            INT64_MIN,
                                            UINT64_MAX,
                                            0.5,
                                            -0.0,
                                            1e308,
                                            1e-320,
                                            -1e9,
                                            "",
                                            "x",
                                            "llama",
                                            "default",
                                            "full_attention",
                                            json::array(),
                                            json::object(),
                                            json::array({1, 2}),
                                            json::array({nullptr}),
                                            json::array({"sliding_attention"}),
                                            json::object({{"rope_type", "yarn"}}),
                                            json::object({{"type", "longrope"}, {"factor", 0}}),
                                            std::vector<double>(64, 0.0)};
  return kValues;
}

/// Every place of a value, as a pointer.
void places(const json& value, const json::json_pointer& at, std::vector<json::json_pointer>& out) {
  if (!at.empty()) out.push_back(at);
  if (value.is_object()) {
    for (const auto& [key, item] : value.items()) places(item, at / key, out);
  } else if (value.is_array() && value.size() < 20) {
    for (size_t i = 0; i < value.size(); ++i) places(value[i], at / i, out);
  }
}

class Chance {
 public:
  explicit Chance(uint64_t seed) : stream_(seed, Purpose::kTest) {}
  size_t below(size_t end) { return stream_.bits(next_++) % end; }

 private:
  RandomStream stream_;
  uint64_t next_ = 0;
};

json damaged(json config, Chance& chance) {
  for (size_t faults = 1 + chance.below(3); faults > 0; --faults) {
    std::vector<json::json_pointer> all;
    places(config, json::json_pointer(), all);
    const json::json_pointer& place = all[chance.below(all.size())];
    const auto& values = hostile_values();
    if (chance.below(8) == 0 && config.at(place.parent_pointer()).is_object()) {
      config.at(place.parent_pointer()).erase(place.back());
    } else {
      config.at(place) = values[chance.below(values.size())];
    }
  }
  return config;
}

int64_t peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

TEST(ConfigMutations, TheSoundOnesAreRead) {
  size_t accepted = 0;
  for (const json& config : sound_configs()) {
    try {
      read(config);
      ++accepted;
    } catch (const Error& error) {
      ADD_FAILURE() << config.dump() << "\n" << error.what();
    }
  }
  EXPECT_EQ(accepted, sound_configs().size());
}

TEST(ConfigMutations, DamagedOnesAreReadOrRefusedAndCostNothing) {
  const int64_t before = peak_mib();
  size_t accepted = 0, refused = 0;
  uint64_t seed = 0;
  for (const json& sound : sound_configs()) {
    Chance chance(++seed);
    for (int round = 0; round < 400; ++round) {
      const json config = damaged(sound, chance);
      try {
        read(config);
        ++accepted;
      } catch (const Error&) {
        ++refused;
      } catch (const std::exception& error) {
        ADD_FAILURE() << config.dump() << "\n" << error.what();
        return;
      }
    }
  }
  EXPECT_GT(accepted, 500u);  // the faults are not all caught by the first check
  EXPECT_GT(refused, 2000u);
  EXPECT_LT(peak_mib() - before, 64);
}

}  // namespace
}  // namespace twofold::test
