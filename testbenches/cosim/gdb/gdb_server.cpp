#include "testbenches/cosim/gdb/gdb_server.h"

#include <utility>

#include "testbenches/cosim/gdb/hex_text.h"

namespace kirchhoff::testbenches {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds patience{100};
constexpr std::chrono::milliseconds at_once{0};
/// A packet that is damaged that often is not repaired by sending it once more.
constexpr int most_resends = 16;
/// Pieces of input per look.
constexpr int most_receives = 16;

}  // namespace

GdbServer::GdbServer(GdbLine& line, GdbTarget& target, GdbMonitor* monitor, std::function<bool()> given_up)
    : line_(line), commands_(target, monitor), given_up_(std::move(given_up)) {}

GdbResume GdbServer::stopped(const GdbStop& stop) {
  const auto begin = steady_clock::now();
  const GdbResume next = serve(stop);
  halted_ += steady_clock::now() - begin;
  return next;
}

GdbResume GdbServer::serve(const GdbStop& stop) {
  GdbStop now = stop;
  if (connected_ && stop.why == GdbStop::Why::step && commands_.steps_on()) {
    const bool interrupted = poll();
    if (!connected_) {
      return GdbResume::run;
    }
    if (!interrupted) {
      return GdbResume::step;
    }
    now.why = GdbStop::Why::interrupted;
  }
  interrupt_pending_ = false;  // it wanted a stop, and here is one
  const std::string reply = commands_.stopped(now);
  if (std::exchange(owes_stop_, false)) {
    if (!now.text.empty()) {
      send("O" + hex_bytes(now.text + "\n"));
    }
    send(reply);
  }
  std::string bytes = std::exchange(unread_, {});
  while (connected_ || now.why == GdbStop::Why::start) {
    if (given_up_ && given_up_()) {
      owes_stop_ = connected_;
      break;
    }
    const auto event = bytes.empty() ? line_.receive(bytes, patience) : GdbLine::Event::bytes;
    switch (event) {
      case GdbLine::Event::nothing:
        break;
      case GdbLine::Event::opened:
        connected_ = true;
        break;
      case GdbLine::Event::closed:
        forget_debugger();
        break;
      case GdbLine::Event::bytes:
        if (const auto resume = take(std::exchange(bytes, {}), true)) {
          next_look_ = steady_clock::now() + look_interval;
          return *resume;
        }
    }
  }
  return GdbResume::run;
}

bool GdbServer::poll_slowly() {
  const auto now = steady_clock::now();
  if (!interrupt_pending_ && now >= next_look_) {
    next_look_ = now + look_interval;
    look();
  }
  polls_left_ = interrupt_pending_ ? 1 : polls_per_clock;
  return interrupt_pending_;
}

void GdbServer::look() {
  std::string bytes;
  for (int i = 0; i < most_receives; ++i) {  // who never stops sending does not stop the target by it
    bytes.clear();
    switch (line_.receive(bytes, at_once)) {
      case GdbLine::Event::nothing:
        return;
      case GdbLine::Event::opened:
        connected_ = true;
        interrupt_pending_ = true;  // who comes wants to look around
        return;
      case GdbLine::Event::closed:
        forget_debugger();
        break;
      case GdbLine::Event::bytes:
        take(bytes, false);
        if (interrupt_pending_) {
          return;
        }
    }
  }
}

std::optional<GdbResume> GdbServer::take(const std::string& bytes, bool is_stopped) {
  std::optional<GdbResume> resume;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto item = reader_.take(bytes[i]);
    if (!item) {
      continue;
    }
    using Kind = GdbPacketReader::Kind;
    switch (item->kind) {
      case Kind::acknowledge:
        unacknowledged_.clear();
        break;
      case Kind::resend:
        if (!unacknowledged_.empty() && resends_++ < most_resends) {
          line_.send(unacknowledged_);
        }
        break;
      case Kind::interrupt:
        if (!is_stopped || resume) {
          interrupt_pending_ = true;
          polls_left_ = 1;
          unread_ = bytes.substr(i + 1);  // meant for the target when it has stopped
          return resume;
        }
        break;
      case Kind::damaged:
        if (acknowledges_) {
          line_.send("-");
        }
        break;
      case Kind::too_long:
      case Kind::packet:
        if (acknowledges_) {
          line_.send("+");
        }
        if (!is_stopped || resume) {
          break;  // while the target runs, only Ctrl-C is listened to
        }
        if (item->kind == Kind::too_long) {
          send("E16");
        } else {
          resume = obey(item->payload);
        }
    }
  }
  return resume;
}

std::optional<GdbResume> GdbServer::obey(std::string_view packet) {
  const GdbAnswer answer = commands_.answer(packet);
  for (const std::string& reply : answer.replies) {
    send(reply);
  }
  acknowledges_ = acknowledges_ && !answer.without_acknowledgement;
  if (answer.detached) {
    line_.close();
    forget_debugger();
  }
  owes_stop_ = answer.replies.empty() && answer.resume != GdbResume::kill;
  return answer.resume;
}

void GdbServer::send(std::string_view payload) {
  const std::string packet = gdb_packet(payload);
  if (acknowledges_) {
    unacknowledged_ = packet;
    resends_ = 0;
  }
  line_.send(packet);
}

void GdbServer::forget_debugger() {
  commands_.forget_debugger();
  reader_.reset();
  connected_ = false;
  acknowledges_ = true;
  owes_stop_ = false;
  interrupt_pending_ = false;
  unacknowledged_.clear();
  unread_.clear();
}

void GdbServer::exited(int code) {
  if (owes_stop_) {
    send("W" + hex_bytes(std::string(1, static_cast<char>(code))));
  }
  if (connected_) {
    line_.close();
    forget_debugger();
  }
}

}  // namespace kirchhoff::testbenches
