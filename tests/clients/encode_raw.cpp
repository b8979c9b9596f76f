// Encodes texts that JSON cannot hold, bytes that are not UTF-8, for the tests beside other
// programs.
//   encode_raw TOKENIZER
// Reads texts, each after its length on a line of its own; writes their ids (special tokens become
// theirs, none are added around the text), {"ids":[…]} a line.

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <twofold/error.h>
#include <twofold/tokenizer.h>

#include <cstdlib>
#include <iostream>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return twofold::Error::kExitCode;
  try {
    const auto tokenizer = twofold::tokenizer_from_path(argv[1]);
    for (std::string length, text; std::getline(std::cin, length);) {
      text.resize(std::stoul(length));
      std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
      fmt::print("{{\"ids\":[{}]}}\n", fmt::join(tokenizer->encode(text), ","));
    }
    return std::cin.eof() ? 0 : 1;
  } catch (const twofold::Error& problem) {
    fmt::print(stderr, "{}\n", problem.what());
    return twofold::Error::kExitCode;
  }
}
