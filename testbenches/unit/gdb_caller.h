#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>

namespace kirchhoff::unit {

/// The debugger's end of a line.
class Caller {
 public:
  explicit Caller(std::uint16_t port, std::uint32_t address = INADDR_LOOPBACK) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(address);
    connected = ::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  ~Caller() { hang_up(); }

  void send(const std::string& bytes) const { ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  /// Whatever has arrived, without waiting; nothing when the line was hung up.
  [[nodiscard]] std::optional<std::string> arrived() const {
    std::string text(65536, ' ');
    const ssize_t count = ::recv(socket_, text.data(), text.size(), MSG_DONTWAIT);
    if (count == 0 || (count < 0 && errno != EAGAIN)) return std::nullopt;
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
  /// Up to so many bytes; empty when the line was hung up.
  [[nodiscard]] std::string receive(std::size_t bytes) const {
    std::string text(bytes, ' ');
    const ssize_t count = ::recv(socket_, text.data(), text.size(), MSG_WAITALL);
    text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return text;
  }
  void hang_up() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }

  bool connected = false;

 private:
  int socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
};

}  // namespace kirchhoff::unit
