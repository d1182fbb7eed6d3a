#include "testbenches/cosim/gdb/tcp_line.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "foundation/error.h"

namespace kirchhoff::testbenches {
namespace {

constexpr int send_patience_ms = 5000;
constexpr std::chrono::milliseconds close_patience{1000};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Whether the socket is ready for `events` in time; a signal counts as not ready.
bool ready(int socket, short events, int wait_ms) {
  pollfd entry{socket, events, 0};
  return ::poll(&entry, 1, wait_ms) > 0;
}

}  // namespace

TcpLine::TcpLine(std::uint16_t port) {
  const auto refuse = [port, this] {
    const int error = errno;
    if (listener_ >= 0) {
      ::close(listener_);
    }
    throw foundation::InputError("cannot listen for a debugger on 127.0.0.1:" + std::to_string(port) + ": " +
                                 std::generic_category().message(error) +
                                 "; choose another port, or 0 for any free one");
  };
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener_ < 0) {
    refuse();
  }
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = loopback(port);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 4) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    refuse();
  }
  port_ = ntohs(address.sin_port);
}

TcpLine::~TcpLine() {
  hang_up();
  ::close(listener_);
}

void TcpLine::hang_up() {
  if (debugger_ >= 0) {
    ::close(std::exchange(debugger_, -1));
  }
}

TcpLine::Event TcpLine::receive(std::string& bytes, std::chrono::milliseconds wait) {
  if (std::exchange(lost_, false)) {
    hang_up();
    return Event::closed;
  }
  std::array<pollfd, 2> entries{{{listener_, POLLIN, 0}, {debugger_, POLLIN, 0}}};  // -1 is left out
  if (::poll(entries.data(), entries.size(), static_cast<int>(wait.count())) <= 0) {
    return Event::nothing;
  }
  if (entries[1].revents != 0) {
    std::array<char, 4096> buffer;
    const ssize_t count = ::recv(debugger_, buffer.data(), buffer.size(), 0);
    if (count > 0) {
      bytes.append(buffer.data(), static_cast<std::size_t>(count));
      return Event::bytes;
    }
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      return Event::nothing;
    }
    hang_up();
    return Event::closed;
  }
  const int caller = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (caller < 0) {
    return Event::nothing;
  }
  if (debugger_ >= 0) {
    ::close(caller);
    return Event::nothing;
  }
  const int on = 1;
  ::setsockopt(caller, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  debugger_ = caller;
  return Event::opened;
}

void TcpLine::send(std::string_view bytes) {
  while (!bytes.empty() && debugger_ >= 0 && !lost_) {
    const ssize_t count = ::send(debugger_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else if (!(count < 0 && errno == EAGAIN && ready(debugger_, POLLOUT, send_patience_ms))) {
      lost_ = true;
    }
  }
}

void TcpLine::close() {
  if (debugger_ >= 0 && ::shutdown(debugger_, SHUT_WR) == 0) {
    // Closing with unread bytes would throw away what was sent and not read yet.
    const auto end = std::chrono::steady_clock::now() + close_patience;
    std::array<char, 4096> rest;
    for (auto left = close_patience; left.count() > 0;
         left =
             std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now())) {
      if (!ready(debugger_, POLLIN, static_cast<int>(left.count())) ||
          ::recv(debugger_, rest.data(), rest.size(), 0) <= 0) {
        break;
      }
    }
  }
  lost_ = false;
  hang_up();
}

}  // namespace kirchhoff::testbenches
