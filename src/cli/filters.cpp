// encode and decode: filters from standard input to standard output, a line in, a line out.

#include <fmt/format.h>
#include <poll.h>
#include <twofold/tokenizer.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <functional>
#include <memory>
#include <system_error>

#include "cli/commands.h"

namespace {

struct Arguments {
  std::filesystem::path tokenizer;
  twofold::EncodeOptions encode;
  twofold::DecodeOptions decode;
};

std::shared_ptr<Arguments> add_filter(CLI::App& app, const char* name, const char* summary,
                                      CLI::App*& command) {
  command = app.add_subcommand(name, summary);
  auto to = std::make_shared<Arguments>();
  command
      ->add_option("--tokenizer", to->tokenizer,
                   "a model's folder; or tokenizer.json, a SentencePiece model, a tiktoken rank "
                   "file, vocab.json, encoder.json, llama2.c's tokenizer.bin")
      ->required();
  return to;
}

/// True if a read of standard input would wait for whoever writes to it.
bool input_is_waiting() {
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return poll(&input, 1, 0) == 0;
}

[[noreturn]] void fail_output() {
  twofold::fail({.what = "cannot write the result",
                 .where = "standard output",
                 .found = std::generic_category().message(errno)});
}

void write_all(std::string& out) {
  if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size() || std::fflush(stdout) != 0) {
    fail_output();
  }
  out.clear();
}

/// Reads lines of any length and writes what `convert` makes of each. What is ready goes out before
/// anyone is waited for, so that two programs may talk through the filter.
void filter(const std::function<std::string(std::string_view, const std::string&)>& convert) {
  constexpr size_t kBlock = 1 << 16;
  std::string in, out;
  size_t number = 0;
  auto take = [&](std::string_view line) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return;
    out += convert(line, fmt::format("line {} of the input", number));
    out += '\n';
    if (out.size() >= kBlock) write_all(out);
  };
  try {
    while (true) {
      if (!out.empty() && input_is_waiting()) write_all(out);
      const size_t before = in.size();
      in.resize(before + kBlock);
      ssize_t bytes = 0;
      do {
        bytes = read(STDIN_FILENO, in.data() + before, kBlock);
      } while (bytes < 0 && errno == EINTR);
      in.resize(before + static_cast<size_t>(std::max<ssize_t>(bytes, 0)));
      if (bytes < 0) {
        twofold::fail({.what = "cannot read",
                       .where = "standard input",
                       .found = std::generic_category().message(errno)});
      }
      if (bytes == 0) break;
      size_t done = 0;
      for (size_t end = in.find('\n', before); end != in.npos; end = in.find('\n', done)) {
        take(std::string_view(in).substr(done, end - done));
        done = end + 1;
      }
      in.erase(0, done);
    }
    take(in);
  } catch (const twofold::Error&) {
    write_all(out);  // the lines before the bad one are good
    throw;
  }
  write_all(out);
}

}  // namespace

void add_encode(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to =
      add_filter(app, "encode", R"({"text": …} to {"ids": […]}, line by line)", command);
  command->add_flag("--add-special,!--no-add-special", to->encode.add_special,
                    "with the tokens that the model expects around a text (default: yes)");
  command->add_flag("--ordinary", to->encode.ordinary,
                    "special tokens written in the text are ordinary characters");
  command->callback([to] {
    const auto tokenizer = twofold::tokenizer_from_path(to->tokenizer);
    filter([&](std::string_view line, const std::string& where) {
      return twofold::encode_line(*tokenizer, to->encode, line, where);
    });
  });
}

void add_decode(CLI::App& app) {
  CLI::App* command = nullptr;
  const auto to =
      add_filter(app, "decode", R"({"ids": […]} to {"text": …}, line by line)", command);
  command->add_flag("--skip-special,!--keep-special", to->decode.skip_special,
                    "special tokens leave no text (default: yes)");
  command->callback([to] {
    const auto tokenizer = twofold::tokenizer_from_path(to->tokenizer);
    filter([&](std::string_view line, const std::string& where) {
      return twofold::decode_line(*tokenizer, to->decode, line, where);
    });
  });
}
