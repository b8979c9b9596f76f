#include "serve/page_server.h"

#include <fmt/format.h>
#include <httplib.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>

#include "base/error.h"
#include "base/stop.h"

namespace twofold {
namespace {

constexpr auto kLook = std::chrono::milliseconds(200);  // between looks at whether to stop

/// In a time that does not tell how much of it is right.
bool equal(const std::string& given, const std::string& token) {
  unsigned differences = given.size() != token.size();
  for (size_t i = 0; i < given.size() && !token.empty(); ++i) {
    differences |= static_cast<unsigned char>(given[i] ^ token[i % token.size()]);
  }
  return differences == 0;
}

/// "[::1]:8461" → "::1"; "localhost:8461" → "localhost"
std::string host_of(const std::string& header) {
  if (header.starts_with('[')) return header.substr(1, header.find(']') - 1);
  return header.substr(0, header.rfind(':'));
}

std::string cookie(const httplib::Request& request, const std::string& name) {
  const std::string all = "; " + request.get_header_value("Cookie"), key = "; " + name + "=";
  const size_t begin = all.find(key);
  if (begin == std::string::npos) return "";
  const size_t value = begin + key.size();
  return all.substr(value, all.find(';', value) - value);
}

/// As it is: a text that is given to the library whole is compressed for browsers that allow it,
/// which takes a hundred times as long as making the page.
void send(std::string text, const char* type, httplib::Response& response) {
  const auto kept = std::make_shared<const std::string>(std::move(text));
  response.set_content_provider(kept->size(), type,
                                [kept](size_t begin, size_t length, httplib::DataSink& sink) {
                                  return sink.write(kept->data() + begin, length);
                                });
}

}  // namespace

bool is_loopback(const std::string& host) {
  const bool digits = host.find_first_not_of("0123456789.") == std::string::npos;
  return host == "localhost" || host == "::1" || (digits && host.starts_with("127."));
}

struct PageServer::Server {
  httplib::Server http;
  std::string token, cookie_name;
  ServedPage page;

  bool allowed(const httplib::Request& request) const {
    if (token.empty()) return is_loopback(host_of(request.get_header_value("Host")));
    return equal(request.get_param_value("token"), token) ||
           equal(cookie(request, cookie_name), token);
  }

  /// Answers with what `make` makes, to those who may see it.
  template <class Make>
  void answer(const char* path, const char* type, const Make& make) {
    http.Get(path, [this, type, make](const httplib::Request& request,
                                      httplib::Response& response) {
      response.set_header("Cache-Control", "no-store");
      response.set_header("X-Content-Type-Options", "nosniff");
      if (!allowed(request)) {
        response.status = token.empty() ? 403 : 401;
        response.set_content(token.empty() ? "this page is for this machine alone\n"
                                           : "open the address with its token\n",
                             "text/plain");
        return;
      }
      if (!token.empty()) {
        response.set_header("Set-Cookie", fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/",
                                                      cookie_name, token));
      }
      send(make(), type, response);
    });
  }
};

PageServer::PageServer(const std::string& host, int64_t port, std::string token, ServedPage page)
    : server_(std::make_unique<Server>()) {
  TWOFOLD_EXPECT(!token.empty() || is_loopback(host), "others than this machine need a token");
  Server& server = *server_;
  server.page = std::move(page);
  server.token = std::move(token);
  // The library's default lets a second server share the port in silence.
  server.http.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  });
  // The library looks a hundred times a second at each connection that is kept.
  server.http.set_keep_alive_max_count(1);
  server.http.new_task_queue = [] { return new httplib::ThreadPool(4); };
  errno = 0;
  const int bound = port == 0 ? server.http.bind_to_any_port(host)
                    : server.http.bind_to_port(host, static_cast<int>(port))
                        ? static_cast<int>(port)
                        : -1;
  if (bound < 0) {
    fail({.what = "cannot listen here",
          .where = fmt::format("{}:{}", host, port),
          .expected = "an address of this machine, and a port that nobody uses",
          .found = errno == 0 ? "no such address" : std::generic_category().message(errno),
          .hint = "give another --port, or 0 for a free one"});
  }
  server.cookie_name = fmt::format("twofold_{}", bound);
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  address_ = fmt::format("http://{}:{}/", name, bound);
  if (!server.token.empty()) address_ += "?token=" + server.token;
  server.answer("/", "text/html; charset=utf-8", [&server] { return server.page.html(); });
  server.answer("/version", "application/json", [&server] {
    const nlohmann::json now = {{"version", server.page.version()},
                                {"text", server.page.progress()}};
    return now.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  });
}

PageServer::~PageServer() = default;

void PageServer::run() {
  std::atomic<bool> ended = false;
  std::thread listening([this, &ended] {
    server_->http.listen_after_bind();
    ended = true;
  });
  // A server that does not listen yet would not be stopped.
  while (!ended && !(stop_requested() && server_->http.is_running())) {
    std::this_thread::sleep_for(kLook);
  }
  server_->http.stop();
  listening.join();
}

}  // namespace twofold
