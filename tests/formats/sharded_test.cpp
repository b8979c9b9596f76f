#include "formats/sharded.h"

#include <gmock/gmock.h>

#include <array>

#include "file_fixture.h"

namespace twofold::formats {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class Sharded : public FileTest {
 protected:
  /// A file of one-byte tensors.
  void shard(const std::string& name, const std::vector<std::string>& tensors) const {
    const std::string byte = "x";
    std::vector<TensorToWrite> list;
    for (const std::string& t : tensors) {
      list.push_back({t, DType::kU8, {1}, std::as_bytes(std::span(byte.data(), 1))});
    }
    write_safetensors(folder_ / name, list, {{"format", "pt"}});
  }
  void index(const std::string& map, const std::string& metadata = "{}") const {
    put(kIndexFile, "{\"metadata\": " + metadata + ", \"weight_map\": " + map + "}");
  }
  std::string error() const {
    return error_of([&] { open_tensor_folder(folder_); });
  }
};

std::vector<std::string> names(const TensorFolder& folder) {
  std::vector<std::string> all;
  for (const LocatedTensor& tensor : folder.tensors) all.push_back(tensor.entry.name);
  return all;
}

TEST_F(Sharded, OpensASingleFile) {
  shard("model.safetensors", {"b", "a"});
  EXPECT_THAT(names(open_tensor_folder(folder_)), testing::ElementsAre("a", "b"));
}

TEST_F(Sharded, OpensAllShardsOfAnIndex) {
  shard("one.safetensors", {"b", "c"});
  shard("two.safetensors", {"a"});
  index(R"({"a": "two.safetensors", "b": "one.safetensors", "c": "one.safetensors"})",
        R"({"total_size": 3})");
  const TensorFolder folder = open_tensor_folder(folder_);
  EXPECT_THAT(names(folder), testing::ElementsAre("a", "b", "c"));
  EXPECT_THAT(folder.warnings, IsEmpty());
  ASSERT_TRUE(folder.find("a"));
  EXPECT_EQ(folder.find("a")->file->path().filename(), "two.safetensors");
  EXPECT_EQ(folder.find("b")->file, folder.find("c")->file);
  EXPECT_EQ(folder.find("d"), nullptr);
}

TEST_F(Sharded, PrefersTheSingleFile) {
  shard("model.safetensors", {"a"});
  put(kIndexFile, "not json");
  EXPECT_EQ(error(), "");
}

TEST_F(Sharded, WarnsOfAWrongTotalSize) {
  shard("one.safetensors", {"a"});
  index(R"({"a": "one.safetensors"})", R"({"total_size": 7})");
  EXPECT_THAT(open_tensor_folder(folder_).warnings, testing::ElementsAre(HasSubstr("7")));
}

TEST_F(Sharded, RefusesAFolderWithoutWeights) {
  EXPECT_THAT(error(), AllOf(HasSubstr("no weights"), HasSubstr("model.safetensors")));
  for (const char* pickled : {"pytorch_model.bin", "pytorch_model.bin.index.json"}) {
    put(pickled, "");
    EXPECT_THAT(error(), AllOf(HasSubstr("pytorch_model.bin"), HasSubstr("save_pretrained")));
    std::filesystem::remove(folder_ / pickled);
  }
  put("adapter_config.json", "{}");
  EXPECT_THAT(error(), AllOf(HasSubstr("an adapter"), HasSubstr("the model that it is for")));
}

TEST_F(Sharded, SaysWhatIsThereInsteadOfWeights) {
  const std::vector<std::array<const char*, 3>> cases = {
      {"model-00002-of-00002.safetensors", "shards without their index",
       "model.safetensors.index.json too"},
      {"consolidated.safetensors", "Mistral's own names", "take model.safetensors"},
      {"consolidated-00001-of-00002.safetensors", "Mistral's own names", "take model.safetensors"},
      {"consolidated.00.pth", "a pickle", "Hugging Face's format"},
      {"weights.safetensors", "another name", "rename"},
      {"llama.Q4_K_M.gguf", "llama.cpp", "Hugging Face's format"},
      {"tf_model.h5", "TensorFlow", "save_pretrained"},
      {"flax_model.msgpack", "Flax", "save_pretrained"}};
  for (const auto& [name, what, hint] : cases) {
    put(name, "");
    EXPECT_THAT(error(),
                AllOf(HasSubstr("no weights"), HasSubstr(name), HasSubstr(what), HasSubstr(hint)));
    std::filesystem::remove(folder_ / name);
  }
  put("README.md", "");
  EXPECT_THAT(error(), HasSubstr("neither"));
  std::filesystem::create_symlink(folder_ / "gone", folder_ / "model.safetensors");
  EXPECT_THAT(error(), AllOf(HasSubstr("a link to nothing"), HasSubstr("not complete")));
  EXPECT_THAT(error_of([&] { open_tensor_folder(folder_ / "none"); }), HasSubstr("no such folder"));
}

TEST_F(Sharded, RefusesAnIndexThatIsNotOne) {
  for (const char* text : {"[]", "{}", R"({"weight_map": []})"}) {
    put(kIndexFile, text);
    EXPECT_THAT(error(), HasSubstr("weight_map")) << text;
  }
  index(R"({"a": 1})");
  EXPECT_THAT(error(), HasSubstr("not a file name"));
}

TEST_F(Sharded, RefusesShardNamesThatLeaveTheFolder) {
  for (const char* name : {"../x.safetensors", "/etc/passwd", "a/b", "..", "", "a\\\\b"}) {
    index(std::string(R"({"a": ")") + name + "\"}");
    EXPECT_THAT(error(), AllOf(HasSubstr("leaves the folder"), HasSubstr("`a`"))) << name;
  }
}

TEST_F(Sharded, ReportsEveryMissingAndBrokenShardAtOnce) {
  put("broken.safetensors", "123");
  index(R"({"a": "gone.safetensors", "b": "broken.safetensors", "c": "lost.safetensors"})");
  EXPECT_THAT(error(), AllOf(HasSubstr("gone.safetensors"), HasSubstr("lost.safetensors"),
                             HasSubstr("too short")));
}

TEST_F(Sharded, RefusesANameThatItsShardLacks) {
  shard("one.safetensors", {"a"});
  index(R"({"a": "one.safetensors", "b": "one.safetensors"})");
  EXPECT_THAT(error(), AllOf(HasSubstr("not in the shard"), HasSubstr("`b`")));
}

TEST_F(Sharded, RefusesATensorInTwoShards) {
  shard("one.safetensors", {"a", "b"});
  shard("two.safetensors", {"b"});
  index(R"({"a": "one.safetensors", "b": "two.safetensors"})");
  EXPECT_THAT(error(), AllOf(HasSubstr("two shards"), HasSubstr("one.safetensors and two")));
}

TEST_F(Sharded, FaultsOfHundredsOfTensorsFitAScreen) {
  std::vector<std::string> all;
  std::string twice, lost;
  for (int i = 0; i < 300; ++i) {
    all.push_back("t" + std::to_string(i));
    twice += (i == 0 ? "\"" : ", \"") + all.back() + R"(": "one.safetensors")";
    lost += (i == 0 ? "\"" : ", \"") + all.back() + "\": \"" + all.back() + ".safetensors\"";
  }
  shard("one.safetensors", all);
  shard("two.safetensors", all);
  for (const std::string& map : {twice + R"(, "t": "two.safetensors")", lost}) {
    index("{" + map + "}");
    const std::string text = error();
    EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 40) << text;
    EXPECT_THAT(text, HasSubstr("more of the kind"));
  }
}

}  // namespace
}  // namespace twofold::formats
