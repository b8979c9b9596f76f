#pragma once
// What a tiktoken rank file does not say: the splitter's pattern and the special tokens, by name.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace twofold {

struct Encoding {
  std::string name;
  std::string pattern;  ///< splits text into pieces
  size_t ranks = 0;     ///< tokens in the rank file; 0: any number
  std::vector<std::pair<std::string, int32_t>> specials;  ///< text and id
  std::string eot;                                        ///< the special that ends a document
  std::vector<std::string> files;  ///< names under which its rank file is looked for
};

/// The encoding called `name`. Throws an Error that lists the known ones.
Encoding find_encoding(const std::string& name);

/// The encoding whose rank file has `ranks` tokens. Throws an Error, naming `file`, if none has.
Encoding find_encoding_of(size_t ranks, const std::string& file);

}  // namespace twofold
