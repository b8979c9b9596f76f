#include "serve/page_server.h"

#include <gmock/gmock.h>
#include <httplib.h>

#include <thread>

#include "base/error.h"
#include "twofold/stop.h"

namespace twofold {
namespace {

using ::testing::HasSubstr;

ServedPage small_page() {
  return {.html = [] { return "<p>hello</p>"; },
          .version = [] { return "v1"; },
          .progress = [] { return "step 3"; }};
}

/// A server on a thread, until the test ends.
class Running {
 public:
  explicit Running(std::string token = "")
      : server_("127.0.0.1", 0, std::move(token), small_page()),
        thread_([this] { server_.run(); }) {}
  ~Running() {
    request_stop();
    thread_.join();
    clear_stop();
  }
  int port() const {
    const std::string& address = server_.address();
    return std::stoi(address.substr(address.rfind(':') + 1));
  }
  const std::string& address() const { return server_.address(); }

  httplib::Result get(const std::string& path, const httplib::Headers& headers = {}) const {
    return httplib::Client("127.0.0.1", port()).Get(path, headers);
  }

 private:
  PageServer server_;
  std::thread thread_;
};

TEST(PageServer, ServesThePageAndItsVersion) {
  const Running server;
  EXPECT_EQ(server.get("/")->body, "<p>hello</p>");
  EXPECT_EQ(server.get("/version")->body, R"({"text":"step 3","version":"v1"})");
  EXPECT_EQ(server.get("/other")->status, 404);
}

TEST(PageServer, SendsThePageAsItIs) {
  const Running server;
  const auto page = server.get("/", {{"Accept-Encoding", "gzip, br"}});
  EXPECT_FALSE(page->has_header("Content-Encoding"));
  EXPECT_EQ(page->get_header_value("Content-Length"), "12");
}

TEST(PageServer, AnswersRequestsForThisMachineOnly) {
  const Running server;
  EXPECT_EQ(server.get("/", {{"Host", "localhost:1"}})->status, 200);
  EXPECT_EQ(server.get("/", {{"Host", "evil.example"}})->status, 403);
  EXPECT_EQ(server.get("/version", {{"Host", "evil.example:80"}})->status, 403);
}

TEST(PageServer, AsksForTheTokenOnceAndKeepsItInACookie) {
  const Running server("secret");
  EXPECT_THAT(server.address(), HasSubstr("?token=secret"));
  EXPECT_EQ(server.get("/")->status, 401);
  EXPECT_EQ(server.get("/?token=secre")->status, 401);
  EXPECT_EQ(server.get("/?token=secretsecret")->status, 401);
  const auto page = server.get("/?token=secret", {{"Host", "node7:80"}});
  EXPECT_EQ(page->status, 200);
  const std::string cookie = page->get_header_value("Set-Cookie");
  EXPECT_THAT(cookie, HasSubstr("HttpOnly"));
  const std::string kept = cookie.substr(0, cookie.find(';'));
  EXPECT_EQ(server.get("/version", {{"Cookie", "a=b; " + kept}})->status, 200);
  EXPECT_EQ(server.get("/version", {{"Cookie", kept + "x"}})->status, 401);
}

TEST(PageServer, RefusesAPortInUse) {
  const Running server;
  try {
    const PageServer second("127.0.0.1", server.port(), "", small_page());
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Address already in use"));
  }
}

TEST(PageServer, KnowsWhichAddressesAreThisMachine) {
  for (const char* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"}) {
    EXPECT_TRUE(is_loopback(host)) << host;
  }
  for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "127.evil.example", ""}) {
    EXPECT_FALSE(is_loopback(host)) << host;
  }
}

}  // namespace
}  // namespace twofold
