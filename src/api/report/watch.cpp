#include <fmt/format.h>

#include <random>

#include "api/report/live_page.h"
#include "base/error.h"
#include "serve/page_server.h"
#include "twofold/report.h"

namespace twofold {
namespace {

/// 128 bits that nobody can guess.
std::string fresh_token() {
  std::random_device device;
  std::string token;
  for (int i = 0; i < 4; ++i) token += fmt::format("{:08x}", device());
  return token;
}

std::string token_of(const WatchOptions& options) {
  return options.token.empty() && !is_loopback(options.host) ? fresh_token() : options.token;
}

void require_port(int64_t port) {
  if (port >= 0 && port <= 65535) return;
  fail({.what = "no such port",
        .where = "--port",
        .expected = "0 … 65535",
        .found = std::to_string(port),
        .hint = "0 takes a free one"});
}

}  // namespace

void watch(const std::vector<ExecutionSpec>& runs, const WatchOptions& options,
           const std::function<void(const std::string& address)>& ready) {
  require_port(options.port);
  LivePage page(runs);
  PageServer server(options.host, options.port, token_of(options),
                    {.html = [&page] { return page.html(); },
                     .version = [&page] { return page.version(); },
                     .progress = [&page] { return page.progress(); }});
  ready(server.address());
  server.run();
}

}  // namespace twofold
