#pragma once
// One page over HTTP, to browsers on this machine, or to those who know a token.

#include <functional>
#include <memory>
#include <string>

namespace twofold {

/// What is served; called from several threads.
struct ServedPage {
  std::function<std::string()> html;
  std::function<std::string()> version;   ///< changes when the page does
  std::function<std::string()> progress;  ///< a line about it
};

class PageServer {
 public:
  /// Binds `port` of `host` (0: a free one). An expectation of the caller: there is a token unless
  /// `host` is a loopback address. Without one, only requests for such an address are answered: a
  /// page from elsewhere cannot read this one under a name of its own. Throws an Error if the port
  /// cannot be had.
  PageServer(const std::string& host, int64_t port, std::string token, ServedPage page);
  ~PageServer();
  PageServer(const PageServer&) = delete;
  PageServer& operator=(const PageServer&) = delete;

  /// "http://127.0.0.1:8461/", with the token.
  const std::string& address() const { return address_; }
  /// Answers until a stop is requested (base/stop.h).
  void run();

 private:
  struct Server;
  std::unique_ptr<Server> server_;
  std::string address_;
};

/// Whether this names this machine alone: localhost, 127.x.x.x, ::1.
bool is_loopback(const std::string& host);

}  // namespace twofold
