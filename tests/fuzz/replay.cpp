// Runs a fuzz target without libFuzzer over every file of the folders that it is given, and over so
// many damaged copies of each: the seed corpus, every input that ever broke something, and some of
// their neighbourhood are part of the ordinary tests.
//   fuzz_TARGET COPIES FOLDER…
#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/random.h"
#include "input.h"

namespace {

class Chance {
 public:
  explicit Chance(uint64_t seed) : stream_(seed, twofold::Purpose::kTest) {}
  size_t below(size_t end) { return stream_.bits(next_++) % end; }

 private:
  twofold::RandomStream stream_;
  uint64_t next_ = 0;
};

/// One to four faults: a byte changed, a stretch left out, doubled, or taken from another input.
std::string damaged(std::string bytes, const std::string& other, Chance& chance) {
  for (size_t faults = 1 + chance.below(4); faults > 0 && !bytes.empty(); --faults) {
    const size_t at = chance.below(bytes.size());
    const size_t length = 1 + chance.below(std::min<size_t>(bytes.size() - at, 16));
    switch (chance.below(5)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << chance.below(8)));
        break;
      case 1:
        bytes[at] = "\0\xff\x7f\x80{[\"9-"[chance.below(9)];
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(at, length));
        break;
      default:
        if (!other.empty()) bytes.replace(at, length, other, chance.below(other.size()), length);
    }
  }
  return bytes;
}

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 1;
  const size_t copies = std::stoul(argv[1]);
  std::vector<std::string> inputs;
  for (int i = 2; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (entry.is_regular_file()) inputs.push_back(twofold::read_text(entry.path()));
    }
  }
  std::sort(inputs.begin(), inputs.end());  // folders have no order
  Chance chance(1);
  for (const std::string& input : inputs) {
    run(input);
    for (size_t i = 0; i < copies; ++i) {
      run(damaged(input, inputs[chance.below(inputs.size())], chance));
    }
  }
  std::printf("%zu inputs, %zu copies of each\n", inputs.size(), copies);
  return inputs.empty() ? 1 : 0;
}
