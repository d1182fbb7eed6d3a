#include "testbenches/explore/stop_request.h"

#include <signal.h>

#include <array>

namespace kirchhoff::testbenches {
namespace {

// A handler can reach nothing else.
volatile sig_atomic_t signal_that_came = 0;

constexpr std::array kSignals{SIGINT, SIGTERM};

extern "C" void note_signal(int number) {
  signal_that_came = number;
}

}  // namespace

StopRequest::StopRequest(bool wanted) : wanted_(wanted) {
  if (!wanted_) {
    return;
  }
  struct sigaction action {};
  action.sa_handler = note_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&action.sa_mask);
  for (const int number : kSignals) {
    struct sigaction before {};
    ::sigaction(number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) {  // as under nohup, or in the background of a script
      ::sigaction(number, &action, nullptr);
    }
  }
}

StopRequest::~StopRequest() {
  if (wanted_) {
    for (const int number : kSignals) {
      struct sigaction now {};
      ::sigaction(number, nullptr, &now);
      if (now.sa_handler == note_signal) {
        ::signal(number, SIG_DFL);
      }
    }
  }
}

int StopRequest::signal() {
  return signal_that_came;
}

}  // namespace kirchhoff::testbenches
