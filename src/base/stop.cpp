#include "base/stop.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

#include "base/error.h"

namespace twofold {
namespace {

std::atomic<bool> asked{false};
static_assert(std::atomic<bool>::is_always_lock_free,
              "the handler may only touch lock-free memory");

void on_signal(int signal) {
  constexpr int kKilledBySignal = 128;  // the shell's convention
  if (asked.exchange(true)) _exit(kKilledBySignal + signal);
}

}  // namespace

void install_stop_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;  // libraries below us are not prepared for interrupted calls
  sigemptyset(&action.sa_mask);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // Who started us under nohup wants the terminal's end to be no reason to stop.
    if (signal == SIGHUP && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
}

bool stop_requested() { return asked.load(std::memory_order_relaxed); }

void check_stop() {
  if (stop_requested()) throw Interrupted();
}

void request_stop() { asked = true; }

void clear_stop() { asked = false; }

}  // namespace twofold
