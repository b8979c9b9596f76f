// A dataset folder out of one input: a byte for the style, a byte for the width of a block, the
// lengths of shape.json and config.json (a byte each), the two files, then the ids; every fifth of
// what is left is the mask.
#include "data/read/dataset.h"

#include <cstring>
#include <fstream>

#include "data/read/contrastive.h"
#include "input.h"

namespace {

using twofold::Path;

void put(const Path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string_view take(std::string_view& rest, size_t size) {
  const std::string_view part = rest.substr(0, size);
  rest.remove_prefix(part.size());
  return part;
}

const Path& folder() {
  static const Path kFolder = [] {
    std::string name = "/tmp/twofold-fuzz-XXXXXX";
    if (!mkdtemp(name.data())) std::abort();
    std::filesystem::create_directories(Path(name) / "d");
    return Path(name);
  }();
  return kFolder;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace twofold;
  if (size < 4) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 4, size - 4);
  const std::string_view shape = take(rest, data[2]), config = take(rest, data[3]);
  const std::string_view ids = take(rest, rest.size() / 5 * 4);
  const Path place = folder() / "d";
  put(place / "shape.json", shape);
  put(place / "config.json", config);
  for (const char* name : {"train", "train.pos", "train.neg", "val"}) {
    put(place / (std::string(name) + ".bin"), ids);
    put(place / (std::string(name) + ".bin.mask"), rest);
  }
  const int64_t width = 1 + data[1] % 8, vocab_size = 300;
  const auto style = static_cast<DatasetStyle>(data[0] % 3);
  return fuzz::accept_errors([&] {
    if (style == DatasetStyle::CONTRASTIVE) {
      validate_contrastive(place, vocab_size);
      return;
    }
    const Sampling sampling{.name = "d", .rate = 1, .style = style, .suffix = ""};
    const auto dataset = open_dataset(folder(), sampling, Split::kTrain, width, vocab_size);
    Batch batch(1, width);
    for (int64_t row = 0; row < std::min<int64_t>(dataset->rows(), 64); ++row) {
      dataset->read(row, batch, 0);
      for (const int32_t label : batch.labels) {
        if (label < -1 || label >= vocab_size) std::abort();
      }
    }
  });
}
